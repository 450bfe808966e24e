import type pg from 'pg';
import type { BudgetMode, BudgetPeriod, BudgetScope } from '../../schemas/core/budget.ts';
import type { Queryable } from '../ledger.ts';
import { settleAllOf, settleAttention } from './attention.ts';
import type { After } from './run-lists.ts';

/** A living budget. Amounts are minor units of its own `decimals`, as text. */
export interface BudgetRecord {
  id: string;
  tenant: string;
  name: string;
  applies_to: BudgetScope;
  asset: string | null;
  unit: string | null;
  decimals: number;
  amount: string;
  period: BudgetPeriod;
  mode: BudgetMode;
  rollover: { enabled: boolean; cap: string | null } | null;
  alerts: readonly number[];
  approve_above: string | null;
  created_at: Date;
  updated_at: Date;
}

export type NewBudget = Omit<BudgetRecord, 'created_at' | 'updated_at'> & { created_by: string };

/** What may change of a budget. */
export type BudgetChange = Pick<
  BudgetRecord,
  'name' | 'amount' | 'mode' | 'rollover' | 'alerts' | 'approve_above'
>;

/** Whose budgets: a tenant's; with a subject only those for everyone and for that subject. */
export interface BudgetView {
  tenant: string;
  subject: string | undefined;
}

const COLUMNS = `b.id, b.tenant, b.name, b.applies_to, b.asset, b.unit, b.decimals, b.amount::text, b.period, b.mode, b.rollover,
  b.alerts::float8[] as alerts, b.approve_above::text, b.created_at, b.updated_at`;

/** `$1` is the tenant, `$2` the subject or null. */
const SEEN = `b.tenant = $1 and b.deleted_at is null
  and ($2::text is null or not b.applies_to ? 'subject' or b.applies_to ->> 'subject' = $2)`;

const seenBy = ({ tenant, subject }: BudgetView): [string, string | null] => [tenant, subject ?? null];

export async function insertBudget(db: Queryable, budget: NewBudget): Promise<BudgetRecord> {
  const { rows } = await db.query<BudgetRecord>(
    `insert into budget as b (id, tenant, name, applies_to, asset, unit, decimals, amount, period, mode, rollover, alerts,
       approve_above, created_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) returning ${COLUMNS}`,
    [
      budget.id,
      budget.tenant,
      budget.name,
      JSON.stringify(budget.applies_to),
      budget.asset,
      budget.unit,
      budget.decimals,
      budget.amount,
      budget.period,
      budget.mode,
      budget.rollover && JSON.stringify(budget.rollover),
      budget.alerts.map(String),
      budget.approve_above,
      budget.created_by,
    ],
  );
  return rows[0]!;
}

/** Newest first. */
export async function listBudgets(
  db: Queryable,
  view: BudgetView,
  after: After | undefined,
  limit: number,
): Promise<BudgetRecord[]> {
  const { rows } = await db.query<BudgetRecord>(
    `select ${COLUMNS} from budget b
     where ${SEEN} and ($3::timestamptz is null or (b.created_at, b.id) < ($3, $4))
     order by b.created_at desc, b.id desc limit $5`,
    [...seenBy(view), after?.at ?? null, after?.id ?? null, limit],
  );
  return rows;
}

export async function findBudget(
  db: Queryable,
  view: BudgetView,
  id: string,
): Promise<BudgetRecord | undefined> {
  const { rows } = await db.query<BudgetRecord>(
    `select ${COLUMNS} from budget b where ${SEEN} and b.id = $3`,
    [...seenBy(view), id],
  );
  return rows[0];
}

export interface BudgetName {
  tenant: string;
  id: string;
}

/** Whoever holds money has the budget's row locked for share, so changes come wholly before or after each payment. */
async function lockBudget(
  client: pg.PoolClient,
  { tenant, id }: BudgetName,
): Promise<BudgetRecord | undefined> {
  const { rows } = await client.query<BudgetRecord>(
    `select ${COLUMNS} from budget b where b.tenant = $1 and b.id = $2 and b.deleted_at is null for update`,
    [tenant, id],
  );
  return rows[0];
}

/** Changes what `change` has. Shares of the cap that are not reached any more will be told again. */
export async function changeBudget(
  client: pg.PoolClient,
  name: BudgetName,
  change: Partial<BudgetChange>,
): Promise<BudgetRecord | undefined> {
  const old = await lockBudget(client, name);
  if (old === undefined) return undefined;
  const next = { ...old, ...change };
  const { rows } = await client.query<BudgetRecord>(
    `update budget b set name = $2, amount = $3, mode = $4, rollover = $5, alerts = $6, approve_above = $7,
       updated_at = clock_timestamp()
     where b.id = $1 returning ${COLUMNS}`,
    [
      old.id,
      next.name,
      next.amount,
      next.mode,
      next.rollover && JSON.stringify(next.rollover),
      next.alerts.map(String),
      next.approve_above,
    ],
  );
  await forgetAlerts(client, old.id);
  return rows[0];
}

type Deletion =
  | { kind: 'deleted' }
  | { kind: 'missing' }
  | { kind: 'in_use'; budget: BudgetRecord; held: string };

/** Nobody holds anything of it any more, or it stays. What was booked stays written down. */
export async function deleteBudget(client: pg.PoolClient, name: BudgetName): Promise<Deletion> {
  const budget = await lockBudget(client, name);
  if (budget === undefined) return { kind: 'missing' };
  const { rows } = await client.query<{ held: string }>(
    'select coalesce(sum(held), 0)::text as held from budget_window where budget_id = $1',
    [budget.id],
  );
  const held = rows[0]!.held;
  if (held !== '0') return { kind: 'in_use', budget, held };
  await client.query('update budget set deleted_at = clock_timestamp() where id = $1', [budget.id]);
  await settleAllOf(client, `budget:${budget.id}:`, 'The budget was deleted.');
  return { kind: 'deleted' };
}

/** Makes spent 0 in these windows, and writes down how much that was and why. Where nothing is spent, nothing is. */
export async function resetBudget(
  client: pg.PoolClient,
  name: BudgetName,
  keys: readonly string[],
  { actor, note }: { actor: string; note: string },
): Promise<BudgetRecord | undefined> {
  const budget = await lockBudget(client, name);
  if (budget === undefined) return undefined;
  await client.query(
    `with spent as (
         select budget_id, key, spent from budget_window
         where budget_id = $1 and key = any($2) and spent > 0 order by key for update),
       booked as (
         insert into budget_entry (budget_id, window_key, run_id, kind, amount, actor, note)
         select budget_id, key, case when key like 'run:%' then substr(key, 5) end, 'reset', -spent, $3, $4 from spent)
     update budget_window w set spent = 0 from spent s where w.budget_id = s.budget_id and w.key = s.key`,
    [budget.id, keys, actor, note],
  );
  await forgetAlerts(client, budget.id);
  return budget;
}

/** Closes what was told of shares of the cap that are not used any more, so that they are told when they are used again. */
async function forgetAlerts(client: pg.PoolClient, id: string): Promise<void> {
  const { rows } = await client.query<{ item: string }>(
    `with told as (
         select w.*, array(select share from unnest(w.alerted) share
           where w.spent + w.held < share * (b.amount + w.carried)) as gone
         from budget_window w join budget b on b.id = w.budget_id
         where w.budget_id = $1 and w.alerted <> '{}' order by w.key for update of w),
       kept as (
         update budget_window w set alerted = array(select share from unnest(t.alerted) share where share <> all (t.gone))
         from told t where w.budget_id = t.budget_id and w.key = t.key and t.gone <> '{}')
     select 'budget:' || budget_id || ':' || key || ':' || trim_scale(share) as item from told, unnest(gone) share`,
    [id],
  );
  for (const { item } of rows) await settleAttention(client, item, 'Less than that is used now.');
}
