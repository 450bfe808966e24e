import type { Queryable } from '../ledger.ts';
import type { Hidden } from './hidden.ts';
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

/** Who may see which accounts: all of these tenants', or only a subject's own and those of its runs. */
export interface AccountView {
  tenants: string[];
  hidden: Hidden | undefined;
}

/** `n` is the first of two parameters: the tenants, and the subject or null. */
const seen = (n: number): string =>
  `a.tenant = any($${n}) and ($${n + 1}::text is null or a.owner = $${n + 1}
     or exists (select from run r where r.id = a.owner and r.tenant = a.tenant and r.subject = $${n + 1}))`;

/** Accounts of these tenants ("system" is the installation's own), newest first. */
export async function listAccounts(
  db: Queryable,
  { tenants, hidden }: AccountView,
  filter: { kind?: string | undefined; owner?: string | undefined },
  after: After | undefined,
  limit: number,
): Promise<AccountRow[]> {
  const { rows } = await db.query<AccountRow>(
    `${ACCOUNT} where ${seen(1)} and ($3::text is null or a.kind = $3) and ($4::text is null or a.owner = $4)
       and ($5::timestamptz is null or (a.created_at, a.id) < ($5, $6))
     order by a.created_at desc, a.id desc limit $7`,
    [
      tenants,
      hidden?.except ?? null,
      filter.kind ?? null,
      filter.owner ?? null,
      after?.at ?? null,
      after?.id ?? null,
      limit,
    ],
  );
  return rows;
}

export async function accountExists(
  db: Queryable,
  { tenants, hidden }: AccountView,
  id: string,
): Promise<boolean> {
  const { rowCount } = await db.query(`select from account a where a.id = $1 and ${seen(2)}`, [
    id,
    tenants,
    hidden?.except ?? null,
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
