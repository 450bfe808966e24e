import { movePayment, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { readBlind, type BlindNote } from '../../domain/payments/blind.ts';
import type { Blindness, Sighting } from '../../domain/payments/rail.ts';
import type { ReconcileOutcome } from '../../domain/ports/payments.ts';
import { nodeErrorMessage } from './node-name.ts';
import { amountOf, tellPerson, whatOf } from './telling.ts';
import { findRail, type PaymentTools } from './tools.ts';

type Unproven = Extract<Sighting, { kind: 'unproven' }>;

/** Clears what a payment's proof notes of trouble with its node. */
export const TROUBLE_CLEARED = { unreachableSince: null, unprovenSince: null, blind: null };

const TROUBLES: ReadonlySet<string | null> = new Set(['RPC_UNAVAILABLE', 'NODE_FORGOT', 'NODE_BEHIND']);

/** Forgets the node's trouble, so that its next silence is timed from its own beginning. */
export async function noteReachable(tools: PaymentTools, payment: PaymentRow): Promise<void> {
  const { unreachableSince, blind } = payment.proof;
  if (typeof unreachableSince !== 'number' && blind == null) return;
  const patch = { proof: TROUBLE_CLEARED, ...(TROUBLES.has(payment.reason) && { reason: null }) };
  await movePayment(tools.db.pool, payment.id, [payment.status], payment.status, patch);
}

const UNPROVEN_WAITS = 30; // finality takes minutes on some chains; half an hour by default

/**
 * The node answers but proves nothing. That is normal until finality; a person is told when it goes on. A node that has
 * forgotten the payment will never prove it, so a person hears of it as soon as they would of a silent node.
 */
export async function noteUnproven(
  tools: PaymentTools,
  payment: PaymentRow,
  { message, blind }: Unproven,
): Promise<void> {
  if (blind !== undefined) return noteBlind(tools, payment, blind, message);
  const since = payment.proof['unprovenSince'];
  if (typeof since !== 'number' || payment.proof['blind'] != null) {
    const proof = { ...TROUBLE_CLEARED, unprovenSince: typeof since === 'number' ? since : tools.now() };
    await movePayment(tools.db.pool, payment.id, [payment.status], payment.status, { proof });
  } else if (tools.now() - since >= UNPROVEN_WAITS * tools.attentionAfterMs)
    await tellPerson(tools, payment, 'payment_unknown', message);
}

/** A settled payment stays settled: that a node cannot prove it is no proof against it. */
async function noteBlind(
  tools: PaymentTools,
  payment: PaymentRow,
  { why, over }: Blindness,
  message: string,
): Promise<void> {
  const before = readBlind(payment.proof);
  const since = before?.since ?? tools.now();
  const node = findRail(tools, payment)?.node ?? payment.network;
  const decidableAtMs = over ? since + tools.decideAfterMs : null;
  const note: BlindNote = { why, node, since, decidableAtMs };
  const status = payment.status === 'settled' ? 'settled' : 'unknown';
  const reason = why === 'forgot' ? 'NODE_FORGOT' : 'NODE_BEHIND';
  const patch = {
    proof: { ...TROUBLE_CLEARED, blind: { ...note } },
    ...(status === 'unknown' && { reason, cause: reason }),
  };
  if (!isSame(before, note)) await movePayment(tools.db.pool, payment.id, [payment.status], status, patch);
  if (tools.now() - since < tools.attentionAfterMs) return;
  const detail = inWords(tools, payment, note, message);
  await tellPerson(tools, payment, 'payment_unknown', detail, {
    data: { node, confirm: payment.fingerprint },
  });
}

const isSame = (before: BlindNote | undefined, { why, node, since, decidableAtMs }: BlindNote): boolean =>
  before?.why === why &&
  before.node === node &&
  before.since === since &&
  before.decidableAtMs === decidableAtMs;

/** The text for a person: the payment, what is held, which node cannot prove it since when, and what can be done. */
function inWords(tools: PaymentTools, payment: PaymentRow, note: BlindNote, message: string): string {
  const { id } = payment;
  const decision =
    note.decidableAtMs === null
      ? ''
      : ` If no node has it any more, an admin decides from ${iso(note.decidableAtMs)} on what became of it: POST /payments/${id}/actions.`;
  return (
    `${whatOf(tools, payment)}: ${amountOf(tools, payment)} stay held. ${message} The node is ${note.node}, and it has been so since ${iso(note.since)}. ` +
    `Let a node answer that has the chain's history back to the payment; then this closes by itself.${decision}`
  );
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** A silent node proves nothing: a settled payment stays settled until a node says otherwise. */
export async function noteUnreachable(
  tools: PaymentTools,
  payment: PaymentRow,
  error: unknown,
): Promise<ReconcileOutcome> {
  const said = nodeErrorMessage(error);
  const node = findRail(tools, payment)?.node;
  const message = `The chain could not be asked${node === undefined ? '' : ` at ${node}`}: ${said}`;
  const since = Number(payment.proof['unreachableSince'] ?? tools.now());
  const proof = { unreachableSince: since, ...(node !== undefined && { node }) };
  const { pool } = tools.db;
  if (payment.status === 'settled') await movePayment(pool, payment.id, ['settled'], 'settled', { proof });
  else {
    const patch = { reason: 'RPC_UNAVAILABLE', proof, cause: 'RPC_UNAVAILABLE' };
    await movePayment(pool, payment.id, ['signed', 'submitted', 'unknown'], 'unknown', patch);
  }
  if (tools.now() - since >= tools.attentionAfterMs)
    await tellPerson(tools, payment, 'payment_unknown', message);
  return { kind: 'unknown', message };
}
