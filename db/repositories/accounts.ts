import type { Queryable } from '../ledger.ts';
import type { After } from './run-lists.ts';

/** An account with its balance; amounts are minor units as text. */
export interface AccountRow {
  id: string;
  kind: string;
  owner: string;
  asset: string;
  posted: string;
  held: string;
  created_at: Date;
}

const ACCOUNT = `select a.id, a.kind, a.owner, a.asset, a.created_at,
    coalesce(b.posted, s.posted, 0)::text as posted, coalesce(b.pending_out, 0)::text as held
  from account a
  left join account_balance b on b.account_id = a.id
  left join lateral (
    select sum(e.amount) as posted from entry e join transfer t on t.id = e.transfer_id
    where not a.capped and e.account_id = a.id and t.state = 'posted'
  ) s on true`;

/** Accounts of these tenants ("system" is the installation's own), newest first. */
export async function listAccounts(
  db: Queryable,
  tenants: string[],
  filter: { kind?: string | undefined; owner?: string | undefined },
  after: After | undefined,
  limit: number,
): Promise<AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `${ACCOUNT} where a.tenant = any($1) and ($2::text is null or a.kind = $2) and ($3::text is null or a.owner = $3)
       and ($4::timestamptz is null or (a.created_at, a.id) < ($4, $5))
     order by a.created_at desc, a.id desc limit $6`,
    [tenants, filter.kind ?? null, filter.owner ?? null, after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}

export async function accountExists(db: Queryable, tenants: string[], id: string): Promise<boolean> {
  const { rowCount } = await db.query('select from account where id = $1 and tenant = any($2)', [
    id,
    tenants,
  ]);
  return rowCount === 1;
}

/** A transfer as one account sees it; `amount` is the sum of that account's entries, signed minor units as text. */
export interface TransferRow {
  id: string;
  kind: string;
  state: 'pending' | 'posted' | 'voided';
  amount: string;
  run_id: string | null;
  step_id: string | null;
  created_at: Date;
  closed_at: Date | null;
}

export async function listTransfers(
  db: Queryable,
  account: string,
  after: After | undefined,
  limit: number,
): Promise<TransferRow[]> {
  const { rows } = await db.query<TransferRow>(
    `select t.id, t.kind, t.state, sum(e.amount)::text as amount, t.run_id, t.step_id, t.created_at, t.closed_at
     from entry e join transfer t on t.id = e.transfer_id
     where e.account_id = $1 and ($2::timestamptz is null or (t.created_at, t.id) < ($2, $3))
     group by t.id order by t.created_at desc, t.id desc limit $4`,
    [account, after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}
