import type pg from 'pg';
import type { Budget, BudgetScope, PaymentScope } from '../../domain/budgets/budget.ts';
import type { WindowUse } from '../../domain/budgets/room.ts';
import type { Window } from '../../domain/budgets/windows.ts';
import type { Queryable } from '../ledger.ts';

interface BudgetRow {
  id: string;
  tenant: string;
  name: string;
  applies_to: BudgetScope;
  asset: string | null;
  unit: string | null;
  decimals: number;
  amount: string;
  period: Budget['period'];
  mode: Budget['mode'];
  rollover: { enabled: boolean; cap: string | null } | null;
  alerts: string[];
  approve_above: string | null;
  created_at: Date;
}

const BUDGET = `id, tenant, name, applies_to, asset, unit, decimals, amount::text, period, mode, rollover,
  alerts::text[], approve_above::text, created_at`;

/** The living budgets of a tenant that may be for a payment, in the order in which they are locked; `covers` decides. */
export async function livingBudgets(
  db: Queryable,
  tenant: string,
  { subject, family, agent, service, funding }: PaymentScope,
): Promise<Budget[]> {
  const { rows } = await db.query<BudgetRow>({
    name: 'budgets_living',
    text: `select ${BUDGET} from budget where tenant = $1 and deleted_at is null
             and ($2::jsonb @> applies_to - 'payee' or id = $3) order by id`,
    values: [tenant, JSON.stringify({ subject, family, agent, service }), funding ?? null],
  });
  return rows.map(toBudget);
}

/**
 * Locks budgets in id order until the transaction ends, and answers those that still live, as they are now. Whoever begins a
 * new period waits for all who hold in the last one (`alone`); whoever deletes or changes a budget waits for all.
 */
export async function lockBudgets(
  client: pg.PoolClient,
  ids: readonly string[],
  alone: boolean,
): Promise<Budget[]> {
  const { rows } = await client.query<BudgetRow>(
    `select ${BUDGET} from budget where id = any($1) and deleted_at is null order by id for ${alone ? 'update' : 'share'}`,
    [ids],
  );
  return rows.map(toBudget);
}

function toBudget(row: BudgetRow): Budget {
  const { rollover } = row;
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    appliesTo: row.applies_to,
    ...(row.asset !== null && { asset: row.asset }),
    ...(row.unit !== null && { unit: row.unit }),
    decimals: row.decimals,
    amount: BigInt(row.amount),
    period: row.period,
    mode: row.mode,
    ...(rollover?.enabled && { rollover: rollover.cap === null ? {} : { cap: BigInt(rollover.cap) } }),
    alerts: row.alerts.map(Number),
    ...(row.approve_above !== null && { approveAbove: BigInt(row.approve_above) }),
    createdAtMs: row.created_at.getTime(),
  };
}

/** One period of a budget as the books have it. */
export interface BudgetWindow extends Window, WindowUse {
  budget: string;
  alerted: number[];
}

interface WindowRow {
  budget_id: string;
  key: string;
  starts_at: Date;
  ends_at: Date | null;
  carried: string;
  held: string;
  spent: string;
  alerted: string[];
}

const WINDOW = `budget_id, key, starts_at, ends_at, carried::text, held::text, spent::text, alerted::text[]`;

const toWindow = (row: WindowRow): BudgetWindow => ({
  budget: row.budget_id,
  key: row.key,
  startsAtMs: row.starts_at.getTime(),
  endsAtMs: row.ends_at?.getTime() ?? null,
  carried: BigInt(row.carried),
  held: BigInt(row.held),
  spent: BigInt(row.spent),
  alerted: row.alerted.map(Number),
});

/** The newest period of a calendar budget that was begun. */
export async function newestWindow(db: Queryable, budget: string): Promise<BudgetWindow | undefined> {
  const { rows } = await db.query<WindowRow>({
    name: 'budget_window_newest',
    text: `select ${WINDOW} from budget_window where budget_id = $1 order by starts_at desc, key desc limit 1`,
    values: [budget],
  });
  return rows.map(toWindow)[0];
}

export async function findWindow(
  db: Queryable,
  budget: string,
  key: string,
): Promise<BudgetWindow | undefined> {
  const { rows } = await db.query<WindowRow>({
    name: 'budget_window_find',
    text: `select ${WINDOW} from budget_window where budget_id = $1 and key = $2`,
    values: [budget, key],
  });
  return rows.map(toWindow)[0];
}

/** Begins a period, unless it was begun. */
export async function beginWindow(
  client: Queryable,
  budget: string,
  { key, startsAtMs, endsAtMs }: Window,
  carried: bigint,
): Promise<void> {
  await client.query(
    `insert into budget_window (budget_id, key, starts_at, ends_at, carried) values ($1, $2, $3, $4, $5)
     on conflict do nothing`,
    [budget, key, new Date(startsAtMs), endsAtMs === null ? null : new Date(endsAtMs), carried.toString()],
  );
}

/** The period itself, locked until the transaction ends. */
export async function lockWindow(client: pg.PoolClient, budget: string, key: string): Promise<BudgetWindow> {
  const { rows } = await client.query<WindowRow>(
    `select ${WINDOW} from budget_window where budget_id = $1 and key = $2 for no key update`,
    [budget, key],
  );
  return toWindow(rows[0]!);
}

/**
 * Locks all periods in which these transfers hold something, in the order of their budgets. For whoever closes several
 * transfers in one transaction: what books each of them at the end then waits for nobody.
 */
export async function lockWindowsOf(client: pg.PoolClient, transfers: readonly string[]): Promise<void> {
  if (transfers.length < 2) return;
  await client.query(
    `select from budget_window w where exists (select from budget_entry e
       where e.transfer_id = any($1) and e.kind = 'hold' and e.budget_id = w.budget_id and e.window_key = w.key)
     order by w.budget_id, w.key for no key update`,
    [transfers],
  );
}

/** A payment and its transfer, or a call of a model. */
export type HeldFor = { paymentId: string; transferId: string } | { modelUse: string };

/** What is held in one budget, in the budget's minor units. */
export interface BudgetHold {
  budget: string;
  window: string;
  amount: bigint;
  heldFor: HeldFor;
  runId: string;
  /** Shares that are told with it. */
  alerted: readonly number[];
}

/** The caller has locked the window and found room in it. */
export async function holdInBudget(client: pg.PoolClient, hold: BudgetHold): Promise<void> {
  const { heldFor } = hold;
  const [paymentId, transferId, modelUse] =
    'modelUse' in heldFor ? [null, null, heldFor.modelUse] : [heldFor.paymentId, heldFor.transferId, null];
  await client.query({
    name: 'budget_hold',
    text: `with moved as (
             update budget_window set held = held + $3::numeric, alerted = alerted || $8::numeric[]
             where budget_id = $1 and key = $2)
           insert into budget_entry (budget_id, window_key, payment_id, transfer_id, model_use, run_id, kind, amount)
           values ($1, $2, $4, $5, $6, $7, 'hold', $3::numeric)`,
    values: [
      hold.budget,
      hold.window,
      hold.amount.toString(),
      paymentId,
      transferId,
      modelUse,
      hold.runId,
      hold.alerted,
    ],
  });
}
