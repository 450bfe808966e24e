import { z } from 'zod';
import { readFacts, toPolicyAgent, toPolicyService } from '../../../db/omni/facts.ts';
import { listDecisions } from '../../../db/omni/read-calls.ts';
import { listAgents, listServices } from '../../../db/omni/standing.ts';
import { treasuryOf } from '../../../db/repositories/treasury.ts';
import { promisedIn } from '../../../db/repositories/payments-write.ts';
import { fromMnee } from '../../../domain/omni/money.ts';
import { findConflicts } from '../../../domain/omni/policy/conflicts.ts';
import { decide } from '../../../domain/omni/policy/decide.ts';
import type { PolicyFacts } from '../../../domain/omni/policy/facts.ts';
import {
  Action,
  Conflict,
  PolicyLog,
  SimulateBody,
  Simulation,
} from '../../../schemas/families/omni/policy.ts';
import { Id } from '../../../schemas/families/omni/primitives.ts';
import type { Ctx } from '../../context.ts';
import { WholeNumber } from '../../http/paging.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { agentNotFound } from './problems.ts';
import { replayRoute } from './replay.ts';
import { isOurs, requireState } from './shared.ts';
import { mnee, toPolicyLog } from './to-wire.ts';

export const policyRoutes = (options: OmniOptions): Route[] => [
  logs(options),
  simulate(options),
  conflicts(options),
  replayRoute(options),
];

const logs = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/policy/logs',
    summary: 'The last decisions of the policy, oldest first',
    tags: TAGS,
    scope: 'read',
    query: z.object({
      limit: WholeNumber(50, 1, 1000),
      agent_id: Id.optional(),
      service_id: Id.optional(),
      action: Action.optional(),
    }),
    responses: {
      200: { description: 'One entry a decision.', schema: z.object({ logs: z.array(PolicyLog) }) },
    },
    async handler(ctx, { query: { limit, agent_id: agentId, service_id: serviceId, action } }) {
      const rows = isOurs(ctx, options)
        ? await listDecisions(ctx.deps.db.pool, options.tenant, { agentId, serviceId, action }, limit)
        : [];
      return { status: 200, body: { logs: rows.map(toPolicyLog) } };
    },
  });

const MONEY = ['dailyBudget', 'maxPerCall', 'currentDailySpend', 'treasuryBalance'] as const;

const simulate = (options: OmniOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/policy/simulate',
    summary:
      'What the policy would decide now, with the rules that it asked; nothing is held or written down',
    tags: TAGS,
    scope: 'operate',
    money: { paths: MONEY.map((name) => `overrides.${name}`), numbersOnly: true },
    body: SimulateBody,
    responses: { 200: { description: 'The decision.', schema: Simulation } },
    errors: ['agent_not_found', 'service_not_found'],
    async handler(ctx, { body: { agent_id: agentId, service_id: serviceId, quantity, overrides = {} } }) {
      if (!isOurs(ctx, options)) throw agentNotFound(agentId);
      const facts = await factsNow(ctx, options, { agentId, serviceId, quantity });
      if (facts.agent === undefined) throw agentNotFound(agentId);
      if (facts.service === undefined)
        throw new ApiError(
          'service_not_found',
          `There is no service ${serviceId}; GET /services lists them.`,
        );
      const decision = decide(override(facts, overrides));
      return {
        status: 200,
        body: {
          action: decision.action,
          reason_code: decision.reasonCode,
          reason: decision.reason,
          cost: mnee(decision.cost),
          effective_service_id: decision.effectiveServiceId,
          remaining_after: mnee(decision.remainingAfter),
          trace: decision.trace,
        },
      };
    },
  });

type Overrides = NonNullable<z.output<typeof SimulateBody>['overrides']>;

/** What is assumed in place of what is so. */
function override(
  facts: PolicyFacts,
  { dailyBudget, maxPerCall, currentDailySpend, treasuryBalance }: Overrides,
) {
  const reserved = facts.agent?.reserved ?? 0n;
  return {
    ...facts,
    ...(facts.agent && {
      agent: {
        ...facts.agent,
        ...(dailyBudget !== undefined && { dailyBudget: fromMnee(dailyBudget) }),
        ...(maxPerCall !== undefined && { maxPerCall: fromMnee(maxPerCall) }),
        ...(currentDailySpend !== undefined && { spent: fromMnee(currentDailySpend) }),
      },
    }),
    ...(treasuryBalance !== undefined && {
      treasury: { ...facts.treasury, free: fromMnee(treasuryBalance) - reserved },
    }),
  } satisfies PolicyFacts;
}

/** The facts of a decision now, as the last look at the chain has them. */
async function factsNow(
  ctx: Ctx,
  options: OmniOptions,
  asked: { agentId: string; serviceId: string; quantity: number },
): Promise<PolicyFacts> {
  const state = await requireState(ctx, options);
  const { pool } = ctx.deps.db;
  const asset = ctx.deps.assets.assets.find(({ id }) => id === state.token);
  const ledger = asset === undefined ? 0n : await treasuryOf(pool, asset);
  const promised = asset === undefined ? 0n : await promisedIn(pool, asset.id, '');
  return readFacts(pool, { tenant: options.tenant, ...asked }, () => {
    if (state.mode === 'mock') return ledger;
    if (state.chainBalance === null) return null;
    const onChain = state.chainBalance - promised;
    return ledger < onChain ? ledger : onChain;
  });
}

const conflicts = (options: OmniOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/policy/conflicts',
    summary: 'What in the files works against something else',
    tags: TAGS,
    scope: 'read',
    responses: { 200: { description: 'All of them.', schema: z.array(Conflict) } },
    async handler(ctx) {
      const body = isOurs(ctx, options) ? await conflictsNow(ctx, options) : [];
      return { status: 200, body };
    },
  });

async function conflictsNow(ctx: Ctx, options: OmniOptions): Promise<z.output<typeof Conflict>[]> {
  const { pool } = ctx.deps.db;
  const [agents, services, facts] = await Promise.all([
    listAgents(pool, options.tenant),
    listServices(pool, options.tenant),
    factsNow(ctx, options, { agentId: '', serviceId: '', quantity: 1 }),
  ]);
  const found = findConflicts({
    agents: agents.map(toPolicyAgent),
    services: services.map((service) => ({ ...toPolicyService(service), hasTool: service.tool !== null })),
    treasury: facts.treasury,
  });
  return found.map(({ kind, agentId, serviceId, detail }) => ({
    kind,
    agent_id: agentId,
    service_id: serviceId,
    detail,
  }));
}
