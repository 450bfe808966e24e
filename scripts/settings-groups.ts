import type { SettingsPart } from '../config/settings.ts';
import { families } from '../families/index.ts';

const API = 'API';
const WORKER = 'worker';
const BOTH = 'API, worker';
const LOCAL = 'npm start';

export interface SettingsGroup {
  title: string;
  /** Each setting of the group, with the processes that read it. `npm start` and `npm run demo` read all. */
  readers: Readonly<Record<string, string>>;
  /** What the schemas cannot express, as Markdown. */
  note?: string;
}

const allBy = (reader: string, names: string): Record<string, string> =>
  Object.fromEntries(names.split(' ').map((name) => [name, reader]));

const ENGINE: readonly SettingsGroup[] = [
  {
    title: 'API and keys',
    readers: {
      ...allBy(API, 'PORT HOST AUTH STEWARD_ADMIN_KEY'),
      STEWARD_DATA_KEY: BOTH,
      ...allBy(API, 'CORS_ORIGINS TRUST_PROXY VALIDATE_RESPONSES AUDIT_ANCHOR_EVERY_MS'),
      LOG_LEVEL: BOTH,
    },
    note: 'How keys work: [KEYS.md](KEYS.md).',
  },
  {
    title: 'What clients may hold',
    readers: allBy(
      API,
      'RATE_LIMIT_PER_MINUTE MAX_STREAMS_PER_KEY MAX_CONNECTIONS_PER_CLIENT MAX_GUEST_CONNECTIONS MAX_CONNECTIONS',
    ),
    note: 'What is beyond each bound: [OPERATIONS.md](OPERATIONS.md#what-clients-may-hold).',
  },
  {
    title: 'Requests and starts',
    readers: allBy(API, 'IDEMPOTENCY_CLAIM_MS IDEMPOTENCY_WAIT_MS START_ORPHAN_MS START_CLAIM_MS'),
    note: 'When they matter: [OPERATIONS.md](OPERATIONS.md#outages).',
  },
  {
    title: 'Database',
    readers: {
      DATABASE_URL: BOTH,
      MIGRATION_DATABASE_URL: 'migrate',
      DATABASE_LISTEN_URL: API,
      ...allBy(BOTH, 'DATABASE_POOL DATABASE_IDLE_IN_TRANSACTION_MS'),
    },
    note: 'Two roles: [OPERATIONS.md](OPERATIONS.md#two-roles).',
  },
  {
    title: 'Temporal and workers',
    readers: {
      ...allBy(BOTH, 'TEMPORAL_ADDRESS TEMPORAL_NAMESPACE TEMPORAL_API_KEY TEMPORAL_TLS'),
      TEMPORAL_UI_URL: API,
      TASK_QUEUE: BOTH,
      ...allBy(WORKER, 'WORKER_QUEUES WORKFLOW_BUNDLE'),
      ...allBy('worker, promote', 'WORKER_DEPLOYMENT WORKER_BUILD_ID'),
      WORKER_DRAIN_MS: WORKER,
      MAX_CONCURRENT_ACTIVITIES: WORKER,
    },
  },
  {
    title: 'Planning and services',
    readers: {
      ...allBy(BOTH, 'LLM_PROVIDER ANTHROPIC_API_KEY OPENAI_API_KEY OPENAI_BASE_URL AWS_REGION'),
      ...allBy(
        WORKER,
        'LLM_MODEL PLANNER_MODEL ANTHROPIC_BASE_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_ENDPOINT_URL_BEDROCK_RUNTIME MODEL_PRICES',
      ),
      ...allBy(BOTH, 'REGISTRY_URL FACILITATOR_URL SERVICE_HOSTS'),
    },
    note: 'Providers of models, servers of one’s own, and budgets of tokens: [MODELS.md](MODELS.md).',
  },
  {
    title: 'Chains',
    readers: {
      ...allBy(BOTH, 'SOLANA_RPC_URL SOLANA_NETWORK SOLANA_CAIP2 ESCROW_KEYPAIR ESCROW_ASSETS'),
      ...allBy(API, 'WITHDRAWAL_PRICES WITHDRAWAL_MINIMUMS'),
      ...allBy(BOTH, 'OPERATOR_COSTS_SOLANA_PER_DAY OPERATOR_COSTS_EVM_PER_DAY'),
      EVM_RPC_URL: WORKER,
      EVM_CHAIN_ID: BOTH,
      ...allBy(WORKER, 'EVM_FLOAT_KEY EVM_ROUTER_ADDRESS EVM_FEE_BUMP_MS'),
      EVM_ASSETS: BOTH,
      ASSET_GROUPS: BOTH,
    },
    note: 'The API needs `ESCROW_KEYPAIR` for the address only. An RPC URL with a provider’s key in it is a secret, too.',
  },
  {
    title: 'Runs and money',
    readers: {
      ...allBy(API, 'APPROVAL_TTL_MS ANSWER_TTL_MS EARLY_APPROVAL_WAIT_MS'),
      CALL_TIMEOUT_MS: BOTH,
      ...allBy(API, 'PLANNING_TIMEOUT_MS SELLER_TIMEOUT_MS LOCAL_CALL_MS'),
      ...allBy(API, 'RECONCILE_INTERVAL_MS RECONCILE_GIVE_UP_MS'),
      RECONCILE_BOOKS_EVERY_MS: WORKER,
    },
    note: 'Where the API reads a time, it gives it to each run that it starts: a change counts for new runs.',
  },
  {
    title: 'The local stack',
    readers: {
      DATA_DIR: 'npm start, commands',
      ...allBy(
        LOCAL,
        'POSTGRES_PORT TEMPORAL_PORT TEMPORAL_UI_PORT ANVIL_PORT SURFPOOL_PORT FACILITATOR_PORT SERVICES_PORT',
      ),
    },
  },
];

const ofFamily = ({ title, shape, readers = {}, note }: SettingsPart): SettingsGroup => ({
  title,
  readers: Object.fromEntries(Object.keys(shape).map((name) => [name, readers[name] ?? BOTH])),
  ...(note !== undefined && { note }),
});

/** How docs/SETTINGS.md orders the settings. A setting that is missing here gets a group of its own at the end. */
export const GROUPS: readonly SettingsGroup[] = [
  ...ENGINE.slice(0, -1),
  ...families.flatMap(({ settings }) => (settings === undefined ? [] : [ofFamily(settings)])),
  ...ENGINE.slice(-1),
];
