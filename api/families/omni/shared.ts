import { listAgents, type AgentStanding } from '../../../db/omni/standing.ts';
import { readState, type OmniState } from '../../../db/omni/state.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import type { OmniOptions } from './options.ts';
import { agentNotFound } from './problems.ts';

/** Agents spend the operator's treasury, so only the operator's tenant has any. */
export const isOurs = ({ principal }: Pick<Ctx, 'principal'>, { tenant }: OmniOptions): boolean =>
  principal.tenant === tenant;

export const agentsOf = async (ctx: Ctx, options: OmniOptions): Promise<AgentStanding[]> =>
  isOurs(ctx, options) ? listAgents(ctx.deps.db.pool, options.tenant) : [];

export async function requireAgent(ctx: Ctx, options: OmniOptions, id: string): Promise<AgentStanding> {
  const agent = (await agentsOf(ctx, options)).find((one) => one.id === id);
  if (agent !== undefined) return agent;
  throw agentNotFound(id);
}

/** Until a worker has loaded the files there is nothing to tell. */
export async function requireState(ctx: Ctx, options: OmniOptions): Promise<OmniState> {
  const state = await readState(ctx.deps.db.pool, options.tenant);
  if (state !== undefined) return state;
  throw new ApiError('unavailable', 'No worker has loaded the agents yet. Try again in a moment.', {
    headers: { 'retry-after': '2' },
  });
}

/** The last element wins where one parameter is an id of a path. */
export const AGENT_PARAM = { id: 'agent_not_found' } as const;
