import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import { isObject } from '../json.ts';
import { isOpen } from './actions.ts';
import { readBlind, type BlindNote } from './blind.ts';

/** A payment as its row tells of it; `proof` is what finds it on its chain. Times in ms since epoch. */
export interface PaymentRecord {
  status: PaymentStatus;
  finalized: boolean;
  network: string;
  reason: string | null;
  proof: JsonObject;
  createdAtMs: number;
}

/** How an open payment stands: its age, what is known of it, and what happens or must be done next. */
export interface PaymentExplanation {
  ageMs: number;
  known: string[];
  next: string;
  /** The node that cannot prove it, if there is one. */
  unprovable?: BlindNote;
}

/** Undefined when nothing about the payment is open. */
export function explainPayment(payment: PaymentRecord, nowMs: number): PaymentExplanation | undefined {
  const { status, finalized, createdAtMs } = payment;
  if (!isOpen(status) && (status !== 'settled' || finalized)) return undefined;
  const blind = readBlind(payment.proof);
  const known = [STAGES[status], because(payment), until(payment, nowMs), ...sightings(payment)];
  return {
    ageMs: Math.max(0, nowMs - createdAtMs),
    known: known.filter((line) => line !== undefined),
    next: nextOf(payment, nowMs),
    ...(blind !== undefined && { unprovable: blind }),
  };
}

const STAGES: Partial<Record<PaymentStatus, string>> = {
  signed: 'It is signed; whether anything was sent is not written down. The same bytes settle at most once.',
  submitted: 'It was sent; the seller or the chain has not answered yet.',
  unknown: 'Whether it landed is not proven. Its amount stays held, and nothing is paid anew for the step.',
  settled: 'It landed; it is posted when its block is final.',
};

const REASONS: { readonly [reason: string]: string } = {
  RPC_UNAVAILABLE: 'The chain’s node did not answer the last time it was asked.',
  REORGANISED: 'It had landed, and a reorganisation took it off the chain.',
  SETTLEMENT_PENDING: 'The seller says that its settlement still goes on.',
  NODE_FORGOT: 'The chain’s node no longer has what would show whether it landed.',
  NODE_BEHIND: 'The chain’s node has not come to the block at which it was signed.',
  NOT_AS_SIGNED: 'Its signature was used, but the payee did not get what was signed.',
};

const because = ({ reason }: PaymentRecord): string | undefined =>
  reason === null ? undefined : (REASONS[reason] ?? `Noted: ${reason}.`);

/** How long the signature can still be used, in the chain's own terms. */
function until({ status, proof }: PaymentRecord, nowMs: number): string | undefined {
  if (status === 'settled') return undefined;
  const { validBefore, lastValidBlockHeight } = proof;
  if (typeof validBefore === 'string') {
    const endMs = Number(validBefore) * 1000;
    const end = new Date(endMs).toISOString();
    return endMs > nowMs
      ? `Its signature can be used until ${end}; unused past that at finality, it is void.`
      : `Its signature expired at ${end}; it is void once a final block past that shows it unused.`;
  }
  return lastValidBlockHeight === undefined
    ? undefined
    : `It can land until block height ${String(lastValidBlockHeight)}; absent past that at finality, it is void.`;
}

function sightings({ proof }: PaymentRecord): string[] {
  const { unreachableSince, unprovenSince, landedAt, output, node, hint } = proof;
  const named = typeof node === 'string' ? ` ${node}` : '';
  const blind = readBlind(proof);
  return [
    ...at(unreachableSince, (time) => `The chain’s node${named} has not answered since ${time}.`),
    ...at(
      blind?.since,
      (time) => `The node ${blind!.node} cannot prove it since ${time}: ${CAUSES[blind!.why]}.`,
    ),
    ...at(unprovenSince, (time) => `The chain’s node answers, but has proven nothing since ${time}.`),
    ...(typeof landedAt === 'number' ? [`It was seen at block or slot ${landedAt}.`] : []),
    ...(typeof hint === 'string' ? [`The seller names transaction ${hint} for it.`] : []),
    ...(output === undefined ? [] : [deliveryOf(output)]),
  ];
}

const deliveryOf = (kept: Json): string =>
  isObject(kept) && kept['accepted'] !== undefined
    ? 'The service has accepted the work, and is asked for it once the payment is settled.'
    : 'The service delivered its answer, which is kept.';

const at = (ms: unknown, say: (time: string) => string): string[] =>
  typeof ms === 'number' ? [say(new Date(ms).toISOString())] : [];

const CAUSES: Readonly<Record<BlindNote['why'], string>> = {
  forgot: 'it keeps no history back to the payment, so that what it does not show may have happened',
  behind: 'it has not come to the block at which the payment was signed',
};

function nextOf({ network, reason, proof }: PaymentRecord, nowMs: number): string {
  const setting = network.startsWith('solana:') ? 'SOLANA_RPC_URL' : 'EVM_RPC_URL';
  if (reason === 'NOT_AS_SIGNED')
    return 'Agree with the seller; the token takes fees or misbehaves. Do not pay again by hand before that.';
  if (typeof proof['unreachableSince'] === 'number')
    return `Make the chain’s node answer (${setting}), with history back to the payment. Do not pay the seller by hand: it may still land.`;
  const blind = readBlind(proof);
  if (blind !== undefined)
    return `Let a node answer (${setting}) that has history back to the payment: it is proven by itself then. ${choice(blind, nowMs)}`;
  if (typeof proof['unprovenSince'] === 'number')
    return `Wait for finality. If this goes on, see whether the node of ${setting} keeps history back to the payment. Do not pay the seller by hand.`;
  return 'Nothing to do: it is looked at again every few seconds. Do not pay the seller by hand meanwhile.';
}

/** What a person may do when no node will ever prove it. */
function choice({ decidableAtMs }: BlindNote, nowMs: number): string {
  if (decidableAtMs === null) return 'Do not pay the seller by hand: it may still land.';
  const from = nowMs >= decidableAtMs ? 'now' : `from ${new Date(decidableAtMs).toISOString()} on`;
  return `If there is none, look for it in an explorer or ask the seller; an admin may declare it void or settled ${from}. Do not pay the seller by hand.`;
}
