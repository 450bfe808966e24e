import type { Queryable } from '../ledger.ts';
import type { DepositRow } from './deposits.ts';
import type { WithdrawalRow } from './withdrawals.ts';

/** Deposits that nobody has checked to the end for a while. */
export async function openDeposits(db: Queryable, olderThanMs: number, limit: number): Promise<DepositRow[]> {
  const { rows } = await db.query<DepositRow>(
    `select id, signature, tenant, user_id, asset, amount, status, reason from deposit
     where status = 'pending' and updated_at < now() - $1 * interval '1 millisecond' order by updated_at limit $2`,
    [olderThanMs, limit],
  );
  return rows;
}

/** Withdrawals whose hold is still open and for which nothing happened for a while. */
export async function openWithdrawals(
  db: Queryable,
  olderThanMs: number,
  limit: number,
): Promise<Pick<WithdrawalRow, 'id' | 'user_id'>[]> {
  const { rows } = await db.query<Pick<WithdrawalRow, 'id' | 'user_id'>>(
    `select id, user_id from withdrawal
     where status not in ('finalized', 'released') and updated_at < now() - $1 * interval '1 millisecond' order by updated_at limit $2`,
    [olderThanMs, limit],
  );
  return rows;
}
