import { applyTransfer, type NewTransfer, type Queryable } from '../../db/ledger.ts';
import { closeOperatorCost } from '../../db/repositories/operator-costs.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { transferOf, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { coinOf } from '../../domain/assets.ts';
import { feeEntries } from '../../domain/payments/entries.ts';
import type { NetworkFee } from '../../domain/payments/rail.ts';
import { showAmount } from '../../domain/money.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { type PaymentTools } from './tools.ts';

/** Fees of the payment's own transactions. The books have the coin only where assets name it. */
export const feeProof = (fees: readonly NetworkFee[]): JsonObject =>
  fees.length === 0
    ? {}
    : { fees: Object.fromEntries(fees.map(({ txHash, amount }) => [txHash, amount.toString()])) };

export const sumOf = (fees: readonly NetworkFee[]): bigint =>
  fees.reduce((sum, { amount }) => sum + amount, 0n);

/**
 * Books what a signature of a step took, which is the operator's to bear: what was held for it is let go and what was spent
 * is taken, in the caller's transaction. Each transaction is booked once, by its hash.
 */
export async function bookFees(
  client: Queryable,
  tools: PaymentTools,
  payment: PaymentRow,
  fees: readonly NetworkFee[],
): Promise<void> {
  await closeOperatorCost(client, transferOf(payment), sumOf(fees));
  const coin = coinOf(tools.assets, payment.network);
  if (coin === undefined) return;
  for (const { txHash, amount } of fees) {
    if (amount <= 0n) continue;
    const data = { intentId: payment.id, txHash };
    await take(client, payment, coin, { id: `fee:${txHash}`, data, entries: feeEntries(coin, amount) });
  }
}

/** What the chain took is gone, whatever the account has: what it cannot bear is told, and the check of the books shows it. */
export async function take(
  client: Queryable,
  payment: PaymentRow,
  coin: Asset,
  { id, data, entries }: Pick<NewTransfer, 'id' | 'entries'> & { data: JsonObject },
): Promise<void> {
  const done = await applyTransfer(client, {
    id,
    kind: 'funding',
    state: 'posted',
    tenant: 'system',
    data,
    entries,
  });
  if (done !== 'insufficient') return;
  const amount = entries.reduce((sum, entry) => (entry.amount > 0n ? sum + entry.amount : sum), 0n);
  await raiseAttention(client, {
    id: `operator_short:${id}`,
    tenant: payment.tenant,
    kind: 'operator_short',
    runId: payment.run_id,
    detail: `A transaction of payment ${payment.id} cost ${showAmount(amount, coin)}, which the operator's account does not have: put more into it.`,
    data: { asset: coin.id, amount: amount.toString(), intentId: payment.id },
  });
}
