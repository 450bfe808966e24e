import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, toEnvironment, type Config } from '../../families/config.ts';
import { migrate } from '../../families/schema.ts';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import type { CrashPoint } from '../../domain/crash-points.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import type { ChatPoint } from '../../domain/omni/crash-points.ts';
import { bookFloat } from '../../embedded/book-float.ts';
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.ts';
import { startEnvironment } from '../../embedded/environment.ts';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import { freePort } from '../../embedded/ports.ts';
import { startPostgres } from '../../embedded/postgres.ts';
import { createProcesses, type Log, type Processes } from '../../embedded/processes.ts';
import { resolveTemporal, startTemporal } from '../../embedded/temporal.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { restartable, type Restartable, type Started } from './restartable.ts';
import { until } from '../workflows/support/run.ts';

/** What may be killed. */
export const VICTIMS = ['worker', 'api', 'temporal'] as const;
export type Victim = (typeof VICTIMS)[number];

/** The whole of Steward in processes of their own, each of which can be killed and comes back on the same address. */
export interface Victims {
  /** The first API's URL. */
  url: string;
  /** The URL of every API. */
  urls: string[];
  config: Config;
  local: LocalAssets;
  /** Has the processes' logs. */
  folder: string;
  /** Every process that can be killed or stopped; `database` only when the test has its own. */
  processes: { worker: Restartable[]; api: Restartable[]; temporal: Restartable; database?: Restartable };
  /** SIGKILL, then a start of the same thing. Resolves when it is ready again. */
  kill(victim: Victim): Promise<void>;
  /** Puts a worker in the place of the present one that kills itself at this point; `crashed` resolves when it did. */
  armWorker(point: CrashPoint | JobPoint | ChatPoint): Promise<{ crashed: Promise<unknown> }>;
  /**
   * Replaces the worker by one that stops itself at this point. `overtake` resolves once it has and another worker is at
   * work. `goOn` lets it go on until its work is done, and ends it.
   */
  stopWorker(
    point: CrashPoint | JobPoint | ChatPoint,
  ): Promise<{ overtake(): Promise<void>; goOn(): Promise<void> }>;
  stop(): Promise<void>;
}

export interface VictimOptions {
  apis?: number;
  workers?: number;
  /** Its own PostgreSQL, which can be killed and loses nothing that it has acknowledged. */
  ownDatabase?: boolean;
  /** More settings of the APIs and workers. */
  env?: NodeJS.ProcessEnv;
}

const root = join(import.meta.dirname, '..', '..');
const PORTS = [
  'PORT',
  'ANVIL_PORT',
  'SURFPOOL_PORT',
  'FACILITATOR_PORT',
  'SERVICES_PORT',
  'MASUMI_PORT',
  'IMAGE_GEN_PORT',
  'PRICE_ORACLE_PORT',
  'BATCH_COMPUTE_PORT',
  'LOG_ARCHIVE_PORT',
];

export async function startVictims(options: VictimOptions = {}): Promise<Victims> {
  const folder = mkdtempSync(join(tmpdir(), 'steward-kills-'));
  const lines: string[] = [];
  const log: Log = (message) => lines.push(message);
  const processes = createProcesses({ log });
  const database: TestDatabase = await (options.ownDatabase
    ? ownDatabase(processes, folder, log)
    : freshDatabase());
  const temporal = await restartableTemporal(processes, folder);
  const given = loadConfig({
    ...Object.fromEntries([...PORTS, 'KODOSUMI_PORT'].map((name) => [name, '0'])),
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    RATE_LIMIT_PER_MINUTE: '0',
    RECONCILE_INTERVAL_MS: '200',
    DATABASE_IDLE_IN_TRANSACTION_MS: '5000',
  });
  const { config, local } = await startEnvironment(given, processes, log);
  await migrate(database.url, database.ownerUrl);
  await bookFloat(database.url, local!);
  const node = (name: string, script: string, own: Partial<Config> = {}): Promise<Restartable> =>
    restartable((more) =>
      processes.spawnNode(name, join(root, script), [], {
        env: { ...environmentOf({ ...config, ...own }), ...options.env, ...more },
        logFile: join(folder, `${name}.log`),
      }),
    );
  const ports = await Promise.all(Array.from({ length: options.apis ?? 1 }, () => freePort()));
  const [workers, apis] = await Promise.all([
    Promise.all(
      Array.from({ length: options.workers ?? 1 }, (_, n) => node(`worker-${n}`, 'processes/worker.ts')),
    ),
    Promise.all(ports.map((port, n) => node(`api-${n}`, 'processes/api.ts', { PORT: port }))),
  ]);
  const firsts = { worker: workers[0]!, api: apis[0]!, temporal: temporal.server };
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  return {
    url: urls[0]!,
    urls,
    config,
    local: local!,
    folder,
    processes: {
      worker: workers,
      api: apis,
      temporal: temporal.server,
      ...(database.server && { database: database.server }),
    },
    kill: async (victim) => void (await firsts[victim].kill()),
    armWorker: async (point) => ({ crashed: (await firsts.worker.kill({ CRASH_AT: point })).exited! }),
    stopWorker: async (point) => stopped(await firsts.worker.kill({ STOP_AT: point }), firsts.worker),
    async stop() {
      await processes.stopAll();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stopped(held: Started, worker: Restartable): Awaited<ReturnType<Victims['stopWorker']>> {
  return {
    async overtake() {
      await until(() => isStopped(held.pid), 'the worker has stopped itself', 90_000);
      await worker.start();
    },
    async goOn() {
      process.kill(held.pid, 'SIGCONT');
      process.kill(held.pid, 'SIGTERM'); // it drains: its work is finished or refused
      await held.exited;
    },
  };
}

export const isStopped = (pid: number): boolean =>
  execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');

type TestDatabase = FreshDatabase & { server?: Restartable; ownerUrl?: string };

/** Killing it kills the postmaster; the backends notice and end. */
async function ownDatabase(processes: Processes, folder: string, log: Log): Promise<TestDatabase> {
  const port = await freePort();
  let urls = { url: '', ownerUrl: '' };
  const server = await restartable(async () => {
    const dataDir = join(folder, 'postgres', 'data');
    const logFile = join(folder, 'postgres.log');
    const running = await startPostgres({ dataDir, port, processes, log, logFile });
    urls = running;
    return { pid: Number(readFileSync(join(running.dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]) };
  });
  return { url: urls.url, ownerUrl: urls.ownerUrl, server, drop: () => Promise.resolve() };
}

async function restartableTemporal(
  processes: Processes,
  folder: string,
): Promise<{ server: Restartable; address: string }> {
  const log = (): void => undefined;
  const server = await resolveTemporal({ address: undefined, cacheDir: defaultCacheDir(), log });
  if (server.kind === 'address')
    throw new Error('The kill tests need a Temporal server of their own: unset TEMPORAL_ADDRESS.');
  const port = await freePort();
  const options = {
    binary: server.path,
    port,
    dbFile: join(folder, 'temporal.db'),
    processes,
    log,
    searchAttributes: SEARCH_ATTRIBUTES,
  };
  const running = await restartable(async () => ({ pid: (await startTemporal(options)).pid }));
  return { address: `127.0.0.1:${port}`, server: running };
}

/** The configuration as processes read it. */
const environmentOf = (config: Config): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LOG_LEVEL: 'warn',
  ...toEnvironment(config),
});
