import type { WithdrawalRow } from '../../db/escrow/withdrawals.ts';
import { applyTransfer, type Queryable } from '../../db/ledger.ts';
import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import { coinOf } from '../../domain/assets.ts';
import { escrowAccount, floatAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { chargeShare, failedEntries } from '../../domain/payments/withdrawal.ts';
import type { NetworkFee } from '../../domain/payments/rail.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import { sumOf, take } from './fees.ts';
import { type PaymentTools } from './tools.ts';

interface Ended {
  payment: PaymentRow;
  row: WithdrawalRow;
  end: 'posted' | 'voided';
  fees: readonly NetworkFee[];
}

/**
 * What a withdrawal's transaction took of the coin, beside what its transfer has. It is in the transaction that ends the
 * withdrawal. Landed: the transfer took all that was held for fee and rent; what the chain did not take, because somebody had
 * opened the account meanwhile, goes to the operator's account, and the user pays what was quoted. Failed on the chain: the
 * amount is back, and the user pays what the chain took. Never sent: nobody pays anything.
 */
export async function bookWithdrawalFees(
  client: Queryable,
  tools: PaymentTools,
  { payment, row, end, fees }: Ended,
): Promise<void> {
  const coin = coinOf(tools.assets, payment.network);
  if (coin === undefined || fees.length === 0) return;
  const spent = sumOf(fees);
  const data = { intentId: payment.id, withdrawalId: row.id, txHash: fees[0]!.txHash };
  if (end === 'posted') {
    const over = BigInt(row.coins) - spent;
    if (over === 0n) return;
    const entries = move(worldAccount(coin), floatAccount(coin), over); // negative: it took more than was held
    await take(client, payment, coin, { id: `fee:${data.txHash}`, data, entries });
    return;
  }
  if (spent <= 0n) return;
  const charged = row.charge_asset === null ? coin : heldAsset(tools.assets, row.charge_asset);
  const user = escrowAccount(row.tenant, row.user_id, charged);
  const share = chargeShare(BigInt(row.fee) + BigInt(row.rent), BigInt(row.coins), spent);
  const { tenant } = row;
  const done = await applyTransfer(client, {
    id: `withdrawal-fee:${row.id}`,
    kind: 'withdrawal',
    state: 'posted',
    tenant,
    data: { ...data, userId: row.user_id, signature: data.txHash },
    entries: failedEntries({ user, charged, coin, share, spent }),
  });
  if (done !== 'insufficient') return;
  await take(client, payment, coin, {
    id: `fee:${data.txHash}`,
    data,
    entries: move(floatAccount(coin), worldAccount(coin), spent),
  });
}
