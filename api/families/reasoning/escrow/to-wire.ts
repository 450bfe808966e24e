import { escrowSummary } from '../../../../db/escrow/escrow.ts';
import type { EscrowMovement } from '../../../../db/escrow/history.ts';
import type { EscrowUser } from '../../../../db/escrow/users.ts';
import type { Queryable } from '../../../../db/ledger.ts';
import type { WithdrawalRow } from '../../../../db/escrow/withdrawals.ts';
import { heldAsset } from '../../../../domain/payments/purse.ts';
import type { Asset } from '../../../../schemas/core/money.ts';
import type { Escrow, HistoryEntry } from '../../../../schemas/families/reasoning.ts';
import type { ReasoningOptions } from '../options.ts';
import { money } from '../to-wire.ts';

/** What a withdrawal took: `amount` arrives, `fee` and `rent` are paid in `feeAsset`, `total` left the escrow in the asset. */
export function showPaid({ assets }: Pick<ReasoningOptions, 'assets'>, row: Paid) {
  const asset = heldAsset(assets, row.asset);
  const charged = row.charge_asset === null ? asset : heldAsset(assets, row.charge_asset);
  const costs = charged.id === asset.id ? BigInt(row.fee) + BigInt(row.rent) : 0n;
  return {
    amount: money(row.amount, asset.decimals),
    asset: asset.code,
    fee: money(row.fee, charged.decimals),
    rent: money(row.rent, charged.decimals),
    feeAsset: charged.code,
    total: money(BigInt(row.amount) + costs, asset.decimals),
  };
}

type Paid = Pick<WithdrawalRow, 'asset' | 'amount' | 'fee' | 'rent' | 'charge_asset'>;

/** A user's escrow in one asset. */
export async function showEscrow(db: Queryable, user: EscrowUser, asset: Asset): Promise<Escrow> {
  const [balance] = await escrowSummary(db, user.tenant, user.user_id, [asset]);
  const { available, reserved, spent } = balance!;
  return {
    userId: user.user_id,
    userWallet: user.wallet,
    balance: money(available, asset.decimals),
    spent: money(spent, asset.decimals),
    reserved: money(reserved, asset.decimals),
    createdAt: user.created_at.getTime(),
    lastTopUpAt: user.last_top_up_at?.getTime() ?? null,
  };
}

export const showMovement = (row: EscrowMovement): HistoryEntry => ({
  id: row.id,
  type: row.type,
  signature: row.signature,
  amount: money(row.amountMinor, row.asset.decimals),
  amountMinor: row.amountMinor,
  asset: row.asset.code,
  ...(row.charge !== null && {
    fee: money(row.charge.fee, row.charge.asset.decimals),
    rent: money(row.charge.rent, row.charge.asset.decimals),
    feeAsset: row.charge.asset.code,
  }),
  recipient: row.recipient,
  from: row.from,
  status: row.status,
  ...(row.workflowId === null ? {} : { workflowId: row.workflowId }),
  ...(row.stepId === null ? {} : { stepId: row.stepId }),
  timestamp: row.at.getTime(),
});
