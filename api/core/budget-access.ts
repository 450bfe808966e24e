import { databaseNow } from '../../db/clock.ts';
import { findBudget, type BudgetRecord, type BudgetView } from '../../db/repositories/budget-records.ts';
import type { Budget } from '../../schemas/core/budget.ts';
import type { Ctx } from '../context.ts';
import { ApiError } from '../problem.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { toBudgets } from './budget-to-wire.ts';

/** Who may act for one subject only sees budgets for everyone and those for that subject. */
export const viewOf = ({ deps, principal }: Ctx): BudgetView => ({
  tenant: principal.tenant,
  subject: hiddenFrom(deps.families, principal)?.except,
});

export const wire = async ({ deps, principal }: Ctx, record: BudgetRecord): Promise<Budget> =>
  (await toBudgets(deps.db.pool, principal.tenant, [record], await databaseNow(deps.db.pool)))[0]!;

export const notFound = (): ApiError => new ApiError('budget_not_found', 'There is no such budget.');

export async function requireBudget(ctx: Ctx, id: string | undefined): Promise<BudgetRecord> {
  const record = await findBudget(ctx.deps.db.pool, viewOf(ctx), id ?? '');
  if (record === undefined) throw notFound();
  return record;
}
