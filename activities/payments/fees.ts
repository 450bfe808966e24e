import { applyTransfer } from '../../db/ledger.ts';
import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import { feeEntries } from '../../domain/payments/entries.ts';
import type { SignedPayment } from '../../domain/payments/rail.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { PaymentTools } from './tools.ts';

/** Fees of the payment's own transactions. The books have the coin only where assets name it. */
export const feeProof = (fees: SignedPayment['fees']): JsonObject =>
  fees.length === 0
    ? {}
    : { fees: Object.fromEntries(fees.map(({ txHash, amount }) => [txHash, amount.toString()])) };

/** Network fees that a signature took are the operator's, whoever the payment is for. */
export async function recordFees(
  tools: PaymentTools,
  payment: PaymentRow,
  fees: SignedPayment['fees'],
): Promise<void> {
  const coin = tools.assets.assets.find(
    (asset) => asset.network === payment.network && asset.address === null,
  );
  if (coin === undefined) return;
  for (const { txHash, amount } of fees) {
    if (amount <= 0n) continue;
    await applyTransfer(tools.db.pool, {
      id: `fee:${txHash}`,
      kind: 'funding',
      state: 'posted',
      tenant: 'system',
      data: { intentId: payment.id, txHash },
      entries: feeEntries(coin, amount),
    });
  }
}
