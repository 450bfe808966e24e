import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Priority } from '../config.ts';
import type { PolicyFacts } from './facts.ts';

/** What a decision saw that its agents and services do not tell: written beside it, so that it can be replayed. */
export function toRecord({ treasury, halted, agent, service, highAgents, burst }: PolicyFacts): JsonObject {
  return {
    free: treasury.free?.toString() ?? null,
    low_balance: treasury.lowBalance.toString(),
    high_reserve: treasury.highReserve,
    halted,
    ...(agent && {
      agent: {
        priority: agent.priority,
        max_per_call: agent.maxPerCall.toString(),
        daily_budget: agent.dailyBudget.toString(),
        rollover: agent.rollover.toString(),
        spent: agent.spent.toString(),
        reserved: agent.reserved.toString(),
        paused: agent.paused,
      },
    }),
    ...(service && {
      service: {
        unit_price: service.unitPrice.toString(),
        active: service.active,
        allowed: service.allowedAgents === undefined ? null : [...service.allowedAgents],
        blocked: [...service.blockedAgents],
        max_daily: service.maxDailySpending?.toString() ?? null,
        day_use: service.dayUse?.toString() ?? null,
      },
    }),
    high: highAgents.map(({ id, dailyBudget, rollover, used }) => ({
      id,
      daily_budget: dailyBudget.toString(),
      rollover: rollover.toString(),
      used: used.toString(),
    })),
    ...(burst && { burst: { calls: burst.calls, amount: burst.amount.toString() } }),
  };
}

interface RecordedAgent {
  priority: Priority;
  max_per_call: string;
  daily_budget: string;
  rollover: string;
  spent: string;
  reserved: string;
  paused: boolean;
}

interface RecordedService {
  unit_price: string;
  active: boolean;
  allowed: string[] | null;
  blocked: string[];
  max_daily: string | null;
  day_use: string | null;
}

interface Recorded {
  free: string | null;
  low_balance: string;
  high_reserve: number;
  halted: boolean;
  agent?: RecordedAgent;
  service?: RecordedService;
  high: { id: string; daily_budget: string; rollover: string; used: string }[];
  burst?: { calls: number; amount: string };
}

/** The facts of a decision as they were. */
export function fromRecord(
  record: JsonObject,
  { agentId, serviceId, quantity }: { agentId: string; serviceId: string; quantity: number },
): PolicyFacts {
  const { free, low_balance, high_reserve, halted, agent, service, high, burst } =
    record as unknown as Recorded;
  return {
    agentId,
    serviceId,
    quantity,
    halted,
    treasury: {
      free: free === null ? null : BigInt(free),
      lowBalance: BigInt(low_balance),
      highReserve: high_reserve,
    },
    highAgents: high.map(({ id, daily_budget, rollover, used }) => ({
      id,
      dailyBudget: BigInt(daily_budget),
      rollover: BigInt(rollover),
      used: BigInt(used),
    })),
    ...(burst && { burst: { calls: burst.calls, amount: BigInt(burst.amount) } }),
    ...(agent && {
      agent: {
        id: agentId,
        priority: agent.priority,
        maxPerCall: BigInt(agent.max_per_call),
        dailyBudget: BigInt(agent.daily_budget),
        rollover: BigInt(agent.rollover),
        spent: BigInt(agent.spent),
        reserved: BigInt(agent.reserved),
        paused: agent.paused,
      },
    }),
    ...(service && {
      service: {
        id: serviceId,
        unitPrice: BigInt(service.unit_price),
        active: service.active,
        blockedAgents: service.blocked,
        ...(service.allowed !== null && { allowedAgents: service.allowed }),
        ...(service.max_daily !== null && { maxDailySpending: BigInt(service.max_daily) }),
        ...(service.day_use !== null && { dayUse: BigInt(service.day_use) }),
      },
    }),
  };
}
