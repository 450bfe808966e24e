import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import {
  changeBudget,
  deleteBudget,
  findBudget,
  insertBudget,
  resetBudget,
} from '../../db/repositories/budget-records.ts';
import { openWindows } from '../../db/repositories/budget-windows.ts';
import { databaseNow } from '../../db/clock.ts';
import { formatUnits } from '../../domain/money.ts';
import { Budget, BudgetBody, BudgetPatch, BudgetResetBody } from '../../schemas/core/budget.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Ctx } from '../context.ts';
import { actorOf } from '../http/pipeline.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { bindClaim } from './bind-claim.ts';
import { notFound, requireBudget, viewOf, wire } from './budget-access.ts';
import { currentWindow } from './budget-to-wire.ts';
import { changeOf, countedIn, refused } from './budget-units.ts';

const tags = ['budgets'];
const money = { paths: ['amount', 'approve_above', 'rollover.cap'] };

const create = defineRoute({
  method: 'post',
  path: '/budgets',
  summary: 'Cap what is paid, from now on',
  description:
    'A payment is held only if every hard budget that applies to it has room. Payments held before do not count.',
  tags,
  scope: 'admin',
  idempotent: true,
  money,
  body: BudgetBody,
  responses: { 201: { description: 'The budget.', schema: Budget } },
  errors: ['unknown_asset', 'unknown_unit', 'invalid_amount'],
  async handler(ctx, { body }) {
    const { claim, deps, principal } = ctx;
    const made = claim?.runId ? await findBudget(deps.db.pool, viewOf(ctx), claim.runId) : undefined;
    if (made !== undefined) return { status: 201, body: await wire(ctx, made) };
    const budget = newBudget(ctx, body);
    await ctx.audit('budget create', `/budgets/${budget.id}`, { ...body } as JsonObject);
    const record = await deps.db.transaction(async (client) => {
      await bindClaim(client, claim, budget.id);
      return insertBudget(client, { ...budget, tenant: principal.tenant });
    });
    return { status: 201, body: await wire(ctx, record) };
  },
});

function newBudget({ deps, principal }: Ctx, body: BudgetBody) {
  const { applies_to, name, period, mode, alerts } = body;
  const families = deps.families.map((family) => family.name);
  if (applies_to.family !== undefined && !families.includes(applies_to.family))
    throw refused(
      'validation_failed',
      'applies_to.family',
      `"${applies_to.family}" is no family here, so it would cap nothing; there are ${families.join(', ')}.`,
    );
  const counted = countedIn(deps.assets, body);
  const { amount, rollover, approve_above } = body;
  const amounts = changeOf({ amount, rollover, approve_above }, { ...counted, period });
  return {
    id: `bud_${randomBytes(8).toString('hex')}`,
    name,
    applies_to,
    ...counted,
    period,
    mode,
    alerts,
    amount: amounts.amount ?? '0',
    rollover: amounts.rollover ?? null,
    approve_above: amounts.approve_above ?? null,
    created_by: actorOf(principal),
  };
}

const change = defineRoute({
  method: 'patch',
  path: '/budgets/:id',
  summary: 'Change a budget; what is absent stays',
  description:
    'A lower amount than is spent is allowed and leaves 0. What a budget counts, and by which period, stays as it is. A raised amount lets waiting runs go on by themselves.',
  tags,
  scope: 'admin',
  money,
  body: BudgetPatch,
  responses: { 200: { description: 'The budget.', schema: Budget } },
  missing: { id: 'budget_not_found' },
  errors: ['budget_not_found', 'invalid_amount'],
  async handler(ctx, { params, body }) {
    const old = await requireBudget(ctx, params['id']);
    const changes = changeOf(body, old);
    await ctx.audit('budget change', `/budgets/${old.id}`, { ...body } as JsonObject);
    const name = { tenant: ctx.principal.tenant, id: old.id };
    const record = await ctx.deps.db.transaction((client) => changeBudget(client, name, changes));
    if (record === undefined) throw notFound();
    return { status: 200, body: await wire(ctx, record) };
  },
});

const remove = defineRoute({
  method: 'delete',
  path: '/budgets/:id',
  summary: 'Delete a budget that holds nothing',
  description:
    'Its book stays in the database. While a payment is under way there is a 409; make it `mode: "warn"` to take it out of the way at once. Runs that pay from it are limited by it all the same.',
  tags,
  scope: 'admin',
  responses: { 204: { description: 'It is gone.', schema: z.undefined() } },
  missing: { id: 'budget_not_found' },
  errors: ['budget_not_found', 'budget_in_use'],
  async handler({ deps, principal }, { params }) {
    const name = { tenant: principal.tenant, id: params['id'] ?? '' };
    const outcome = await deps.db.transaction((client) => deleteBudget(client, name));
    if (outcome.kind === 'missing') throw notFound();
    if (outcome.kind === 'deleted') return { status: 204, body: undefined };
    const { held, budget } = outcome;
    throw new ApiError(
      'budget_in_use',
      `Payments under way hold ${formatUnits(held, budget.decimals)} of it. Wait until they have ended, or change its mode to "warn".`,
    );
  },
});

const reset = defineRoute({
  method: 'post',
  path: '/budgets/:id/reset',
  summary: 'Make what was spent in the current period 0',
  description:
    'Books an entry `reset` of the amount spent, with its sign turned; the other entries stay. What is held stays held. With period `run` it is done for every open run. Where nothing is spent, nothing is booked.',
  tags,
  scope: 'admin',
  idempotent: true,
  body: BudgetResetBody,
  responses: { 200: { description: 'The budget.', schema: Budget } },
  missing: { id: 'budget_not_found' },
  errors: ['budget_not_found'],
  async handler(ctx, { params, body: { note } }) {
    const { claim, deps, principal } = ctx;
    const found = await requireBudget(ctx, params['id']);
    if (claim?.runId) return { status: 200, body: await wire(ctx, found) }; // an earlier try has done it
    const actor = actorOf(principal);
    await ctx.audit('budget reset', `/budgets/${found.id}`, { note });
    const record = await deps.db.transaction(async (client) => {
      await bindClaim(client, claim, found.id);
      const window = currentWindow(found, await databaseNow(client));
      const keys = window === null ? await openWindows(client, found.id) : [window.key];
      return resetBudget(client, { tenant: principal.tenant, id: found.id }, keys, { actor, note });
    });
    if (record === undefined) throw notFound();
    return { status: 200, body: await wire(ctx, record) };
  },
});

export const budgetChangeRoutes = [create, change, remove, reset];
