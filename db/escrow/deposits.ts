import type { Queryable } from '../ledger.ts';

/** A deposit that a user claims. `asset` is a CAIP-19 id, `amount` minor units. */
export interface NewDeposit {
  signature: string;
  tenant: string;
  userId: string;
  asset: string;
  amount: string;
}

export interface DepositRow {
  signature: string;
  tenant: string;
  user_id: string;
  asset: string;
  amount: string;
  status: 'pending' | 'credited' | 'refused';
  reason: string | null;
}

/**
 * `duplicate`: the same claim was made before, and `status` says how far it is. `already_credited`: the transaction was
 * credited to another user or in another amount. `claimed_elsewhere`: another claim on it is being checked.
 */
export type DepositRecord =
  | { kind: 'recorded' }
  | { kind: 'duplicate'; status: DepositRow['status'] }
  | { kind: 'already_credited' }
  | { kind: 'claimed_elsewhere' };

export async function findDeposit(db: Queryable, signature: string): Promise<DepositRow | undefined> {
  const { rows } = await db.query<DepositRow>(
    'select signature, tenant, user_id, asset, amount, status, reason from deposit where signature = $1',
    [signature],
  );
  return rows[0];
}

/** Records a claim once. A refused one makes room, so that nobody can block a transaction by claiming it first. */
export async function recordDeposit(db: Queryable, claim: NewDeposit): Promise<DepositRecord> {
  const { rowCount } = await db.query(
    `insert into deposit as d (signature, tenant, user_id, asset, amount) values ($1, $2, $3, $4, $5)
     on conflict (signature) do update set tenant = excluded.tenant, user_id = excluded.user_id, asset = excluded.asset,
       amount = excluded.amount, status = 'pending', reason = null, updated_at = now()
     where d.status = 'refused'`,
    [claim.signature, claim.tenant, claim.userId, claim.asset, claim.amount],
  );
  if (rowCount === 1) return { kind: 'recorded' };
  const row = (await findDeposit(db, claim.signature))!;
  if (isSameClaim(row, claim)) return { kind: 'duplicate', status: row.status };
  return { kind: row.status === 'credited' ? 'already_credited' : 'claimed_elsewhere' };
}

export const isSameClaim = (row: DepositRow, claim: NewDeposit): boolean =>
  row.tenant === claim.tenant &&
  row.user_id === claim.userId &&
  row.asset === claim.asset &&
  row.amount === claim.amount;

/** Ends a claim that is still pending; a credited one stays credited. */
export async function closeDeposit(
  db: Queryable,
  claim: NewDeposit,
  status: 'credited' | 'refused',
  reason: string | null = null,
): Promise<void> {
  await db.query(
    `update deposit set status = $5, reason = $6, updated_at = now()
     where signature = $1 and tenant = $2 and user_id = $3 and amount = $4 and status = 'pending'`,
    [claim.signature, claim.tenant, claim.userId, claim.amount, status, reason],
  );
}

export async function markTopUp(db: Queryable, tenant: string, userId: string): Promise<void> {
  await db.query('update escrow_user set last_top_up_at = now() where tenant = $1 and user_id = $2', [
    tenant,
    userId,
  ]);
}
