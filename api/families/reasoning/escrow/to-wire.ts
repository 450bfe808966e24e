import { escrowSummary } from '../../../../db/escrow/escrow.ts';
import type { EscrowMovement } from '../../../../db/escrow/history.ts';
import type { EscrowUser } from '../../../../db/escrow/users.ts';
import type { Queryable } from '../../../../db/ledger.ts';
import type { Asset } from '../../../../schemas/core/money.ts';
import type { Escrow, HistoryEntry } from '../../../../schemas/families/reasoning.ts';
import { money } from '../to-wire.ts';

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
  recipient: row.recipient,
  from: row.from,
  status: row.status,
  ...(row.workflowId === null ? {} : { workflowId: row.workflowId }),
  ...(row.stepId === null ? {} : { stepId: row.stepId }),
  timestamp: row.at.getTime(),
});
