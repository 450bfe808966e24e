import type { AgentStanding } from '../../../db/omni/standing.ts';
import type { OmniState } from '../../../db/omni/state.ts';
import { treasuryOf } from '../../../db/repositories/treasury.ts';
import { promisedIn } from '../../../db/repositories/payments-write.ts';
import { Treasury } from '../../../schemas/families/omni/money.ts';
import type { Ctx } from '../../context.ts';
import { defineRoute, type Route } from '../../route.ts';
import { TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { agentsOf, requireState } from './shared.ts';
import { agentMoney, mnee } from './to-wire.ts';

export const treasuryRoutes = (options: OmniOptions): Route[] => [
  defineRoute({
    method: 'get',
    path: '/treasury',
    summary: 'What agents may spend, have spent, and what there is to pay with',
    tags: TAGS,
    scope: 'read',
    responses: { 200: { description: 'Now.', schema: Treasury } },
    handler: async (ctx) => ({ status: 200, body: await treasuryNow(ctx, options) }),
  }),
];

export const sumOf = (agents: readonly AgentStanding[], of: (agent: AgentStanding) => bigint): bigint =>
  agents.reduce((sum, agent) => sum + of(agent), 0n);

/** What there is, read from the ledger and from the last look at the chain. */
export async function treasuryNow(ctx: Ctx, options: OmniOptions): Promise<Treasury> {
  const [state, agents] = await Promise.all([requireState(ctx, options), agentsOf(ctx, options)]);
  const { ledger, chain, promised } = await fundsOf(ctx, state);
  const balance =
    state.mode === 'mock' ? ledger + promised : chain === null ? null : min(ledger + promised, chain);
  const token = ctx.deps.assets.assets.find(({ id }) => id === state.token);
  return {
    agents: Object.fromEntries(agents.map((agent) => [agent.id, agentMoney(agent)])),
    totalAllocated: mnee(sumOf(agents, ({ dailyBudget }) => dailyBudget)),
    totalSpent: mnee(sumOf(agents, ({ spent }) => spent)),
    treasuryBalance: balance === null ? null : mnee(balance),
    ledgerBalance: mnee(ledger + promised),
    chainBalance: chain === null ? null : mnee(chain),
    drift: chain === null ? null : mnee(chain - ledger - promised),
    reserved: mnee(sumOf(agents, ({ reserved }) => reserved)),
    lowBalance: mnee(state.lowBalance),
    mode: state.mode,
    tokenAddress: state.mode === 'mock' ? null : (token?.address ?? null),
    treasuryAddress: state.treasuryAddress,
  };
}

const min = (one: bigint, other: bigint): bigint => (one < other ? one : other);

/** What the ledger has for agents, what is promised to payments that may not have left, and what the chain has. */
async function fundsOf(
  { deps }: Ctx,
  { token, chainBalance: chain }: OmniState,
): Promise<{ ledger: bigint; promised: bigint; chain: bigint | null }> {
  const asset = deps.assets.assets.find(({ id }) => id === token);
  if (asset === undefined) return { ledger: 0n, promised: 0n, chain };
  const { pool } = deps.db;
  const [ledger, promised] = await Promise.all([treasuryOf(pool, asset), promisedIn(pool, asset.id, '')]);
  return { ledger, promised, chain };
}
