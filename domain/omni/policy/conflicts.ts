import { showMnee } from '../money.ts';
import type { PolicyAgent, PolicyService } from './facts.ts';

/** Two things in the files that work against each other. */
export interface Conflict {
  kind:
    | 'UNKNOWN_ALLOWED_AGENT'
    | 'UNKNOWN_BLOCKED_AGENT'
    | 'ALLOWED_AND_BLOCKED'
    | 'NOBODY_ALLOWED'
    | 'PRICE_ABOVE_MAX_PER_CALL'
    | 'PRICE_ABOVE_DAILY_BUDGET'
    | 'CAP_BELOW_PRICE'
    | 'INACTIVE_TOOL'
    | 'RESERVE_ABOVE_TREASURY';
  agentId: string | null;
  serviceId: string | null;
  detail: string;
}

export interface ConflictInput {
  agents: readonly PolicyAgent[];
  services: readonly (PolicyService & { hasTool: boolean })[];
  treasury: { free: bigint | null; highReserve: number };
}

/** Everything in the files that can never work, or works against something else. It decides nothing. */
export function findConflicts({ agents, services, treasury }: ConflictInput): Conflict[] {
  return [
    ...services.flatMap((service) => inService(service, agents)),
    ...agents.flatMap((agent) => services.flatMap((service) => between(agent, service))),
    ...inTreasury(agents, treasury),
  ];
}

function inService(service: ConflictInput['services'][number], agents: readonly PolicyAgent[]): Conflict[] {
  const { id, allowedAgents, blockedAgents, maxDailySpending, unitPrice, active, hasTool } = service;
  const ids = new Set(agents.map((agent) => agent.id));
  const of = (kind: Conflict['kind'], agentId: string | null, detail: string): Conflict => ({
    kind,
    agentId,
    serviceId: id,
    detail,
  });
  const usable = agents.filter((agent) => mayUse(agent, service));
  return [
    ...(allowedAgents ?? [])
      .filter((agent) => !ids.has(agent))
      .map((agent) => of('UNKNOWN_ALLOWED_AGENT', agent, `${id} allows ${agent}, which is in no file.`)),
    ...blockedAgents
      .filter((agent) => !ids.has(agent))
      .map((agent) => of('UNKNOWN_BLOCKED_AGENT', agent, `${id} blocks ${agent}, which is in no file.`)),
    ...(allowedAgents ?? [])
      .filter((agent) => blockedAgents.includes(agent))
      .map((agent) =>
        of('ALLOWED_AND_BLOCKED', agent, `${id} allows ${agent} and blocks it: it is blocked.`),
      ),
    ...(usable.length === 0 && agents.length > 0
      ? [of('NOBODY_ALLOWED', null, `No agent may use ${id}.`)]
      : []),
    ...(maxDailySpending !== undefined && maxDailySpending < unitPrice
      ? [
          of(
            'CAP_BELOW_PRICE',
            null,
            `${id} costs ${showMnee(unitPrice)}, and its day ends at ${showMnee(maxDailySpending)}: it is never paid.`,
          ),
        ]
      : []),
    ...(!active && hasTool
      ? [of('INACTIVE_TOOL', null, `${id} has a tool and is not active: no agent is offered it.`)]
      : []),
  ];
}

const mayUse = (agent: PolicyAgent, { allowedAgents, blockedAgents }: PolicyService): boolean =>
  !blockedAgents.includes(agent.id) && (allowedAgents?.includes(agent.id) ?? true);

function between(agent: PolicyAgent, service: PolicyService): Conflict[] {
  const { unitPrice, id } = service;
  if (!mayUse(agent, service) || !service.active) return [];
  const of = (kind: Conflict['kind'], detail: string): Conflict => ({
    kind,
    agentId: agent.id,
    serviceId: id,
    detail,
  });
  if (unitPrice > agent.maxPerCall)
    return [
      of(
        'PRICE_ABOVE_MAX_PER_CALL',
        `${id} costs ${showMnee(unitPrice)}, and ${agent.id} may pay ${showMnee(agent.maxPerCall)} a call: every call is rejected.`,
      ),
    ];
  return unitPrice > agent.dailyBudget
    ? [
        of(
          'PRICE_ABOVE_DAILY_BUDGET',
          `${id} costs ${showMnee(unitPrice)}, and ${agent.id} has ${showMnee(agent.dailyBudget)} a day.`,
        ),
      ]
    : [];
}

function inTreasury(
  agents: readonly PolicyAgent[],
  { free, highReserve }: ConflictInput['treasury'],
): Conflict[] {
  const high = agents.filter(({ priority }) => priority === 'HIGH');
  const budgets = high.reduce((sum, { dailyBudget }) => sum + dailyBudget, 0n);
  const reserve = (budgets * BigInt(highReserve)) / 10_000n;
  if (free === null || reserve <= free || high.length === agents.length) return [];
  const detail = `The reserve for HIGH agents is ${showMnee(reserve)} at the start of a day, and the treasury has ${showMnee(free > 0n ? free : 0n)}: other agents are rejected.`;
  return [{ kind: 'RESERVE_ABOVE_TREASURY', agentId: null, serviceId: null, detail }];
}
