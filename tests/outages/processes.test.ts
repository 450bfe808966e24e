import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { migrate } from '../../families/schema.ts';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { freePort } from '../../embedded/ports.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { createProcesses } from '../../embedded/processes.ts';
import { resolveTemporal, startTemporal } from '../../embedded/temporal.ts';
import { ask } from '../api/support/api.ts';
import { sampleCatalogue } from '../support/sample-catalogue.ts';

const root = join(import.meta.dirname, '..', '..');
const log = (): void => undefined;
const processes = createProcesses({ log });
const SLOW = { timeout: 45_000, interval: 100 };

let folder: string;
let postgres: Part;
let temporal: Part;
let catalogue: { open(): Promise<void>; close(): void };
let api: Host;
let worker: Host;

/** A server that can be stopped and started again on the same port. */
interface Part {
  address: string;
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Host {
  child: ChildProcess;
  url: string;
}

beforeAll(async () => {
  folder = mkdtempSync(join(inject('workFolder'), 'outages-'));
  [postgres, temporal] = await Promise.all([restartablePostgres(), restartableTemporal()]);
  const catalogPort = await freePort();
  catalogue = catalogueAt(catalogPort);
  const env = {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    DATABASE_URL: postgres.address,
    TEMPORAL_ADDRESS: temporal.address,
    STEWARD_DATA_KEY: 'a key of the tests, long enough',
    REGISTRY_URL: `http://127.0.0.1:${catalogPort}`,
    SERVICE_HOSTS: `127.0.0.1:${catalogPort}`,
    RATE_LIMIT_PER_MINUTE: '0',
    ESCROW_ASSETS: 'USDC:4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU:6',
    PORT: '0',
  };
  [api, worker] = await Promise.all([
    startHost('processes/api.ts', env),
    startHost('processes/worker.ts', env),
  ]);
}, 120_000);

afterAll(async () => {
  for (const { child } of [api, worker]) {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  catalogue.close();
  await processes.stopAll();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

const create = (): ReturnType<typeof ask> =>
  ask(api, '/workflows/create', {
    method: 'POST',
    body: { userId: 'outage', input: 'Get the SOL price history of the last 30 days and compose a report' },
  });

async function workflowOf(id: string): Promise<Record<string, unknown>> {
  return (await ask(api, `/workflows/${id}`)).body['workflow'] as Record<string, unknown>;
}

const idOf = ({ body }: Awaited<ReturnType<typeof ask>>): string => (body['workflow'] as { id: string }).id;
const status = async (path: string): Promise<number> => (await ask(api, path)).status;
const live = (): boolean =>
  [api, worker].every(({ child }) => child.exitCode === null && child.signalCode === null);

let waiting: string;

test('a run whose catalogue is away waits and says so, in its family’s words and in the engine’s', async () => {
  waiting = idOf(await create());
  await expect
    .poll(() => workflowOf(waiting), SLOW)
    .toMatchObject({
      status: 'planning',
      waiting: { for: 'catalogue', attempt: expect.any(Number), until: expect.stringMatching(/Z$/) },
    });
  expect((await ask(api, `/runs/${waiting}`)).body).toMatchObject({ waiting: { for: 'catalogue' } });
});

test('a PostgreSQL that restarts costs requests a 503, and no process', async () => {
  await postgres.stop();
  await expect.poll(() => status('/readyz'), SLOW).toBe(503);
  expect(await status('/livez')).toBe(200);
  const refused = await create();
  expect(refused.body).toMatchObject({ status: 503, code: 'unavailable' });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  const health = await ask(api, '/health');
  expect(health.body).toMatchObject({
    status: 'unhealthy',
    message: expect.stringContaining('database is down'),
  });
  await postgres.start();
  await expect.poll(() => status('/readyz'), SLOW).toBe(200);
  expect((await create()).status).toBe(201);
  expect(live()).toBe(true);
});

test('the run that waited goes on with its plan once its catalogue is back', async () => {
  await catalogue.open();
  await expect.poll(() => workflowOf(waiting), SLOW).toMatchObject({ status: 'awaiting_approval' });
  expect(await workflowOf(waiting)).not.toHaveProperty('waiting');
});

test('a Temporal that restarts costs requests a 503, and no process', async () => {
  await temporal.stop();
  await expect.poll(() => status('/readyz'), SLOW).toBe(503);
  const refused = await create();
  expect(refused.body).toMatchObject({ status: 503, code: 'unavailable' });
  expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
  await temporal.start();
  await expect.poll(() => status('/readyz'), SLOW).toBe(200);
  const created = await create();
  expect(created.status).toBe(201);
  await expect.poll(() => workflowOf(idOf(created)), SLOW).toMatchObject({ status: 'awaiting_approval' });
  expect(live()).toBe(true);
});

test('a missing parent or reader of the output ends no process', async () => {
  for (const { child } of [api, worker]) {
    child.disconnect();
    child.stdout?.destroy();
    child.stderr?.destroy();
  }
  const created = await create();
  await expect.poll(() => workflowOf(idOf(created)), SLOW).toMatchObject({ status: 'awaiting_approval' });
  for (let n = 0; n < 20; n++) expect(await status('/workflows/absent')).toBe(404);
  expect(live()).toBe(true);
});

/** An API or a worker as in production. It tells this process when it is ready. */
async function startHost(script: string, env: NodeJS.ProcessEnv): Promise<Host> {
  const child = spawn(process.execPath, [join(root, script)], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => lines.push(String(text)));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${script} ended. It said:\n${lines.join('').slice(-3000)}`);
  });
  const [message] = (await Promise.race([once(child, 'message'), ended])) as [{ url?: string }];
  ended.catch(() => undefined);
  return { child, url: message.url ?? '' };
}

async function restartablePostgres(): Promise<Part> {
  const options = { dataDir: join(folder, 'postgres', 'data'), port: await freePort(), processes, log };
  let running = await startPostgres(options);
  await migrate(running.url, running.ownerUrl);
  return {
    address: running.url,
    stop: () => running.stop(),
    start: async () => void (running = await startPostgres(options)),
  };
}

async function restartableTemporal(): Promise<Part> {
  const server = await resolveTemporal({ address: undefined, cacheDir: defaultCacheDir(), log });
  if (server.kind === 'address') throw new Error('This test needs a Temporal server of its own.');
  const options = {
    binary: server.path,
    port: await freePort(),
    dbFile: join(folder, 'temporal.db'),
    processes,
    log,
    searchAttributes: SEARCH_ATTRIBUTES,
  };
  let running = await startTemporal(options);
  return {
    address: running.address,
    stop: () => running.stop(),
    start: async () => void (running = await startTemporal(options)),
  };
}

/** A registry that does not answer until it is opened. */
function catalogueAt(port: number): typeof catalogue {
  const services = sampleCatalogue().map((service) => ({
    ...service,
    url: service.url.replace('https://services.example', `http://127.0.0.1:${port}`),
  }));
  const server: Server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ services }));
  });
  return {
    open: async () => void (await once(server.listen(port, '127.0.0.1'), 'listening')),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
