import type { Priority } from '../config.ts';

/** Amounts everywhere in the policy are minor units of the token: 10^-18 MNEE. */
export interface PolicyAgent {
  id: string;
  priority: Priority;
  maxPerCall: bigint;
  dailyBudget: bigint;
  /** What was carried over from the day before. */
  rollover: bigint;
  /** Of the UTC day of the decision; what is settled counts, final or not. */
  spent: bigint;
  /** Held by payments of that day whose end is not known yet. */
  reserved: bigint;
  paused: boolean;
}

export interface PolicyService {
  id: string;
  unitPrice: bigint;
  active: boolean;
  /** Undefined: everybody. An empty list lets nobody in. */
  allowedAgents?: readonly string[];
  blockedAgents: readonly string[];
  /** Cap of a day over all agents. */
  maxDailySpending?: bigint;
  /** Spent and held on the UTC day of the decision; undefined where there is no cap. */
  dayUse?: bigint;
}

/** `free`: what is on the ledger and on the chain and promised to nobody; null where the chain was not seen for 30 s. */
export interface PolicyTreasury {
  free: bigint | null;
  lowBalance: bigint;
  /** Share of the HIGH agents' remaining budgets that others leave alone, in ten-thousandths: 5000 is one half. */
  highReserve: number;
}

/** The day of a HIGH agent; `used` is spent and reserved. */
export interface HighAgent {
  id: string;
  dailyBudget: bigint;
  rollover: bigint;
  used: bigint;
}

/** Calls and money of the agent in the last 60 s, where `risk.burst` is on. */
export interface PolicyBurst {
  calls: number;
  amount: bigint;
}

/** Everything that one decision depends on (omni.md, section 3). The policy is a pure function of it. */
export interface PolicyFacts {
  agentId: string;
  agent?: PolicyAgent;
  serviceId: string;
  service?: PolicyService;
  /** Whole, 1 to 1000. */
  quantity: number;
  treasury: PolicyTreasury;
  /** All payments are stopped. */
  halted: boolean;
  /** Every HIGH agent, the asking one included. */
  highAgents: readonly HighAgent[];
  burst?: PolicyBurst;
}

export type PolicyAction = 'ALLOWED' | 'REJECTED' | 'DOWNGRADED';

export type ReasonCode =
  | 'AGENT_NOT_FOUND'
  | 'SERVICE_NOT_FOUND'
  | 'SERVICE_INACTIVE'
  | 'PAYMENTS_HALTED'
  | 'AGENT_PAUSED'
  | 'AGENT_NOT_ALLOWED'
  | 'RISK_BURST'
  | 'MAX_PER_CALL'
  | 'SERVICE_DAILY_CAP'
  | 'BUDGET_EXCEEDED'
  | 'TREASURY_INSUFFICIENT'
  | 'RESERVED_FOR_HIGH_PRIORITY'
  | 'LOW_TREASURY'
  | 'APPROVED';

export type RiskLevel = 'RISK_OK' | 'RISK_BLOCK';

/** One rule of the table that was asked, in its order; `hit` ends the list. */
export interface RuleTrace {
  rule: ReasonCode;
  hit: boolean;
}

/** `cost` is what the decision spends: 0 for what is downgraded; for a rejection what it would have cost. */
export interface PolicyDecision {
  action: PolicyAction;
  reasonCode: ReasonCode;
  reason: string;
  cost: bigint;
  /** `LOG_ARCHIVE_SUMMARY` where the archive was downgraded, else the service asked for. */
  effectiveServiceId: string;
  riskLevel: RiskLevel;
  /** What the agent's day has left after it; 0 for agents that nobody knows. */
  remainingAfter: bigint;
  trace: RuleTrace[];
}
