import { lockPayment, movePayment, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { EngineError } from '../../domain/errors.ts';
import { readBlind } from '../../domain/payments/blind.ts';
import type { Sighting } from '../../domain/payments/rail.ts';
import type { PaymentDecision, PaymentDecisionOrder } from '../../domain/ports/payment-decisions.ts';
import { lockMoney } from './money.ts';
import { nodeErrorMessage } from './node-name.ts';
import { recordSighting } from './reconcile.ts';
import { settlePerson } from './telling.ts';
import { mustFindRail, mustGetPayment, type PaymentTools } from './tools.ts';

/**
 * A person decides about a payment that no node can prove any more. Nothing is signed or sent. A wrong decision costs:
 * - `void`, but it had landed: the books give back money that the seller has, and a step that goes on pays a second time.
 *   The next check of the books finds the chain account short.
 * - `settled`, but it never landed: the payer is charged for money that is still in our account. The check finds a surplus.
 * So a decision needs the payment's fingerprint, a chain that was asked once more and could not say, and bytes that can
 * land no more. A crash before the commit leaves nothing behind, one after it the decision. The same decision again is
 * answered and changes nothing.
 */
export async function decideIntent(
  tools: PaymentTools,
  order: PaymentDecisionOrder,
): Promise<{ decision: PaymentDecision }> {
  const payment = await mustGetPayment(tools, order.intentId);
  if (isDeclared(payment, order.decision)) return settleItems(tools, order, payment); // a crash may have come first
  if (payment.fingerprint === null || payment.fingerprint !== order.confirm)
    throw refused('confirm is not the fingerprint of this payment; its standing shows it.');
  const txHash = order.txHash ?? payment.tx_hash;
  if (order.decision === 'settled' && txHash === null)
    throw refused('Name the transaction that paid it: tx_hash.');
  await requireBlind(tools, payment, await look(tools, payment, txHash));
  await commit(tools, order, payment, txHash);
  await tools.checkpoint(order.decision === 'void' ? 'payment.voided' : 'payment.posted');
  return settleItems(tools, order, { ...payment, tx_hash: txHash });
}

async function settleItems(
  tools: PaymentTools,
  order: PaymentDecisionOrder,
  payment: PaymentRow,
): Promise<{ decision: PaymentDecision }> {
  for (const kind of ['payment_unknown', 'payment_reorganised'])
    await settlePerson(
      tools,
      payment,
      kind,
      `${order.by} declared the payment ${order.decision}: ${order.note}`,
    );
  return { decision: order.decision };
}

const isDeclared = ({ status, reason }: PaymentRow, decision: PaymentDecision): boolean =>
  status === decision && reason === REASONS[decision];

const REASONS: Readonly<Record<PaymentDecision, string>> = {
  void: 'DECLARED_VOID',
  settled: 'DECLARED_SETTLED',
};

const refused = (message: string): EngineError => new EngineError('invalid_state', message);

/** Refuses while the node is silent: it may prove the payment in a minute. */
async function look(tools: PaymentTools, payment: PaymentRow, txHash: string | null): Promise<Sighting> {
  try {
    return await mustFindRail(tools, payment).locate(payment.proof, txHash);
  } catch (error) {
    const said = nodeErrorMessage(error);
    throw refused(`The chain must be asked first, and could not be: ${said}`);
  }
}

async function requireBlind(tools: PaymentTools, payment: PaymentRow, sighting: Sighting): Promise<void> {
  if (sighting.kind === 'alive')
    throw refused('The payment may still land; it is void by itself once its time is over.');
  if (sighting.kind !== 'unproven' || sighting.blind === undefined) {
    const { kind } = await recordSighting(tools, payment, sighting);
    throw refused(
      kind === 'unknown'
        ? 'The chain may still prove it; look again later.'
        : `The chain proves it by itself: it is ${kind}.`,
    );
  }
  const from = readBlind(payment.proof)?.decidableAtMs;
  if (!sighting.blind.over || typeof from !== 'number')
    throw refused('It is not certain yet that the payment can land no more; look again later.');
  if (tools.now() < from)
    throw refused(`The node may still find it; this can be decided from ${new Date(from).toISOString()} on.`);
}

async function commit(
  tools: PaymentTools,
  { intentId, decision, by, note }: PaymentDecisionOrder,
  payment: PaymentRow,
  txHash: string | null,
): Promise<void> {
  await tools.db.transaction(async (client) => {
    const end = await lockMoney(tools, client, payment);
    const current = await lockPayment(client, intentId);
    const open = ['signed', 'submitted', 'unknown', 'settled'] as const;
    const isAsSeen = current?.status === payment.status && current.tx_hash === payment.tx_hash;
    if (!isAsSeen || current.finalized || readBlind(current.proof) === undefined)
      throw refused('The payment was proven meanwhile; look at it again.');
    await end(current, decision === 'void' ? 'voided' : 'posted');
    const moved = await movePayment(client, intentId, open, decision, {
      reason: REASONS[decision],
      cause: 'DECLARED',
      ...(txHash !== null && { txHash }),
      ...(decision === 'settled' && { finalized: true }),
      proof: { blind: null, declared: { by, note, atMs: tools.now() } },
    });
    if (!moved) throw refused(`The payment is ${current.status}; there is nothing to decide.`);
  });
}
