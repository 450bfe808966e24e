import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { inject } from 'vitest';
import { generateKey } from '../../api/keys/secrets.ts';
import { loadConfig, type Config } from '../../families/config.ts';
import { APPROVAL, HYMN } from '../../stand-ins/agents/samples.ts';
import { startApplication } from '../../processes/application.ts';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import type { DemoClient } from '../../demo/client.ts';
import { fundEscrow } from '../../demo/fund-escrow.ts';
import { startEnvironment } from '../../embedded/environment.ts';
import { createProcesses } from '../../embedded/processes.ts';
import { quietRuntime } from '../../processes/quiet-runtime.ts';
import { freshDatabase } from '../support/database.ts';

/** The whole of Steward with keys required and a little history, so that ids of every kind exist. */
export interface Target {
  url: string;
  adminKey: string;
  ids: KnownIds;
  /** With where the chains are. */
  config: Config;
  /** What the server logged as errors: a 5xx has its cause here. */
  errors: string[];
  close(): Promise<void>;
}

/** Ids that exist, by what they name. */
export interface KnownIds {
  users: string[];
  runs: string[];
  approvals: string[];
  payments: string[];
  accounts: string[];
  keys: string[];
  attention: string[];
  flows: string[];
  jobs: string[];
}

const USER = 'fuzz_user';
const TASKS = [
  'Get the SOL price history of the last 30 days and compute statistics and trend',
  'Book a hotel in Berlin for 2 nights from 10 January and then get a credit rating for Example Corp',
];
const WAITING = 'Get the ETH price history of the last 14 days, chart it and compose a report';

export async function startTarget(folder: string): Promise<Target> {
  const adminKey = generateKey().key;
  const database = await freshDatabase();
  const lines: string[] = [];
  const processes = createProcesses({ log: (line) => lines.push(line) });
  const { config, local } = await startEnvironment(
    settings(folder, database.url, adminKey),
    processes,
    (line) => lines.push(line),
  );
  const errors: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => void errors.push(line) });
  quietRuntime(log);
  const application = await startApplication(config, log);
  const call = caller(application.url, adminKey);
  await fundUser(call, local!);
  return {
    url: application.url,
    adminKey,
    errors,
    config,
    ids: await makeHistory(call),
    async close() {
      await application.stop();
      await processes.stopAll();
      await database.drop();
    },
  };
}

function settings(folder: string, databaseUrl: string, adminKey: string): Config {
  const ports = [
    'PORT',
    'ANVIL_PORT',
    'SURFPOOL_PORT',
    'FACILITATOR_PORT',
    'SERVICES_PORT',
    'MASUMI_PORT',
    'KODOSUMI_PORT',
    'IMAGE_GEN_PORT',
    'PRICE_ORACLE_PORT',
    'BATCH_COMPUTE_PORT',
    'LOG_ARCHIVE_PORT',
  ];
  return loadConfig({
    ...Object.fromEntries(ports.map((name) => [name, '0'])),
    DATA_DIR: folder,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    TEMPORAL_NAMESPACE: inject('temporalNamespace'),
    TASK_QUEUE: `fuzz-${randomUUID()}`,
    AUTH: 'on',
    STEWARD_ADMIN_KEY: adminKey,
    RATE_LIMIT_PER_MINUTE: '0',
    VALIDATE_RESPONSES: 'on',
    LLM_PROVIDER: 'offline',
    EARLY_APPROVAL_WAIT_MS: '200',
    DEPOSIT_WAIT_MS: '500',
  });
}

type Body = Record<string, unknown>;
type Call = (path: string, body?: object) => Promise<Body>;

function caller(url: string, key: string): Call {
  return async (path, body) => {
    const answer = await fetch(url + path, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const json = (await answer.json()) as Body;
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${String(json['detail'])}`);
    return json;
  };
}

/** A deposit as a user makes it. */
async function fundUser(call: Call, local: LocalAssets): Promise<void> {
  const nowhere = (): void => undefined;
  const screen = { title: nowhere, line: nowhere, detail: nowhere, table: nowhere };
  const client = {
    get: call as DemoClient['get'],
    post: ((path, body = {}) => call(path, body)) as DemoClient['post'],
    events: () => {
      throw new Error('nothing is watched here');
    },
  };
  await fundEscrow(screen, client, local, USER);
  const available = async (): Promise<number> => {
    const { balances } = (await call(`/escrow/${USER}/balance`)) as {
      balances: { USDC?: { available: number } };
    };
    return balances.USDC?.available ?? 0;
  };
  await until(async () => (await available()) > 0, 'the deposit is credited');
}

async function makeHistory(call: Call): Promise<KnownIds> {
  for (const input of TASKS) {
    const id = await plannedRun(call, input);
    await call(`/workflows/${id}/approve`, {});
    await until(async () => ['completed', 'failed'].includes(await statusOf(call, id)), `${id} ends`);
  }
  await plannedRun(call, WAITING);
  await call('/admin/keys', { name: 'one', subject: USER });
  const jobs = [
    await orderJob(call, HYMN.key, { topic: 'autumn' }),
    await orderJob(call, APPROVAL.key, { message: 'hello' }),
  ];
  const list = async (path: string, name: string): Promise<string[]> =>
    ((await call(path))[name] as { id: string }[]).map(({ id }) => id);
  return {
    users: [USER],
    runs: await list('/runs', 'runs'),
    approvals: await list('/approvals', 'approvals'),
    payments: await list('/payments', 'payments'),
    accounts: await list('/ledger/accounts', 'accounts'),
    keys: await list('/admin/keys', 'keys'),
    attention: await list('/attention', 'attention'),
    flows: [HYMN.key, APPROVAL.key],
    jobs,
  };
}

/** One that waits for its money. */
async function orderJob(call: Call, key: string, input_data: object): Promise<string> {
  const { job_id: id } = await call(`/mip003/${key}/start_job`, {
    identifier_from_purchaser: randomUUID(),
    input_data,
  });
  return String(id);
}

async function plannedRun(call: Call, input: string): Promise<string> {
  const { workflow } = (await call('/workflows/create', { userId: USER, input, maxCost: '2' })) as {
    workflow: { id: string };
  };
  await until(async () => (await statusOf(call, workflow.id)) !== 'planning', `${workflow.id} has a plan`);
  return workflow.id;
}

async function statusOf(call: Call, id: string): Promise<string> {
  const { workflow } = (await call(`/workflows/${id}`)) as { workflow: { status: string } };
  return workflow.status;
}

export async function until(look: () => Promise<boolean>, what: string, timeoutMs = 60_000): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await look())) {
    if (Date.now() > end) throw new Error(`waited ${timeoutMs} ms in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
