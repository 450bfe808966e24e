import { databaseNow } from '../../db/clock.ts';
import { listBudgetEntries } from '../../db/repositories/budget-entries.ts';
import { listBudgets } from '../../db/repositories/budget-records.ts';
import { Budget, BudgetEntryPage, BudgetPage } from '../../schemas/core/budget.ts';
import { invalidCursor, page, PageQuery, readCursor } from '../http/paging.ts';
import { defineRoute } from '../route.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { requireBudget, viewOf, wire } from './budget-access.ts';
import { budgetChangeRoutes } from './budget-changes.ts';
import { toBudgets, toEntry } from './budget-to-wire.ts';

const tags = ['budgets'];

const list = defineRoute({
  method: 'get',
  path: '/budgets',
  summary: 'Budgets and how they stand now, newest first',
  description: 'Admins see all of the tenant. Others see those for everyone and those for their own subject.',
  tags,
  scope: 'read',
  query: PageQuery(50, 200),
  responses: { 200: { description: 'A page of budgets.', schema: BudgetPage } },
  errors: ['invalid_cursor'],
  async handler(ctx, { query: { limit, cursor } }) {
    const { pool } = ctx.deps.db;
    const rows = await listBudgets(pool, viewOf(ctx), readCursor(cursor), limit + 1);
    const shown = page(rows, limit, (row) => ({ at: row.created_at, id: row.id }));
    const budgets = await toBudgets(pool, ctx.principal.tenant, shown.rows, await databaseNow(pool));
    return { status: 200, body: { budgets, next_cursor: shown.next } };
  },
});

const get = defineRoute({
  method: 'get',
  path: '/budgets/:id',
  summary: 'One budget and how it stands now',
  tags,
  scope: 'read',
  responses: { 200: { description: 'The budget.', schema: Budget } },
  missing: { id: 'budget_not_found' },
  errors: ['budget_not_found'],
  async handler(ctx, { params }) {
    return { status: 200, body: await wire(ctx, await requireBudget(ctx, params['id'])) };
  },
});

const entries = defineRoute({
  method: 'get',
  path: '/budgets/:id/entries',
  summary: "A budget's book, newest first",
  description:
    'What was held, spent, released, refunded and reset. Lines of runs that the key does not see are left out.',
  tags,
  scope: 'read',
  query: PageQuery(50, 200),
  responses: { 200: { description: 'A page of entries.', schema: BudgetEntryPage } },
  missing: { id: 'budget_not_found' },
  errors: ['budget_not_found', 'invalid_cursor'],
  async handler(ctx, { params, query: { limit, cursor } }) {
    const { deps, principal } = ctx;
    const below = readCursor(cursor)?.id;
    if (below !== undefined && !/^\d{1,18}$/.test(below)) throw invalidCursor();
    const { id, decimals } = await requireBudget(ctx, params['id']);
    const hidden = hiddenFrom(deps.families, principal);
    const rows = await listBudgetEntries(deps.db.pool, id, hidden, below, limit + 1);
    const shown = page(rows, limit, (row) => ({ at: row.at, id: String(row.id) }));
    return {
      status: 200,
      body: { entries: shown.rows.map((row) => toEntry(row, decimals)), next_cursor: shown.next },
    };
  },
});

export const budgetRoutes = [list, get, entries, ...budgetChangeRoutes];
