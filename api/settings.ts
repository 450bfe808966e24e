import type { ClaimTimes } from './middleware/claim.ts';

/** What the API needs from the environment; `config.ts` satisfies it. */
export interface ApiSettings {
  /** `off` is for loopback only: one tenant, every scope. */
  auth: 'on' | 'off';
  /** STEWARD_ADMIN_KEY: the first key, when there is none in the database yet. */
  adminKey: string | null;
  corsOrigins: string[];
  /** Requests a minute and caller, over all processes; 0 switches the limit off. */
  rateLimitPerMinute: number;
  /** Express' `trust proxy`: how many proxies in front are believed. */
  trustProxy: number;
  connections: ConnectionSettings;
  /** Checks answers against their schemas: tests and development. */
  validateResponses: boolean;
  version: string;
  /** A direct connection for LISTEN (a pooler cannot do it); null polls every 250 ms. */
  listenUrl: string | null;
  /** Base address of the Temporal Web UI, for links. */
  temporalUiUrl: string | null;
  temporalNamespace: string;
  /** Base name of the queues that workers serve. */
  taskQueue: string;
  /** True when the Temporal client shares a worker's NativeConnection, which may hand over first tasks directly. */
  eagerStart?: boolean;
  /** Time between two anchors of a tenant's audit chain, over all processes; 0 makes none. */
  auditAnchorEveryMs: number;
  /** How long a command waits for a workflow's answer. */
  commandTimeoutMs: number;
  /** How long claims of an Idempotency-Key last and are waited for. */
  claims?: ClaimTimes;
  /** When the sweep settles starts that are open. */
  sweepWaits?: SweepWaits;
}

/** When the sweep settles starts that are open; ms. */
export interface SweepWaits {
  /** A row without any start is an orphan after this. */
  pendingMs: number;
  /** An unknown start may be claimed by the same request for this long. */
  claimMs: number;
}

/** How many connections and streams of one process clients may have. */
export interface ConnectionSettings {
  /** All connections, streams included. */
  inAll: number;
  /** Connections without a valid key: from one address, and in all. */
  guestsPerClient: number;
  guests: number;
  /** Streams of one key; without keys, of one address. */
  streamsPerKey: number;
}
