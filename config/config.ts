import { existsSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { CRASH_POINTS, REQUEST_POINTS, type CrashPoint, type RequestPoint } from '../domain/crash-points.ts';
import { isFlowSetting } from '../domain/masumi/flow-key.ts';

const flag = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0', 'on', 'off'])
    .default(fallback ? 'true' : 'false')
    .transform((v) => v === 'true' || v === '1' || v === 'on');
const int = (fallback: number, min = 0, max = 2 ** 31) =>
  z.coerce.number().int().min(min).max(max).default(fallback);
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
/** A durations' setting in ms, with what it means. */
const ms = (fallback: number, min: number, meaning: string) => int(fallback, min).describe(meaning);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Read like any other setting, but not shown in .env.example. */
const HIDDEN = { hidden: true };
const port = (fallback: number) => int(fallback, 0, 65535);

/** Every setting, in the order `.env.example` shows them. Descriptions are the documentation. */
export const settings = z.object({
  PORT: port(8000).describe('Port of the API.'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address the API binds to. Anything but loopback needs AUTH=on.'),
  AUTH: z
    .enum(['on', 'off'])
    .optional()
    .describe('API keys required? Default: off on loopback, on elsewhere (off is refused there).'),
  STEWARD_ADMIN_KEY: z
    .string()
    .min(16)
    .optional()
    .describe('First admin key, sk_<prefix>_<secret>; create others with it under /admin/keys.'),
  STEWARD_DATA_KEY: z
    .string()
    .min(16)
    .optional()
    .describe(
      'Encrypts prompts, signed bytes and large values at rest; the key that signs run receipts is made from it, too. The embedded stack makes one in its data folder.',
    ),
  RATE_LIMIT_PER_MINUTE: int(100).describe(
    'Requests a minute per key, else user, else address; 0 turns the limit off.',
  ),
  IDEMPOTENCY_CLAIM_MS: ms(
    MINUTE,
    100,
    'How long a request holds its Idempotency-Key. If it is not answered by then, a repetition takes over.',
  ),
  IDEMPOTENCY_WAIT_MS: ms(10_000, 0, 'How long a repetition waits for the answer of the first request.'),
  START_ORPHAN_MS: ms(5000, 100, 'How long a run may wait for its start before a sweep starts it.'),
  START_CLAIM_MS: ms(
    MINUTE,
    100,
    'How long a run whose start has an unknown outcome waits for its request to be repeated before it is called off.',
  ),
  CORS_ORIGINS: list.describe('Comma-separated origins allowed by CORS. Alias: CORS_ORIGIN.'),
  TRUST_PROXY: int(0, 0, 10).describe(
    'How many proxies in front of the API are believed about the client address.',
  ),
  MAX_CONNECTIONS_PER_CLIENT: int(256, 1).describe(
    'Connections without a valid key that one address may hold. Behind proxies (TRUST_PROXY): its requests under way.',
  ),
  MAX_GUEST_CONNECTIONS: int(4096, 1).describe('The same for all addresses together, for each API process.'),
  MAX_STREAMS_PER_KEY: int(1000, 1).describe(
    'WebSockets and SSE streams that one key, or one address without a key, may have open at one API process.',
  ),
  MAX_CONNECTIONS: int(20_000, 1).describe(
    'All connections of one API process. Further ones are closed at once. Keep it below the limit of open files.',
  ),
  VALIDATE_RESPONSES: flag(false).describe(
    'Check every answer against its schema: for development and tests.',
  ),
  AUDIT_ANCHOR_EVERY_MS: int(600_000).describe(
    'How often the head of each audit chain that grew is signed, into the database and the log; 0 makes no anchors.',
  ),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Log level.'),
  DATABASE_URL: z
    .string()
    .optional()
    .describe('PostgreSQL. Unset: the embedded server. postgresql+asyncpg:// is accepted, SQLite is not.'),
  MIGRATION_DATABASE_URL: z
    .string()
    .optional()
    .describe(
      'The same database, as the role that owns the tables. Only npm run migrate and npm start use it. Where it is set, API and workers check the schema and never change it, and the role of DATABASE_URL cannot alter the audit trail. Unset: one role for everything.',
    ),
  DATABASE_LISTEN_URL: z
    .string()
    .optional()
    .describe('Direct connection for LISTEN where DATABASE_URL goes through a pooler.'),
  DATABASE_POOL: int(10, 1, 200).describe('Connections of one process.'),
  DATABASE_IDLE_IN_TRANSACTION_MS: ms(
    30_000,
    100,
    'How long a process may do nothing inside a transaction. Then PostgreSQL ends it, because its locks hold up others.',
  ),
  TEMPORAL_ADDRESS: z
    .string()
    .optional()
    .describe('Temporal server host:port. Unset: the embedded dev server.'),
  TEMPORAL_NAMESPACE: z.string().default('default').describe('Temporal namespace.'),
  TEMPORAL_API_KEY: z.string().optional().describe('API key of Temporal Cloud.'),
  TEMPORAL_TLS: flag(false).describe('TLS to Temporal; on by itself when TEMPORAL_API_KEY is set.'),
  TEMPORAL_UI_URL: z.string().optional().describe('Where people find the Temporal Web UI; used in links.'),
  TASK_QUEUE: z
    .string()
    .default('steward')
    .describe('Base name of the task queues; workers and API must agree.'),
  WORKER_QUEUES: list.describe('Which queues a worker serves: engine,money,llm,kodosumi. Empty: all.'),
  WORKFLOW_BUNDLE: z
    .string()
    .optional()
    .describe('Workflows bundled beforehand (npm run build); unset, a worker bundles them when it starts.'),
  WORKER_DEPLOYMENT: z
    .string()
    .regex(
      /^(?!__)[^.:\s]{1,200}$/,
      'up to 200 characters without dots, colons and spaces, not beginning with __',
    )
    .optional()
    .describe(
      'Name of the Temporal Worker Deployment that npm run worker belongs to: each run stays on the version that began it, new ones start on the version that npm run promote made current. Unset: workers without versions. npm start never has them.',
    ),
  WORKER_BUILD_ID: z
    .string()
    .regex(/^(?!__)\S{1,200}$/, 'up to 200 characters without spaces, not beginning with __')
    .optional()
    .describe(
      'Version of the worker in WORKER_DEPLOYMENT, such as an image tag. Unset: release and hash of the workflow bundle, such as 0.1.0-1c0ffee5.',
    ),
  CRASH_AT: z
    .enum(Object.keys(CRASH_POINTS) as CrashPoint[])
    .optional()
    .describe('For crash tests: the point at which a worker kills itself. Refused with NODE_ENV=production.')
    .meta(HIDDEN),
  STOP_AT: z
    .enum([...Object.keys(CRASH_POINTS), ...Object.keys(REQUEST_POINTS)] as (CrashPoint | RequestPoint)[])
    .optional()
    .describe(
      'For tests of leases: the point at which a worker or an API process stops itself (SIGSTOP). Refused with NODE_ENV=production.',
    )
    .meta(HIDDEN),
  MAX_CONCURRENT_ACTIVITIES: int(100, 1, 5000).describe('Activities one worker runs at once per queue.'),
  LLM_PROVIDER: z
    .enum(['anthropic', 'offline'])
    .optional()
    .describe('Planner: anthropic with a key, else the offline rules.'),
  ANTHROPIC_API_KEY: z.string().optional().describe('Key for planning with Claude.'),
  ANTHROPIC_BASE_URL: z.string().optional().describe('Another endpoint that speaks the Messages API.'),
  PLANNER_MODEL: z.string().optional().describe('Model that plans. Alias: LLM_MODEL.'),
  REGISTRY_URL: z.string().optional().describe('Service registry, read at GET {REGISTRY_URL}/services.'),
  FACILITATOR_URL: z.string().optional().describe('x402 facilitator with Bazaar discovery.'),
  SERVICE_HOSTS: list.describe(
    'host[:port] of services that may be called over http or on private addresses; all others need https and public addresses.',
  ),
  FILE_HOSTS: list.describe(
    'host[:port] of files, named by purchasers of agents, that may be fetched over http or on private addresses. Whoever orders a job can read what answers there. Without a port every port is open.',
  ),
  SOLANA_RPC_URL: z.string().optional().describe('Solana RPC. Unset: the embedded chain.'),
  SOLANA_NETWORK: z
    .enum(['localnet', 'devnet', 'testnet', 'mainnet-beta'])
    .optional()
    .describe('Solana cluster; NETWORK is its fallback.'),
  SOLANA_CAIP2: z
    .string()
    .optional()
    .describe('CAIP-2 id of the cluster; needed for localnet, where it comes from the genesis hash.'),
  ESCROW_KEYPAIR: z
    .string()
    .optional()
    .describe('Escrow account, base64 of the 64-byte secret key (npm run keygen).'),
  ESCROW_ASSETS: z
    .string()
    .optional()
    .describe('Tokens held in escrow besides SOL: CODE:mint:decimals, comma-separated.'),
  EVM_RPC_URL: z.string().optional().describe('EVM RPC. Unset: the embedded chain. Alias: ETH_RPC_URL.'),
  EVM_CHAIN_ID: int(31337, 1).describe('Chain id of EVM_RPC_URL.'),
  EVM_FLOAT_KEY: z
    .string()
    .optional()
    .describe('Private key (hex) of the operator float that pays sellers on the EVM chain.'),
  EVM_ROUTER_ADDRESS: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, '0x and 40 hex digits')
    .optional()
    .describe(
      'Payment router on the EVM chain; unset, nothing is paid through one. Alias: PAYMENT_ROUTER_ADDRESS.',
    ),
  EVM_FEE_BUMP_MS: int(30_000, 1_000).describe(
    'How long a transaction of ours may wait to be mined before higher fees are offered for it.',
  ),
  EVM_ASSETS: z
    .string()
    .optional()
    .describe('Tokens on the EVM chain: CODE:address:decimals, comma-separated.'),
  ASSET_GROUPS: z
    .string()
    .optional()
    .describe(
      'Units that budgets may count several assets in: NAME:decimals:asset|asset with CAIP-19 ids, comma-separated.',
    ),
  APPROVAL_TTL_MS: int(900_000, 1).describe(
    'How long a plan waits for approval, and an approval allows signing.',
  ),
  MAX_WORKFLOW_COST: z
    .string()
    .optional()
    .describe("Ceiling for any run's cost, in whole units of its asset."),
  MAX_EXECUTION_TIME: int(3_600_000, 1).describe('Ceiling for maxTime, ms.'),
  CALL_TIMEOUT_MS: int(30_000, 100).describe('Time-out of one call of a service.'),
  PLANNING_TIMEOUT_MS: int(120_000).describe(
    'How long planning waits for service catalogues and models that are away, within maxTime.',
  ),
  SELLER_TIMEOUT_MS: int(120_000).describe(
    'How long a step waits for a service that is away before it fails, within maxTime.',
  ),
  LOCAL_CALL_MS: int(250).describe(
    'Unpaid calls of services that usually answer within this many ms run inside the workflow task: cheaper, less visible; 0 turns it off.',
  ),
  RECONCILE_INTERVAL_MS: int(2000, 10).describe('Between two looks at a payment whose outcome is unknown.'),
  RECONCILE_GIVE_UP_MS: int(600_000, 10).describe(
    'After this an unknown payment needs a person; its hold stays.',
  ),
  RECONCILE_BOOKS_EVERY_MS: int(300_000).describe(
    'Between two checks of chains against ledger against runs (a Temporal Schedule); 0 takes the schedule away.',
  ),
  EARLY_APPROVAL_WAIT_MS: int(10_000, 1).describe(
    'How long an approval sent while planning waits for the plan before it answers 202.',
  ),
  DEPOSIT_WAIT_MS: int(30_000, 1).describe(
    'How long deposit and withdraw wait for finality before they answer 202.',
  ),
  KODOSUMI_BASE_URL: z
    .url()
    .optional()
    .describe('Kodosumi, whose flows are sold. Unset: the embedded stand-in.'),
  KODOSUMI_USERNAME: z.string().default('admin').describe('Account at Kodosumi.'),
  KODOSUMI_PASSWORD: z.string().optional().describe('Its password.'),
  PAYMENT_SERVICE_URL: z
    .url()
    .optional()
    .describe(
      'Masumi payment service (/api/v1 is added where it is missing). Alias with its key: MASUMI_NODE_URL. Unset: the embedded stand-in.',
    ),
  PAYMENT_API_KEY: z.string().optional().describe('API key of the payment service. Alias: MASUMI_API_KEY.'),
  MASUMI_NETWORK: z
    .preprocess(
      (value) =>
        typeof value === 'string' ? value.charAt(0).toUpperCase() + value.slice(1).toLowerCase() : value,
      z.enum(['Preprod', 'Mainnet']).default('Preprod'),
    )
    .describe('Cardano network of the payment service; NETWORK is its fallback.'),
  MASUMI_CONFIG: z
    .string()
    .default('masumi.yaml')
    .describe(
      'File with AGENT_IDENTIFIER_<flow key> and PRICE_<flow key> as in the environment; read again whenever it changes.',
    ),
  SELLER_VKEY: z
    .string()
    .optional()
    .describe('Key of the selling wallet, where the payment service does not name it.'),
  MASUMI_TEST_MODE: flag(false).describe(
    'Nobody pays: every job counts as paid at once, and says SIMULATED. For trials only.',
  ),
  MASUMI_PUBLIC: flag(false).describe(
    'Purchasers need no API key for /mip003 (payment is what protects it); everything else still does.',
  ),
  MASUMI_SIGNING_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, '32 bytes as 64 hex digits')
    .optional()
    .describe(
      'Ed25519 seed that signs answers to questions (provide_input); unset, signatures are empty. The embedded stack makes one in its data folder.',
    ),
  MASUMI_OUTPUT_HASH: z
    .enum(['mip', 'escaped'])
    .default('mip')
    .describe('mip: as MIP-004 says. escaped: for purchasers that hash the JSON-escaped result.'),
  POLLING_INTERVAL_SECONDS: int(30, 1, 3600).describe(
    'Between two looks at a Kodosumi run while its stream is broken.',
  ),
  MASUMI_PAY_BY_MS: ms(12 * HOUR, 1, 'How long a purchaser may take to pay.'),
  MASUMI_SUBMIT_RESULT_MS: ms(24 * HOUR, 1, 'From the order to the last moment for the hash of the result.'),
  MASUMI_UNLOCK_AFTER_MS: ms(
    6 * HOUR,
    1,
    'From that moment to the one at which the money is unlocked for us.',
  ),
  MASUMI_DISPUTE_AFTER_MS: ms(12 * HOUR, 1, 'From the last moment for the hash to the end of disputes.'),
  MASUMI_RESULT_MARGIN_MS: ms(
    15 * MINUTE,
    5 * MINUTE,
    'A result must be there this long before the last moment for its hash; at least 5 minutes.',
  ),
  MASUMI_WORK_MS: ms(30 * MINUTE, 0, 'With less time than this for the work a paid job is not begun.'),
  MASUMI_INPUT_MARGIN_MS: ms(10 * MINUTE, 0, 'Answers must come this long before the result must be there.'),
  MASUMI_PAYMENT_GRACE_MS: ms(
    6 * MINUTE,
    0,
    'How long after its time a payment may still show on the chain.',
  ),
  MASUMI_WATCH_EVERY_MS: ms(10_000, 100, 'Between two looks at the payment service, for all jobs at once.'),
  MASUMI_FILE_MAX_BYTES: int(50 * 1024 * 1024, 1).describe(
    'Largest file that a purchaser may have us fetch.',
  ),
  DATA_DIR: z
    .string()
    .default('data')
    .describe('Folder of the embedded stack: databases, chain state, generated keys.'),
  MASUMI_PORT: port(3001).describe('Embedded stand-in for a Masumi payment service.'),
  KODOSUMI_PORT: port(3370).describe('Embedded stand-in for Kodosumi.'),
  TEMPORAL_PORT: port(7233).describe('Embedded Temporal server.'),
  TEMPORAL_UI_PORT: port(8233).describe('Embedded Temporal Web UI.'),
  POSTGRES_PORT: port(54329).describe('Embedded PostgreSQL.'),
  ANVIL_PORT: port(8545).describe('Embedded EVM chain.'),
  SURFPOOL_PORT: port(8899).describe('Embedded Solana chain (WebSocket on the next port).'),
  FACILITATOR_PORT: port(4402).describe('Embedded x402 facilitator.'),
  SERVICES_PORT: port(8001).describe('Embedded sample services.'),
});

export type Config = z.infer<typeof settings> & {
  /** AGENT_IDENTIFIER_<flow key> and PRICE_<flow key>, as they are in the environment. */
  FLOW_SETTINGS: Readonly<Record<string, string>>;
};

/** Names accepted besides the canonical ones, where those are unset. */
const ALIASES: readonly (readonly [alias: string, name: keyof typeof settings.shape])[] = [
  ['ETH_RPC_URL', 'EVM_RPC_URL'],
  ['PAYMENT_ROUTER_ADDRESS', 'EVM_ROUTER_ADDRESS'],
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['LLM_MODEL', 'PLANNER_MODEL'],
  ['NETWORK', 'SOLANA_NETWORK'],
  ['NETWORK', 'MASUMI_NETWORK'],
];

/** Two names for the payment service; a URL never goes with the key of the other (masumi.md, "Config"). */
const NODE_PAIRS = [
  ['PAYMENT_SERVICE_URL', 'PAYMENT_API_KEY'],
  ['MASUMI_NODE_URL', 'MASUMI_API_KEY'],
] as const;

/** Reads `.env` (if there is one) and the environment; on bad values throws one message that names each of them. */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  if (env === process.env && existsSync('.env')) process.loadEnvFile('.env');
  const values: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(env)) if (value !== '') values[name] = value;
  for (const [alias, name] of ALIASES) values[name] ??= usable(alias, name, values[alias]);
  Object.assign(values, nodeOf(values));
  const parsed = settings.safeParse(values);
  if (parsed.success)
    return checked({ ...parsed.data, FLOW_SETTINGS: flowSettings(values) }, values['NODE_ENV']);
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
  throw new Error(
    `The configuration is not usable:\n${problems.join('\n')}\nEvery setting is explained in .env.example.`,
  );
}

/** NETWORK is shared by families with other vocabularies: it counts only where its value is valid. */
function usable(
  alias: string,
  name: keyof typeof settings.shape,
  value: string | undefined,
): string | undefined {
  if (alias !== 'NETWORK') return value;
  return value !== undefined && settings.shape[name].safeParse(value).success ? value : undefined;
}

function nodeOf(values: Record<string, string | undefined>): Record<string, string | undefined> {
  const pair = NODE_PAIRS.find(([url, key]) => values[url] !== undefined && values[key] !== undefined);
  return pair === undefined ? {} : { PAYMENT_SERVICE_URL: values[pair[0]], PAYMENT_API_KEY: values[pair[1]] };
}

const flowSettings = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => isFlowSetting(entry[0]) && entry[1] !== undefined,
    ),
  );

function checked(config: Config, nodeEnv: string | undefined): Config {
  if (config.CRASH_AT !== undefined && nodeEnv === 'production')
    throw new Error('CRASH_AT makes a worker kill itself for tests; it is refused with NODE_ENV=production.');
  if (config.STOP_AT !== undefined && nodeEnv === 'production')
    throw new Error('STOP_AT makes a process stop itself for tests; it is refused with NODE_ENV=production.');
  for (const name of ['DATABASE_URL', 'MIGRATION_DATABASE_URL'] as const)
    if (config[name] !== undefined && !/^postgres(ql)?(\+\w+)?:\/\//.test(config[name]))
      throw new Error(
        `${name} must be a PostgreSQL URL. For a trial without a server leave it unset: npm start brings its own PostgreSQL.`,
      );
  return config;
}

/** True where nothing outside this machine can connect. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

/** The environment that gives this configuration to processes that join. They change no schema, so they get no owner's URL. */
export function toEnvironment({
  FLOW_SETTINGS,
  MIGRATION_DATABASE_URL: _ownerUrl,
  ...config
}: Config): Record<string, string> {
  const set = Object.entries({ ...config, ...FLOW_SETTINGS }).flatMap(([name, value]): [string, string][] =>
    value === undefined || value === null || String(value) === '' ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(set);
}
