import {
  getWithdrawal,
  prepareWithdrawalPayment,
  touchWithdrawal,
  type WithdrawalRow,
} from '../../db/escrow/withdrawals.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { tokenOf } from '../../domain/assets.ts';
import { showAmount } from '../../domain/money.ts';
import { EngineError } from '../../domain/errors.ts';
import { transferOffer } from '../../domain/payments/direct.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import type { PreparedWithdrawal } from '../../domain/ports/escrow.ts';
import { sealQuote } from '../payments/quotes.ts';
import type { EscrowTools } from './tools.ts';

async function mustGetWithdrawal({ db }: Pick<EscrowTools, 'db'>, id: string): Promise<WithdrawalRow> {
  const row = await getWithdrawal(db.pool, id);
  if (row === undefined) throw new EngineError('withdrawal_not_found', `There is no withdrawal ${id}.`);
  return row;
}

/**
 * held → a payment that is prepared. Signing, sending and proving are those of every payment. What a crash leaves behind:
 * - before the payment is stored: the hold and the withdrawal; the next try makes the payment.
 * - after it: the next try finds it by its id, which is the withdrawal's. Another can never exist, and a withdrawal that has
 *   ended gets none: an end is written with the end of its payment, in one transaction.
 */
export async function prepareWithdrawal(tools: EscrowTools, id: string): Promise<PreparedWithdrawal> {
  const row = await mustGetWithdrawal(tools, id);
  const asset = heldAsset(tools.assets, row.asset);
  const words = showAmount(row.amount, asset);
  if (row.status !== 'held') return { kind: 'ended', outcome: row.status, words };
  const { network } = asset;
  const { amount, destination: payTo } = row;
  const offer = transferOffer({ network, asset: tokenOf(asset), amount, payTo }, `withdrawal ${id}`);
  const quote_sealed = sealQuote(tools.sealer, { offer, railData: {} });
  await prepareWithdrawalPayment(tools.db.pool, { id, rail: 'solana-transfer', network, quote_sealed });
  await touchWithdrawal(tools.db.pool, id);
  await tools.checkpoint('withdrawal.prepared');
  return { kind: 'prepared', intentId: id, words };
}

/** Nobody could prove in time what became of it: a person is told, and the hold stays. */
export async function leaveWithdrawal(tools: EscrowTools, id: string): Promise<void> {
  const row = await mustGetWithdrawal(tools, id);
  await raiseAttention(tools.db.pool, {
    id: `withdrawal_unknown:${id}`,
    tenant: row.tenant,
    kind: 'withdrawal_unknown',
    runId: null,
    detail: `Whether withdrawal ${id} reached the chain could not be proven; its amount stays held.`,
    data: { withdrawalId: id, signature: row.signature },
  });
}
