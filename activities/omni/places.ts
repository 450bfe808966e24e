import { openRunIds } from '../../db/omni/open-chats.ts';
import { findAgent } from '../../db/omni/standing.ts';
import { setPaused, tellAgent } from '../../db/omni/agents.ts';
import { agentWorkflowId, OMNI_SIGNALS } from '../../domain/omni/messages.ts';
import { toMnee } from '../../domain/omni/money.ts';
import type { AgentActivities, AgentInput, PlaceActivities } from '../../domain/omni/ports.ts';
import type { OmniDeps } from './tools.ts';

/** Places in an agent's queue: its workflow gives them, chats ask for them. Everything here may be repeated. */
export const createPlaces = (deps: OmniDeps): AgentActivities & PlaceActivities => ({
  askForPlace: ({ runId, tenant, agentId, places }) =>
    deps.tellOrStart(agentStart(deps, { tenant, agentId, places }), OMNI_SIGNALS.enter, { runId }),
  leavePlace: ({ runId, tenant, agentId }) =>
    deps.tell(agentWorkflowId(deps.base, tenant, agentId), OMNI_SIGNALS.leave, { runId }),
  openChats: ({ runIds }) => openRunIds(deps.db.pool, runIds),
  givePlace: ({ runId }) => deps.tell(runId, OMNI_SIGNALS.placeGiven, {}),
  pauseAgent: async (request) => void (await setPaused(deps.db, request)),
  beginDay: (request) => beginDay(deps, request),
  describeAgent: (request) => describe(deps, request),
});

/** How an agent's workflow is started. */
export const agentStart = (
  { base }: Pick<OmniDeps, 'base'>,
  { tenant, agentId, places }: AgentInput,
): Parameters<OmniDeps['tellOrStart']>[0] => ({
  type: 'omniAgent',
  id: agentWorkflowId(base, tenant, agentId),
  args: [{ tenant, agentId, places }],
  summary: `agent ${agentId}`,
});

/** The engine's budget carries over by itself when the day's first payment is held; whoever looks sees it from midnight on. */
async function beginDay(
  { db }: OmniDeps,
  { tenant, agentId }: { tenant: string; agentId: string },
): Promise<void> {
  const agent = await findAgent(db.pool, tenant, agentId);
  if (agent === undefined) return;
  await tellAgent(db.pool, tenant, agentId, {
    key: `agent.day:${agentId}:${new Date().toISOString().slice(0, 10)}`,
    data: { change: 'new_day', budget: toMnee(agent.dailyBudget), rollover: toMnee(agent.rolloverBudget) },
  });
}

async function describe(
  { db }: OmniDeps,
  { tenant, agentId }: { tenant: string; agentId: string },
): Promise<string> {
  const agent = await findAgent(db.pool, tenant, agentId);
  if (agent === undefined) return `**${agentId}** is in no file any more.`;
  const { dailyBudget, rolloverBudget, spent, reserved, pausedAt, pauseReason, priority } = agent;
  return [
    `**${agentId}** (${priority})${pausedAt === null ? '' : ` is paused: ${pauseReason ?? 'no reason given'}`}`,
    `spent ${toMnee(spent)} and reserved ${toMnee(reserved)} of ${toMnee(dailyBudget + rolloverBudget)} MNEE today`,
  ].join('\n\n');
}
