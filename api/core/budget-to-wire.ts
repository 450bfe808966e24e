import type { BudgetEntryRow } from '../../db/repositories/budget-entries.ts';
import type { BudgetRecord } from '../../db/repositories/budget-records.ts';
import { readWindows, type Asked, type WindowRow } from '../../db/repositories/budget-windows.ts';
import type { Queryable } from '../../db/ledger.ts';
import { carriedInto, leftOf } from '../../domain/budgets/room.ts';
import { windowAt, type Window } from '../../domain/budgets/windows.ts';
import { formatUnits } from '../../domain/money.ts';
import type { Budget, BudgetEntry } from '../../schemas/core/budget.ts';

/** Budgets of one tenant as they stand now. */
export async function toBudgets(
  db: Queryable,
  tenant: string,
  records: readonly BudgetRecord[],
  nowMs: number,
): Promise<Budget[]> {
  const asked = records.map((record): Asked => ({ id: record.id, window: currentWindow(record, nowMs) }));
  const byBudget = Map.groupBy(await readWindows(db, tenant, asked), (row) => row.budget_id);
  return records.map((record) => toBudget(record, byBudget.get(record.id) ?? [], nowMs));
}

/** Null where each run has its own. */
export const currentWindow = (
  { period, created_at }: Pick<BudgetRecord, 'period' | 'created_at'>,
  nowMs: number,
): Window | null =>
  period === 'run' ? null : windowAt({ period, createdAtMs: created_at.getTime() }, nowMs, '');

interface BudgetUse {
  carried: bigint;
  spent: bigint;
  held: bigint;
  unknown: bigint;
  left: bigint;
}

function toBudget(record: BudgetRecord, rows: readonly WindowRow[], nowMs: number): Budget {
  const window = currentWindow(record, nowMs);
  const { carried, spent, held, unknown, left } =
    window === null ? overRuns(record, rows) : inWindow(record, window, rows[0]);
  const units = (minor: bigint | string): string => formatUnits(minor, record.decimals);
  const { id, name, applies_to, asset, unit, amount, period, mode, rollover, alerts } = record;
  return {
    id,
    name,
    applies_to,
    ...(asset === null ? { unit: unit ?? '' } : { asset }),
    amount: units(amount),
    period,
    mode,
    rollover: rollover && {
      enabled: rollover.enabled,
      cap: rollover.cap === null ? null : units(rollover.cap),
    },
    alerts: [...alerts],
    approve_above: record.approve_above === null ? null : units(record.approve_above),
    carried: units(carried),
    spent: units(spent),
    held: units(held - unknown),
    unknown: units(unknown),
    left: units(left),
    renews_at: window === null || window.endsAtMs === null ? null : new Date(window.endsAtMs).toISOString(),
    created_at: record.created_at.toISOString(),
    updated_at: record.updated_at.toISOString(),
  };
}

const figures = ({ carried, spent, held, unknown }: WindowRow): Omit<BudgetUse, 'left'> => ({
  carried: BigInt(carried),
  spent: BigInt(spent),
  held: BigInt(held),
  unknown: BigInt(unknown),
});

/** `row` is the window itself, or the newest earlier one while nothing was held in this one. */
function inWindow(record: BudgetRecord, window: Window, row: WindowRow | undefined): BudgetUse {
  const amount = BigInt(record.amount);
  if (row?.key === window.key) {
    const now = figures(row);
    return { ...now, left: leftOf({ amount }, now) };
  }
  const { period, rollover, created_at } = record;
  const rolls = rollover?.enabled ? rollover : undefined;
  const carried = carriedInto(
    {
      amount,
      period,
      createdAtMs: created_at.getTime(),
      ...(rolls && { rollover: rolls.cap === null ? {} : { cap: BigInt(rolls.cap) } }),
    },
    window,
    row && { ...figures(row), startsAtMs: row.starts_at.getTime() },
  );
  return { carried, spent: 0n, held: 0n, unknown: 0n, left: amount + carried };
}

/** Sums over runs. What is left is the least that one of them has: that one is the next to have no room. */
function overRuns(record: BudgetRecord, rows: readonly WindowRow[]): BudgetUse {
  const amount = BigInt(record.amount);
  const sum: BudgetUse = { carried: 0n, spent: 0n, held: 0n, unknown: 0n, left: amount };
  for (const one of rows.map(figures)) {
    sum.spent += one.spent;
    sum.held += one.held;
    sum.unknown += one.unknown;
    const left = leftOf({ amount }, one);
    if (left < sum.left) sum.left = left;
  }
  return sum;
}

export const toEntry = (row: BudgetEntryRow, decimals: number): BudgetEntry => ({
  id: String(row.id),
  kind: row.kind,
  amount: formatUnits(row.amount, decimals),
  payment_id: row.payment_id,
  run_id: row.run_id,
  window: row.window_key,
  by: row.actor,
  note: row.note,
  at: row.at.toISOString(),
});
