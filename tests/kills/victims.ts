import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig, toEnvironment, type Config } from '../../config.ts';
import { migrate } from '../../db/migrate.ts';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import type { CrashPoint } from '../../domain/crash-points.ts';
import { bookFloat } from '../../embedded/book-float.ts';
import { SEARCH_ATTRIBUTES, startEnvironment } from '../../embedded/environment.ts';
import type { LocalAssets } from '../../embedded/chains/local-assets.ts';
import { freePort } from '../../embedded/ports.ts';
import { createProcesses, type Processes } from '../../embedded/processes.ts';
import { resolveTemporal, startTemporal } from '../../embedded/temporal.ts';
import { freshDatabase } from '../support/database.ts';
import { until } from '../workflows/support/run.ts';

/** What may be killed. */
export const VICTIMS = ['worker', 'api', 'temporal'] as const;
export type Victim = (typeof VICTIMS)[number];

/** The whole of Steward in processes of their own, each of which can be killed and comes back on the same address. */
export interface Victims {
  url: string;
  config: Config;
  local: LocalAssets;
  /** SIGKILL, then a start of the same thing. Resolves when it is ready again. */
  kill(victim: Victim): Promise<void>;
  /** Puts a worker in the place of the present one that kills itself at this point; `crashed` resolves when it did. */
  armWorker(point: CrashPoint): Promise<{ crashed: Promise<unknown> }>;
  /**
   * Puts a worker in the place of the present one that stops itself at this point. `overtake` resolves when it did and another
   * worker is at work; `goOn` lets it go on until it has done what it was at, and ends it.
   */
  stopWorker(point: CrashPoint): Promise<{ overtake(): Promise<void>; goOn(): Promise<void> }>;
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, '..', '..');

export async function startVictims(): Promise<Victims> {
  const folder = mkdtempSync(join(tmpdir(), 'steward-kills-'));
  const lines: string[] = [];
  const processes = createProcesses({ log: (message) => lines.push(message) });
  const database = await freshDatabase();
  const temporal = await restartableTemporal(processes, folder);
  const anyPorts = Object.fromEntries(
    [
      'PORT',
      'ANVIL_PORT',
      'SURFPOOL_PORT',
      'FACILITATOR_PORT',
      'SERVICES_PORT',
      'MASUMI_PORT',
      'KODOSUMI_PORT',
    ].map((name) => [name, '0']),
  );
  const given = loadConfig({
    ...anyPorts,
    DATA_DIR: folder,
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: temporal.address,
    RATE_LIMIT_PER_MINUTE: '0',
    RECONCILE_INTERVAL_MS: '200',
    DATABASE_IDLE_IN_TRANSACTION_MS: '5000',
  });
  const { config, local } = await startEnvironment(given, processes, (message) => lines.push(message));
  await migrate(database.url);
  await bookFloat(database.url, local!);
  const apiPort = await freePort();
  const env = environmentOf({ ...config, PORT: apiPort });
  const node = (name: string, script: string) =>
    restartable((more) =>
      processes.spawnNode(name, join(root, script), [], {
        env: { ...env, ...more },
        logFile: join(folder, `${name}.log`),
      }),
    );
  const [worker, api] = await Promise.all([node('worker', 'workers/main.ts'), node('api', 'api/main.ts')]);
  const victims = { worker, api, temporal };
  return {
    url: `http://127.0.0.1:${apiPort}`,
    config,
    local: local!,
    kill: async (victim) => void (await victims[victim].kill()),
    armWorker: async (point) => ({ crashed: (await worker.kill({ CRASH_AT: point })).exited! }),
    stopWorker: async (point) => stopped(await worker.kill({ STOP_AT: point }), worker),
    async stop() {
      await processes.stopAll();
      await database.drop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function stopped(held: Process, worker: Restartable): Awaited<ReturnType<Victims['stopWorker']>> {
  return {
    async overtake() {
      await until(() => isStopped(held.pid), 'the worker has stopped itself', 90_000);
      await worker.another();
    },
    async goOn() {
      process.kill(held.pid, 'SIGCONT');
      process.kill(held.pid, 'SIGTERM'); // it drains: what it was at is finished, or refused
      await held.exited;
    },
  };
}

export const isStopped = (pid: number): boolean =>
  execFileSync('ps', ['-o', 'state=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('T');

interface Process {
  pid: number;
  exited?: Promise<unknown>;
}

interface Restartable {
  /** Kills it unless it is dead already, and answers what stands in its place, started with more environment. */
  kill(more?: NodeJS.ProcessEnv): Promise<Process>;
  /** Starts another in its place, and leaves the old one alone. */
  another(): Promise<void>;
}

async function restartable(start: (more: NodeJS.ProcessEnv) => Promise<Process>): Promise<Restartable> {
  let current = await start({});
  return {
    async kill(more = {}) {
      killIfThere(current.pid);
      await current.exited;
      current = await start(more);
      return current;
    },
    async another() {
      current = await start({});
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function restartableTemporal(
  processes: Processes,
  folder: string,
): Promise<Pick<Restartable, 'kill'> & { address: string }> {
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
  const running = await restartable(async () => {
    const started = await startTemporal(options);
    return { pid: started.pid, exited: new Promise((resolve) => setTimeout(resolve, 200)) };
  });
  return { address: `127.0.0.1:${port}`, kill: running.kill };
}

/** The configuration as processes read it. */
const environmentOf = (config: Config): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  LOG_LEVEL: 'warn',
  ...toEnvironment(config),
});
