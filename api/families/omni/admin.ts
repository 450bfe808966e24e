import { loadConfig } from '../../../db/omni/load-config.ts';
import { countQueued } from '../../../db/omni/read-calls.ts';
import { readHalt, setHalt } from '../../../db/repositories/payments-halt.ts';
import { HaltAnswer, HaltBody, Overview, ReloadAnswer } from '../../../schemas/families/omni/overview.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { alertsOf } from './alerts.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { agentsOf, requireState } from './shared.ts';
import { statsNow } from './stats.ts';
import { treasuryNow } from './treasury.ts';

export const adminRoutes = (options: OmniOptions): Route[] => [
  overview(options),
  reload(options),
  halt(true),
  halt(false),
];

const overview = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/admin/overview',
    summary: 'Treasury, counts, who is paused, what waits',
    tags: TAGS,
    scope: 'admin',
    responses: { 200: { description: 'Now.', schema: Overview } },
    async handler(ctx) {
      const { pool } = ctx.deps.db;
      const [treasury, stats, agents, { halted }, alerts, queued] = await Promise.all([
        treasuryNow(ctx, options),
        statsNow(ctx, options),
        agentsOf(ctx, options),
        readHalt(pool),
        alertsOf(ctx, options),
        countQueued(pool, options.tenant),
      ]);
      const paused = agents.filter(({ pausedAt }) => pausedAt !== null).map(({ id }) => id);
      const open = alerts.filter(({ resolved_at: at }) => at === null).length;
      return { status: 200, body: { treasury, stats, paused, halted, alerts: open, queued } };
    },
  });

const reload = (options: OmniOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/admin/reload',
    summary: 'Read the files of agents and services again',
    description:
      'All or nothing, for all processes at once. What was changed over the API since the last load stays, and is named. With a mistake in a file the old ones stay.',
    tags: TAGS,
    scope: 'admin',
    idempotent: true,
    responses: { 200: { description: 'How many there are now.', schema: ReloadAnswer } },
    errors: ['config_invalid'],
    async handler(ctx) {
      const read = await options.readFiles();
      if (!read.ok)
        throw new ApiError('config_invalid', 'The files have mistakes; the old ones stay in force.', {
          errors: read.problems.map(({ file, line, path, message }) => ({
            path: `${file}:${line}${path === '' ? '' : ` ${path}`}`,
            message,
            code: 'invalid',
          })),
          members: { problems: read.problems },
        });
      const { mode } = await requireState(ctx, options);
      await ctx.audit('config reload', '/admin/reload', { hash: read.hash });
      const { config, hash } = read;
      const kept = await ctx.deps.db.transaction((client) =>
        loadConfig(client, options.tenant, { config, hash, mode }),
      );
      const flows = await countFlows(ctx);
      const { agents, services } = config;
      return { status: 200, body: { flows, agents: agents.length, services: services.length, kept } };
    },
  });

async function countFlows(ctx: Ctx): Promise<number> {
  const parts = await Promise.all(ctx.deps.families.map(async (family) => (await family.flows?.(ctx)) ?? []));
  return parts.flat().length;
}

const halt = (halted: boolean): Route =>
  defineRoute({
    method: 'post',
    path: `/admin/payments/${halted ? 'halt' : 'resume'}`,
    summary: halted ? 'Stop all payments of all families' : 'Let payments go on',
    description: halted
      ? 'From this answer on no process signs a payment. What is signed already is followed to its end.'
      : 'Runs that wait for it go on by themselves.',
    tags: TAGS,
    scope: 'admin',
    idempotent: true,
    body: HaltBody,
    responses: { 200: { description: 'Now.', schema: HaltAnswer } },
    async handler(ctx, { body }) {
      const reason = body?.reason ?? null;
      await ctx.audit(halted ? 'payments halt' : 'payments resume', '/admin/payments', { reason });
      await setHalt(ctx.deps.db, { halted, by: ctx.principal.subject ?? 'api', reason });
      return { status: 200, body: { halted } };
    },
  });
