import { z } from 'zod';
import { resetDay } from '../../../db/omni/agents.ts';
import { countCalls, readTrends, type TrendRow } from '../../../db/omni/read-calls.ts';
import { listServices } from '../../../db/omni/standing.ts';
import { Stats, TrendPoint } from '../../../schemas/families/omni/overview.ts';
import { When } from '../../../schemas/families/omni/primitives.ts';
import type { Ctx } from '../../context.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { invalidField } from './problems.ts';
import { agentsOf, isOurs, requireState } from './shared.ts';
import { mnee } from './to-wire.ts';
import { sumOf } from './treasury.ts';

export const statsRoutes = (options: OmniOptions): Route[] => [
  stats(options),
  trends(options),
  reset(options),
];

const stats = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/stats',
    summary: 'How many payments and decisions there were',
    tags: TAGS,
    scope: 'read',
    responses: { 200: { description: 'Counts of all time, and the sums of today.', schema: Stats } },
    handler: async (ctx) => ({ status: 200, body: await statsNow(ctx, options) }),
  });

export async function statsNow(ctx: Ctx, options: OmniOptions): Promise<Stats> {
  const { pool } = ctx.deps.db;
  const ours = isOurs(ctx, options);
  const [state, counts, agents, services] = await Promise.all([
    requireState(ctx, options),
    countCalls(pool, ours ? options.tenant : ''),
    agentsOf(ctx, options),
    ours ? listServices(pool, options.tenant) : [],
  ]);
  const { SUCCESS, MOCK, FAILED, PENDING } = counts.transactions;
  return {
    transactions: {
      total: SUCCESS + MOCK + FAILED + PENDING,
      successful: SUCCESS + MOCK,
      failed: FAILED,
      mock: MOCK,
    },
    policyActions: counts.actions,
    totalAllocatedBudget: mnee(sumOf(agents, ({ dailyBudget }) => dailyBudget)),
    totalSpent: mnee(sumOf(agents, ({ spent }) => spent)),
    serviceCount: services.length,
    agentCount: agents.length,
    mode: state.mode,
  };
}

const DAY_MS = 86_400_000;
const USUAL_MS = { hour: DAY_MS, day: 30 * DAY_MS } as const;
const MOST_POINTS = 2000;

const trends = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/stats/trends',
    summary: 'What was spent and decided over time',
    description:
      'Without `from` and `to` the last day by hours, or the last 30 days. Hours and days are UTC.',
    tags: TAGS,
    scope: 'read',
    query: z.object({
      bucket: z.enum(['hour', 'day']).default('hour'),
      from: When.optional(),
      to: When.optional(),
    }),
    responses: {
      200: { description: 'Points in order.', schema: z.object({ points: z.array(TrendPoint) }) },
    },
    async handler(ctx, { query: { bucket, from, to } }) {
      const end = to === undefined ? new Date() : new Date(to);
      const start = from === undefined ? new Date(end.getTime() - USUAL_MS[bucket]) : new Date(from);
      if (start > end) throw invalidField('from', 'must not be after `to`');
      const step = bucket === 'hour' ? DAY_MS / 24 : DAY_MS;
      if ((end.getTime() - start.getTime()) / step > MOST_POINTS)
        throw invalidField('from', `is too early: at most ${MOST_POINTS} points are answered`);
      const rows = isOurs(ctx, options)
        ? await readTrends(ctx.deps.db.pool, options.tenant, bucket, { from: start, to: end })
        : [];
      return { status: 200, body: { points: toPoints(rows) } };
    },
  });

function toPoints(rows: readonly TrendRow[]): TrendPoint[] {
  const groups = Map.groupBy(rows, ({ start }) => start.toISOString());
  return [...groups].map(([start, group]) => ({
    start,
    spent: mnee(spentOf(group)),
    transactions: count(group, ({ transactions }) => transactions),
    allowed: count(group, ({ action, n }) => (action === 'ALLOWED' ? n : 0)),
    rejected: count(group, ({ action, n }) => (action === 'REJECTED' ? n : 0)),
    downgraded: count(group, ({ action, n }) => (action === 'DOWNGRADED' ? n : 0)),
    byAgent: spentBy(group, ({ agent_id: id }) => id),
    byService: spentBy(group, ({ service_id: id }) => id),
  }));
}

const count = (rows: readonly TrendRow[], of: (row: TrendRow) => number): number =>
  rows.reduce((sum, row) => sum + of(row), 0);

const spentOf = (rows: readonly TrendRow[]): bigint =>
  rows.reduce((sum, { spent }) => sum + BigInt(spent), 0n);

const spentBy = (rows: readonly TrendRow[], of: (row: TrendRow) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(rows, of)].map(([id, group]) => [id, mnee(spentOf(group))]));

const reset = (options: OmniOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/reset',
    summary: 'Set what agents spent today to 0',
    description:
      'Through the budgets’ own resets, which are in their books. Logs, budgets and what is reserved stay.',
    tags: TAGS,
    scope: 'admin',
    idempotent: true,
    responses: { 200: { description: 'Done.', schema: z.object({ message: z.string() }) } },
    async handler(ctx) {
      await ctx.audit('agents reset', '/reset');
      const actor = ctx.principal.subject ?? 'api';
      if (isOurs(ctx, options))
        await ctx.deps.db.transaction((client) =>
          resetDay(client, options.tenant, { actor, note: 'POST /reset' }),
        );
      return { status: 200, body: { message: "All agents' daily spending has been reset to 0" } };
    },
  });
