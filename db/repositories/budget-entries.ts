import type { Queryable } from '../ledger.ts';
import type { Hidden } from './hidden.ts';

/** One line of a budget's book; `amount` is minor units of the budget as text, with a sign. */
export interface BudgetEntryRow {
  id: number;
  kind: 'hold' | 'spend' | 'release' | 'refund' | 'reset';
  amount: string;
  payment_id: string | null;
  run_id: string | null;
  window_key: string;
  actor: string | null;
  note: string | null;
  at: Date;
}

/** Newest first. Lines of hidden runs are left out. */
export async function listBudgetEntries(
  db: Queryable,
  budgetId: string,
  hidden: Hidden | undefined,
  below: string | undefined,
  limit: number,
): Promise<BudgetEntryRow[]> {
  const { rows } = await db.query<BudgetEntryRow>(
    `select e.id, e.kind, e.amount::text, e.payment_id, e.run_id, e.window_key, e.actor, e.note, e.at
     from budget_entry e
     where e.budget_id = $1 and ($2::bigint is null or e.id < $2)
       and ($3::text is null or e.run_id is null
         or exists (select from run r where r.id = e.run_id and (r.subject = $3 or r.family = any($4))))
     order by e.id desc limit $5`,
    [budgetId, below ?? null, hidden?.except ?? null, hidden?.shared ?? [], limit],
  );
  return rows;
}
