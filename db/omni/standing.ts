import type { Priority, ToolConfig } from '../../domain/omni/config.ts';

/**
 * An agent and its day, read from the engine's budget. Minor units. `spent` counts payments that are settled, final or not;
 * `reserved` is held by the others.
 */
export interface AgentStanding {
  id: string;
  priority: Priority;
  maxPerCall: bigint;
  budgetId: string;
  dailyBudget: bigint;
  /** Carried over from the day before. */
  rolloverBudget: bigint;
  rollover: { enabled: boolean; cap: bigint | null };
  alerts: number[];
  spent: bigint;
  reserved: bigint;
  pausedAt: Date | null;
  pauseReason: string | null;
}

/** A service; `dayUse` is spent and held today where there is a cap, else null. Minor units. */
export interface ServiceStanding {
  id: string;
  unitPrice: bigint;
  providerAddress: string;
  active: boolean;
  url: string;
  isVerified: boolean;
  metadataURI: string;
  maxDailySpending: bigint | null;
  budgetId: string | null;
  dayUse: bigint | null;
  allowedAgents: string[] | null;
  blockedAgents: string[];
  tool: ToolConfig | null;
  health: 'healthy' | 'unhealthy' | 'unknown';
  latencyMs: number | null;
  checkedAt: Date | null;
  failures: number;
}

// Signatures, to be written: listAgents(db, tenant), findAgent(db, tenant, id), listServices(db, tenant), findService(...),
// readState(db, tenant).
