import { z } from 'zod';
import { listAlerts, type AlertRow } from '../../../db/omni/read-calls.ts';
import { closeAttention } from '../../../db/omni/close-attention.ts';
import { fromMnee } from '../../../domain/omni/money.ts';
import { Alert } from '../../../schemas/families/omni/overview.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { isOurs } from './shared.ts';
import { mnee } from './to-wire.ts';

const MOST = 500;

export const alertRoutes = (options: OmniOptions): Route[] => [list(options), acknowledge(options)];

/** The alerts of agents' budgets: the engine's attention items, each share once a day. */
export const alertsOf = async (ctx: Ctx, { tenant, ...options }: OmniOptions): Promise<AlertRow[]> =>
  isOurs(ctx, { tenant, ...options }) ? listAlerts(ctx.deps.db.pool, tenant, { limit: MOST }) : [];

const list = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/alerts',
    summary: 'Shares of their day’s budgets that agents have used, newest first',
    tags: TAGS,
    scope: 'read',
    responses: { 200: { description: 'All of them.', schema: z.array(Alert) } },
    handler: async (ctx) => ({ status: 200, body: (await alertsOf(ctx, options)).map(toAlert) }),
  });

const acknowledge = (options: OmniOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/alerts/:id/ack',
    missing: { id: 'alert_not_found' },
    summary: 'Say that an alert was seen',
    tags: TAGS,
    scope: 'admin',
    idempotent: true,
    params: z.object({ id: z.string().min(1).max(300) }),
    responses: { 200: { description: 'The alert now.', schema: Alert } },
    errors: ['alert_not_found'],
    async handler(ctx, { params: { id } }) {
      const { pool } = ctx.deps.db;
      const find = async (): Promise<AlertRow | undefined> =>
        isOurs(ctx, options) ? (await listAlerts(pool, options.tenant, { id, limit: 1 }))[0] : undefined;
      if ((await find()) === undefined)
        throw new ApiError('alert_not_found', 'There is no such alert; GET /alerts lists those there are.');
      await ctx.audit('alert ack', `/alerts/${id}`);
      await closeAttention(pool, { tenant: options.tenant, id, by: ctx.principal.subject ?? 'api' });
      return { status: 200, body: toAlert((await find())!) };
    },
  });

const toAlert = ({ id, agent_id, data, created_at, resolved_at, resolved_by }: AlertRow): Alert => ({
  id,
  agent_id,
  threshold: data.share,
  spent: mnee(fromMnee(data.used)),
  budget: mnee(fromMnee(data.cap)),
  timestamp: created_at.toISOString(),
  acknowledged: resolved_at !== null && resolved_by !== 'system',
});
