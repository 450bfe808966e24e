import { BATCH_COMPUTE, LOG_ARCHIVE, LOG_ARCHIVE_SUMMARY } from '../config.ts';
import { showMnee } from '../money.ts';
import type {
  HighAgent,
  PolicyAgent,
  PolicyDecision,
  PolicyFacts,
  PolicyService,
  ReasonCode,
  RuleTrace,
} from './facts.ts';

/** Agent and service are known from row 3 on. */
interface Known extends PolicyFacts {
  agent: PolicyAgent;
  service: PolicyService;
  cost: bigint;
}

/** One row of the decision table (omni.md, section 3); `scarce` rows downgrade the archive instead of rejecting it. */
interface Rule {
  code: ReasonCode;
  hits(known: Known): boolean;
  reason(known: Known): string;
  scarce?: true;
  blocks?: true;
}

const BURST_CALLS = 5;
const BURST_AMOUNT = 10n * 10n ** 18n;
const SUMMARY_REASON = 'Budget low: Downgrading to summary only';

const used = ({ spent, reserved }: PolicyAgent): bigint => spent + reserved;
const capOf = ({ dailyBudget, rollover }: PolicyAgent): bigint => dailyBudget + rollover;
const atLeastZero = (amount: bigint): bigint => (amount > 0n ? amount : 0n);

/** What an agent may still spend today, minor units. */
export const remainingOf = (agent: PolicyAgent): bigint => atLeastZero(capOf(agent) - used(agent));

const leftOf = ({ dailyBudget, rollover, used: gone }: HighAgent): bigint =>
  atLeastZero(dailyBudget + rollover - gone);

/** How much of the treasury this call must leave for HIGH agents. */
function reserveAgainst({ agent, service, highAgents, treasury }: Known): bigint {
  if (agent.priority === 'HIGH') return 0n;
  const all = highAgents.reduce((sum, high) => sum + leftOf(high), 0n);
  const share = (all * BigInt(treasury.highReserve)) / 10_000n;
  return agent.priority === 'LOW' || service.id === BATCH_COMPUTE ? share : share / 2n;
}

const RULES: readonly Rule[] = [
  {
    code: 'SERVICE_INACTIVE',
    hits: ({ service }) => !service.active,
    reason: ({ service }) => `Service ${service.id} is not active`,
  },
  {
    code: 'PAYMENTS_HALTED',
    hits: ({ halted }) => halted,
    reason: () => 'All payments are halted',
  },
  {
    code: 'AGENT_PAUSED',
    hits: ({ agent }) => agent.paused,
    reason: ({ agent }) => `Agent ${agent.id} is paused`,
  },
  {
    code: 'AGENT_NOT_ALLOWED',
    hits: ({ agent, service: { allowedAgents, blockedAgents } }) =>
      blockedAgents.includes(agent.id) || (allowedAgents !== undefined && !allowedAgents.includes(agent.id)),
    reason: ({ agent, service }) => `Agent ${agent.id} may not use ${service.id}`,
  },
  {
    code: 'RISK_BURST',
    blocks: true,
    hits: ({ burst, cost }) =>
      burst !== undefined && burst.calls + 1 > BURST_CALLS && burst.amount + cost > BURST_AMOUNT,
    reason: ({ burst }) => `${(burst?.calls ?? 0) + 1} calls in 60 s for more than ${showMnee(BURST_AMOUNT)}`,
  },
  {
    code: 'MAX_PER_CALL',
    hits: ({ agent, cost }) => cost > agent.maxPerCall,
    reason: ({ agent, cost }) => `Cost ${showMnee(cost)} exceeds maxPerCall ${showMnee(agent.maxPerCall)}`,
  },
  {
    code: 'SERVICE_DAILY_CAP',
    scarce: true,
    hits: ({ service: { maxDailySpending, dayUse = 0n }, cost }) =>
      maxDailySpending !== undefined && dayUse + cost > maxDailySpending,
    reason: ({ service: { id, maxDailySpending = 0n, dayUse = 0n } }) =>
      `Daily cap of ${id} exceeded. Remaining: ${showMnee(atLeastZero(maxDailySpending - dayUse))}`,
  },
  {
    code: 'BUDGET_EXCEEDED',
    scarce: true,
    hits: ({ agent, cost }) => used(agent) + cost > capOf(agent),
    reason: ({ agent }) => `Budget exceeded. Remaining: ${showMnee(remainingOf(agent))}`,
  },
  {
    code: 'TREASURY_INSUFFICIENT',
    scarce: true,
    hits: ({ treasury: { free }, cost }) => free === null || free < cost,
    reason: ({ treasury: { free } }) =>
      free === null
        ? 'The treasury balance is not known now'
        : `Treasury insufficient. Free: ${showMnee(atLeastZero(free))}`,
  },
  {
    code: 'RESERVED_FOR_HIGH_PRIORITY',
    scarce: true,
    hits: (known) => (known.treasury.free ?? 0n) - known.cost < reserveAgainst(known),
    reason: ({ highAgents }) => `would consume reserved budget for ${reservedFor(highAgents)}`,
  },
];

/** HIGH agents that still have something to spend. */
const reservedFor = (highAgents: PolicyFacts['highAgents']): string =>
  highAgents
    .filter((high) => leftOf(high) > 0n)
    .map(({ id }) => id)
    .join(', ');

const isLow = ({ service, treasury: { free, lowBalance }, cost }: Known): boolean =>
  service.id === LOG_ARCHIVE && (free ?? 0n) - cost < lowBalance;

/**
 * The decision table of omni.md, section 3: the first row that hits wins. A pure function; whoever calls it holds what it
 * allows in the same transaction.
 */
export function decide(facts: PolicyFacts): PolicyDecision {
  const trace: RuleTrace[] = [];
  const isHit = (rule: ReasonCode, hit: boolean): boolean => {
    trace.push({ rule, hit });
    return hit;
  };
  const { agent, service, quantity } = facts;
  const cost = (service?.unitPrice ?? 0n) * BigInt(quantity);
  const end = { facts, cost, trace };
  if (isHit('AGENT_NOT_FOUND', agent === undefined) || agent === undefined)
    return rejected(end, 'AGENT_NOT_FOUND', `Agent ${facts.agentId} not found`);
  if (isHit('SERVICE_NOT_FOUND', service === undefined) || service === undefined)
    return rejected(end, 'SERVICE_NOT_FOUND', `Service ${facts.serviceId} not found`);
  const known: Known = { ...facts, agent, service, cost };
  for (const rule of RULES) {
    if (!isHit(rule.code, rule.hits(known))) continue;
    if (rule.scarce && service.id === LOG_ARCHIVE) return downgraded(end, rule.code, SUMMARY_REASON);
    return rejected(end, rule.code, rule.reason(known), rule.blocks);
  }
  if (isHit('LOW_TREASURY', isLow(known))) return downgraded(end, 'LOW_TREASURY', 'low treasury balance');
  isHit('APPROVED', true);
  return {
    ...decided(end, 'APPROVED', 'Approved'),
    action: 'ALLOWED',
    remainingAfter: remainingOf(agent) - cost,
  };
}

interface End {
  facts: PolicyFacts;
  cost: bigint;
  trace: RuleTrace[];
}

const decided = ({ facts, cost, trace }: End, reasonCode: ReasonCode, reason: string): PolicyDecision => ({
  action: 'REJECTED',
  reasonCode,
  reason,
  cost,
  effectiveServiceId: facts.serviceId,
  riskLevel: 'RISK_OK',
  remainingAfter: facts.agent === undefined ? 0n : remainingOf(facts.agent),
  trace,
});

const rejected = (end: End, code: ReasonCode, reason: string, blocks = false): PolicyDecision => ({
  ...decided(end, code, reason),
  ...(blocks && { riskLevel: 'RISK_BLOCK' as const }),
});

const downgraded = (end: End, code: ReasonCode, reason: string): PolicyDecision => ({
  ...decided(end, code, reason),
  action: 'DOWNGRADED',
  cost: 0n,
  effectiveServiceId: LOG_ARCHIVE_SUMMARY,
});
