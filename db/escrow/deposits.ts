import { createHash } from 'node:crypto';
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
  /** Its transfer in the ledger is `deposit:<id>`. */
  id: string;
  signature: string;
  tenant: string;
  user_id: string;
  asset: string;
  amount: string;
  status: 'pending' | 'credited' | 'refused';
  reason: string | null;
}

/** `duplicate`: the same claim was made before, and `status` says how far it is. */
export type DepositRecord = { kind: 'recorded' } | { kind: 'duplicate'; status: DepositRow['status'] };

/** One transaction may have several deposits, so a claim is named by all that it says. */
export function depositId({ signature, tenant, userId, asset, amount }: NewDeposit): string {
  const rest = JSON.stringify([tenant, userId, asset, amount]);
  return `${signature}:${createHash('sha256').update(rest).digest('hex').slice(0, 16)}`;
}

const COLUMNS = 'id, signature, tenant, user_id, asset, amount, status, reason';

export async function findDeposit(db: Queryable, claim: NewDeposit): Promise<DepositRow | undefined> {
  const { rows } = await db.query<DepositRow>(
    `select ${COLUMNS} from deposit where signature = $1 and tenant = $2 and user_id = $3 and asset = $4 and amount = $5`,
    named(claim),
  );
  return rows[0];
}

const named = ({ signature, tenant, userId, asset, amount }: NewDeposit): string[] => [
  signature,
  tenant,
  userId,
  asset,
  amount,
];

/** Records a claim once. A refused one may be made again: what it lacked may be there now. */
export async function recordDeposit(db: Queryable, claim: NewDeposit): Promise<DepositRecord> {
  const { rowCount } = await db.query(
    `insert into deposit as d (signature, tenant, user_id, asset, amount, id) values ($1, $2, $3, $4, $5, $6)
     on conflict (signature, tenant, user_id, asset, amount) do update set status = 'pending', reason = null, updated_at = now()
     where d.status = 'refused'`,
    [...named(claim), depositId(claim)],
  );
  if (rowCount === 1) return { kind: 'recorded' };
  return { kind: 'duplicate', status: (await findDeposit(db, claim))!.status };
}

/** Whether the transaction was credited in this asset to somebody else, or in another amount. */
export async function creditedElsewhere(
  db: Queryable,
  { signature, asset }: Pick<NewDeposit, 'signature' | 'asset'>,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from deposit where signature = $1 and asset = $2 and status = 'credited' limit 1`,
    [signature, asset],
  );
  return rowCount === 1;
}

/** Ends a claim that is still pending; a credited one stays credited. */
export async function closeDeposit(
  db: Queryable,
  claim: NewDeposit,
  status: 'credited' | 'refused',
  reason: string | null = null,
): Promise<void> {
  await db.query(
    `update deposit set status = $6, reason = $7, updated_at = now()
     where signature = $1 and tenant = $2 and user_id = $3 and asset = $4 and amount = $5 and status = 'pending'`,
    [...named(claim), status, reason],
  );
}

export async function markTopUp(db: Queryable, tenant: string, userId: string): Promise<void> {
  await db.query('update escrow_user set last_top_up_at = now() where tenant = $1 and user_id = $2', [
    tenant,
    userId,
  ]);
}
