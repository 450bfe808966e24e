/** What agents.yaml and services.yaml say, checked (omni.md, section 2). Amounts are minor units: 10^-18 MNEE. */
export interface OmniConfig {
  treasury: TreasuryConfig;
  /** `risk.burst` of agents.yaml; off by default. */
  burst: boolean;
  /** In the order of the file. */
  agents: AgentConfig[];
  services: ServiceConfig[];
}

export interface TreasuryConfig {
  /** What the treasury has in mock mode at its first start. */
  mockBalance: bigint;
  lowBalance: bigint;
  /** In ten-thousandths: 5000 is one half. */
  highReserve: number;
}

export const PRIORITIES = ['HIGH', 'MEDIUM', 'LOW'] as const;
/** NORMAL in a file is MEDIUM. */
export type Priority = (typeof PRIORITIES)[number];

export interface AgentConfig {
  id: string;
  priority: Priority;
  dailyBudget: bigint;
  maxPerCall: bigint;
  /** `cap` null: all that was not spent. */
  rollover: { enabled: boolean; cap: bigint | null };
  /** Shares of the day's budget, ascending: 0.5, 0.8, 1. */
  alerts: number[];
}

export interface ServiceConfig {
  id: string;
  unitPrice: bigint;
  /** 0x and 40 hex digits, with its checksum. */
  providerAddress: string;
  active: boolean;
  /** Where its provider is; the four originals may be moved by IMAGE_GEN_URL and its like. */
  url: string;
  isVerified: boolean;
  metadataURI: string;
  maxDailySpending?: bigint;
  allowedAgents?: string[];
  blockedAgents: string[];
  tool?: ToolConfig;
}

/** How a service becomes a tool of agents. The four originals have theirs in `tools.ts`, unless their file says otherwise. */
export interface ToolConfig {
  name: string;
  description: string;
  method: 'GET' | 'POST';
  /** Path below the service's url, e.g. "/image/generate". */
  path: string;
  /** JSON Schema of an object. */
  inputSchema: { [key: string]: unknown };
}

/** 18 decimals: the token on Ethereum (omni.md, section 4). */
export const MNEE_DECIMALS = 18;
export const MNEE = 'MNEE';

export const LOG_ARCHIVE = 'LOG_ARCHIVE';
export const LOG_ARCHIVE_SUMMARY = 'LOG_ARCHIVE_SUMMARY';
export const BATCH_COMPUTE = 'BATCH_COMPUTE';

/** `live`: paid on the chain. `mock`: counted, and nothing moves. */
export type OmniMode = 'live' | 'mock';
