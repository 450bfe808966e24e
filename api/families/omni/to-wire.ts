import type { CallRow } from '../../../db/omni/calls.ts';
import { toPolicyAgent } from '../../../db/omni/facts.ts';
import type { listTransactions } from '../../../db/omni/read-calls.ts';
import type { AgentStanding, ServiceStanding } from '../../../db/omni/standing.ts';
import { toMnee } from '../../../domain/omni/money.ts';
import { remainingOf } from '../../../domain/omni/policy/decide.ts';
import type { AgentMoney, Transaction } from '../../../schemas/families/omni/money.ts';
import type { PolicyLog } from '../../../schemas/families/omni/policy.ts';
import { rawNumber } from '../../http/json-source.ts';

/** Minor units as a JSON number of MNEE, digit for digit. */
export const mnee = (minor: bigint | string): number => rawNumber(toMnee(BigInt(minor)));

export const agentMoney = (agent: AgentStanding): AgentMoney => ({
  id: agent.id,
  priority: agent.priority,
  dailyBudget: mnee(agent.dailyBudget),
  maxPerCall: mnee(agent.maxPerCall),
  currentDailySpend: mnee(agent.spent),
  remainingBudget: mnee(remainingOf(toPolicyAgent(agent))),
});

/** An agent in `GET /agents`: spine's superset with this family's fields. */
export const agentEntry = (agent: AgentStanding) => ({
  ...agentMoney(agent),
  family: 'omni',
  name: agent.id,
  type: 'omni',
  status: agent.pausedAt === null ? 'active' : 'paused',
  has_budget: true,
  paused: agent.pausedAt !== null,
  pausedAt: agent.pausedAt?.toISOString() ?? null,
  pauseReason: agent.pauseReason,
  rolloverBudget: mnee(agent.rolloverBudget),
  rollover: {
    enabled: agent.rollover.enabled,
    cap: agent.rollover.cap === null ? null : mnee(agent.rollover.cap),
  },
  reserved: mnee(agent.reserved),
  budget_id: agent.budgetId,
});

/** A service in `GET /services`, with the fields that clients of the other families read. */
export const serviceEntry = (service: ServiceStanding) => ({
  id: service.id,
  name: service.id,
  description: service.tool?.description ?? service.id,
  url: service.url,
  category: 'agents',
  pricePerCall: mnee(service.unitPrice),
  currency: 'MNEE',
  capabilities: service.tool === null ? [] : [service.tool.name],
  reputationScore: service.isVerified ? 10_000 : 5000,
  uptimePercentage: service.health === 'unhealthy' ? 0 : 100,
  averageResponseTime: 0, // `GET /services/health` has what was measured
  totalCalls: 0,
  owner: service.providerAddress,
  verified: service.isVerified,
  family: 'omni',
  unitPrice: mnee(service.unitPrice),
  providerAddress: service.providerAddress,
  active: service.active,
  isVerified: service.isVerified,
  metadataURI: service.metadataURI,
  maxDailySpending: service.maxDailySpending === null ? null : mnee(service.maxDailySpending),
  allowedAgents: service.allowedAgents ?? [],
  blockedAgents: service.blockedAgents,
});

type TransactionRow = Awaited<ReturnType<typeof listTransactions>>[number];

export const toTransaction = (row: TransactionRow): Transaction => ({
  timestamp: row.at.toISOString(),
  agent_id: row.agent_id,
  service_id: row.service_id,
  task_id: row.task_id,
  amount: mnee(row.cost),
  tx_hash: row.tx_hash,
  status: row.told,
  service_call_hash: row.service_call_hash,
  payment_id: row.payment_id,
});

export const toPolicyLog = (row: CallRow): PolicyLog => ({
  timestamp: row.at.toISOString(),
  agent_id: row.agent_id,
  service_id: row.effective_service_id,
  action: row.action,
  reason: row.reason,
  reason_code: row.reason_code,
  cost: mnee(row.cost),
  risk_level: row.risk_level,
  task_id: row.task_id,
});
