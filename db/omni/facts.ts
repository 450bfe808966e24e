import type { PolicyAgent, PolicyFacts, PolicyService } from '../../domain/omni/policy/facts.ts';
import type { Queryable } from '../ledger.ts';
import { readHalt } from '../repositories/payments-halt.ts';
import { burstOf } from './calls.ts';
import { listAgents, listServices, type AgentStanding, type ServiceStanding } from './standing.ts';
import { readState, type OmniState } from './state.ts';

/** What is asked of the policy. */
export interface Asked {
  tenant: string;
  agentId: string;
  serviceId: string;
  quantity: number;
}

/** Reads what a decision depends on. Under the lock of the asset no hold comes in between. */
export async function readFacts(
  db: Queryable,
  { tenant, agentId, serviceId, quantity }: Asked,
  free: (state: OmniState | undefined) => bigint | null,
): Promise<PolicyFacts> {
  const agents = await listAgents(db, tenant);
  const services = await listServices(db, tenant);
  const state = await readState(db, tenant);
  const { halted } = await readHalt(db);
  const agent = agents.find(({ id }) => id === agentId);
  const service = services.find(({ id }) => id === serviceId);
  return {
    agentId,
    serviceId,
    quantity,
    halted,
    ...(agent && { agent: toPolicyAgent(agent) }),
    ...(service && { service: toPolicyService(service) }),
    treasury: {
      free: free(state),
      lowBalance: state?.lowBalance ?? 0n,
      highReserve: state?.highReserve ?? 0,
    },
    highAgents: agents
      .filter(({ priority }) => priority === 'HIGH')
      .map((high) => ({
        id: high.id,
        dailyBudget: high.dailyBudget,
        rollover: high.rolloverBudget,
        used: high.spent + high.reserved,
      })),
    ...(state?.burst === true && { burst: await burstOf(db, tenant, agentId) }),
  };
}

export const toPolicyAgent = (agent: AgentStanding): PolicyAgent => ({
  id: agent.id,
  priority: agent.priority,
  maxPerCall: agent.maxPerCall,
  dailyBudget: agent.dailyBudget,
  rollover: agent.rolloverBudget,
  spent: agent.spent,
  reserved: agent.reserved,
  paused: agent.pausedAt !== null,
});

export const toPolicyService = (service: ServiceStanding): PolicyService => ({
  id: service.id,
  unitPrice: service.unitPrice,
  active: service.active,
  blockedAgents: service.blockedAgents,
  ...(service.allowedAgents !== null && { allowedAgents: service.allowedAgents }),
  ...(service.maxDailySpending !== null && { maxDailySpending: service.maxDailySpending }),
  ...(service.dayUse !== null && { dayUse: service.dayUse }),
});
