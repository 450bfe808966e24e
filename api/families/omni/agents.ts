import { z } from 'zod';
import { changeAgent, setPaused } from '../../../db/omni/agents.ts';
import { listTransactions, totalPaid } from '../../../db/omni/read-calls.ts';
import { fromMnee } from '../../../domain/omni/money.ts';
import { agentWorkflowId, OMNI_SIGNALS } from '../../../domain/omni/messages.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { CatalogueEntry } from '../../../schemas/core/api.ts';
import { BudgetAnswer, BudgetBody } from '../../../schemas/families/omni/money.ts';
import { PauseAnswer, PauseBody } from '../../../schemas/families/omni/overview.ts';
import { Id } from '../../../schemas/families/omni/primitives.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { agentNotFound } from './problems.ts';
import { AGENT_PARAM, agentsOf, requireAgent } from './shared.ts';
import { agentEntry, mnee, toTransaction } from './to-wire.ts';

const params = z.object({ id: Id });
const SHOWN = 100;

export const agentRoutes = (options: OmniOptions): Route[] => [
  budget(options),
  pause(options, true),
  pause(options, false),
];

/** What `GET /agents` shows of this family. */
export const listAgentEntries = async (ctx: Ctx, options: OmniOptions): Promise<CatalogueEntry[]> =>
  (await agentsOf(ctx, options)).map(agentEntry);

/** What `GET /agents/{id}` shows; undefined where it is no agent of ours. */
export async function findAgentEntry(
  ctx: Ctx,
  options: OmniOptions,
  id: string,
): Promise<CatalogueEntry | undefined> {
  const agent = (await agentsOf(ctx, options)).find((one) => one.id === id);
  if (agent === undefined) return undefined;
  const { pool } = ctx.deps.db;
  const { tenant } = options;
  const [rows, total] = await Promise.all([
    listTransactions(pool, tenant, { agentId: id }, SHOWN),
    totalPaid(pool, tenant, { agentId: id }),
  ]);
  return { ...agentEntry(agent), transactions: rows.map(toTransaction), totalSpent: mnee(total) };
}

const budget = (options: OmniOptions): Route =>
  defineRoute({
    method: 'put',
    path: '/agents/:id/budget',
    missing: AGENT_PARAM,
    summary: 'Change what an agent may spend; what is absent stays',
    description:
      'It changes the budget of the agent’s day (GET /budgets/{budget_id}). It may fall below what is spent. A reload of the files keeps it.',
    tags: TAGS,
    scope: 'admin',
    money: { paths: ['daily_budget', 'max_per_call', 'rollover_cap'], numbersOnly: true },
    params,
    body: BudgetBody,
    responses: { 200: { description: 'The agent now.', schema: BudgetAnswer } },
    errors: ['agent_not_found', 'agent_has_no_budget'],
    async handler(ctx, { params: { id }, body }) {
      const agent = await requireOwn(ctx, options, id);
      const { daily_budget, max_per_call, rollover_enabled, rollover_cap } = body;
      const isRollover = rollover_enabled !== undefined || rollover_cap !== undefined;
      await ctx.audit('agent budget', `/agents/${id}`, body as JsonObject);
      const changed = await ctx.deps.db.transaction((client) =>
        changeAgent(client, options.tenant, id, {
          ...(daily_budget !== undefined && { dailyBudget: fromMnee(daily_budget) }),
          ...(max_per_call !== undefined && { maxPerCall: fromMnee(max_per_call) }),
          ...(isRollover && {
            rollover: {
              enabled: rollover_enabled ?? agent.rollover.enabled,
              cap:
                rollover_cap === undefined
                  ? agent.rollover.cap
                  : rollover_cap === null
                    ? null
                    : fromMnee(rollover_cap),
            },
          }),
        }),
      );
      if (changed === undefined) throw agentNotFound(id);
      const shown = { id, dailyBudget: mnee(changed.dailyBudget), maxPerCall: mnee(changed.maxPerCall) };
      return { status: 200, body: { message: 'Budget updated successfully', agent: shown } };
    },
  });

/** Agents of other families have no budget here. */
async function requireOwn(ctx: Ctx, options: OmniOptions, id: string) {
  const own = (await agentsOf(ctx, options)).find((agent) => agent.id === id);
  if (own !== undefined) return own;
  for (const family of ctx.deps.families)
    if ((await family.agents?.(ctx))?.some((agent) => agent.id === id) === true)
      throw new ApiError(
        'agent_has_no_budget',
        `Agent ${id} has no budget; GET /treasury lists those that have.`,
      );
  throw agentNotFound(id);
}

const pause = (options: OmniOptions, paused: boolean): Route =>
  defineRoute({
    method: 'post',
    path: `/agents/:id/${paused ? 'pause' : 'resume'}`,
    missing: AGENT_PARAM,
    summary: paused ? 'Pause an agent: it pays for nothing more' : 'Let a paused agent go on',
    description: paused
      ? 'Chats at work meet it at their next tool.'
      : 'An agent that is not paused stays as it is.',
    tags: TAGS,
    scope: 'admin',
    idempotent: true,
    params,
    body: PauseBody,
    responses: { 200: { description: 'The agent now.', schema: PauseAnswer } },
    errors: ['agent_not_found'],
    async handler(ctx, { params: { id }, body }) {
      await requireAgent(ctx, options, id);
      await ctx.audit(paused ? 'agent pause' : 'agent resume', `/agents/${id}`, (body ?? {}) as JsonObject);
      const reason = body?.reason ?? null;
      const now = await setPaused(ctx.deps.db, { tenant: options.tenant, agentId: id, paused, reason });
      if (now === undefined) throw agentNotFound(id);
      tellActor(ctx, options, id, { paused, reason });
      return {
        status: 200,
        body: {
          message: `Agent ${id} is ${paused ? 'paused' : 'active'}`,
          agent: { id, paused, pausedAt: now.pausedAt?.toISOString() ?? null, reason: now.reason },
        },
      };
    },
  });

/** The row counts; the agent's workflow shows it in Temporal's UI. Nobody waits for it, and one that does not run is told nothing. */
function tellActor(
  { deps }: Ctx,
  { taskQueue, tenant }: OmniOptions,
  id: string,
  { paused, reason }: { paused: boolean; reason: string | null },
): void {
  const signal = paused ? OMNI_SIGNALS.pause : OMNI_SIGNALS.resume;
  void deps.temporal.workflow
    .getHandle(agentWorkflowId(taskQueue, tenant, id))
    .signal(signal, reason === null ? {} : { reason })
    .catch(() => undefined);
}
