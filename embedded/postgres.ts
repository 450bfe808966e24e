import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '../db/connections.ts';
import { defaultCacheDir } from './downloads/cache-dir.ts';
import { canReach, type Identity } from './downloads/identity.ts';
import { freePort } from './ports.ts';
import { postgresBinaries } from './postgres/binaries.ts';
import { ensureCluster, postgresEnvironment, reachableDataDir } from './postgres/data-folder.ts';
import { postgresIdentity } from './postgres/identity.ts';
import { APPLICATION, ensureRoles, urlsOf, writeLogins, type DatabaseUrls } from './postgres/roles.ts';
import { clearStaleLock } from './postgres/stale-lock.ts';
import type { Child, Log, Processes } from './processes.ts';
import { secret } from './secret.ts';

export interface StartPostgresOptions {
  /** Where the data should be; made if it does not exist. */
  dataDir: string;
  /** 0 takes any free port. */
  port: number;
  cacheDir?: string | undefined;
  processes: Processes;
  log: Log;
  logFile?: string | undefined;
  /** The database that the url names; made if it does not exist. */
  database?: string | undefined;
  /** Off: a power cut may lose the last moments, but never the order of writes. For tests and benchmarks. */
  synchronousCommit?: boolean | undefined;
}

export interface RunningPostgres extends DatabaseUrls {
  port: number;
  /** Where the data really is. */
  dataDir: string;
  stop: () => Promise<void>;
}

const HOST = '127.0.0.1';
const READY = /database system is ready to accept connections/;
const START_ATTEMPTS = 20;
const OWNER_KEY = 'postgres-owner.key';

/**
 * Starts the real PostgreSQL of the registry package on loopback. Everyone on this machine may use it as the
 * application. The owner's password is a file beside the data that only the user who started it can read.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<RunningPostgres> {
  const { log, database = APPLICATION } = options;
  const identity = postgresIdentity(options.dataDir);
  const cacheDir = usableCacheDir(options.cacheDir, identity);
  const bin = await postgresBinaries({ cacheDir, forOtherUser: identity !== undefined, log });
  const dataDir = reachableDataDir(options.dataDir, { cacheDir, identity, log });
  await ensureCluster(dataDir, { bin, identity, log });
  await clearStaleLock(dataDir, log);
  const { child, port } = await startServer({ ...options, bin, dataDir, identity });
  // Under root the data may be elsewhere and outlive the folder that was asked for. Then the key is beside the data,
  // too.
  const kept = (): string => secret(dirname(dataDir), OWNER_KEY, () => randomBytes(24).toString('hex'));
  const password =
    resolve(dataDir) === resolve(options.dataDir)
      ? kept()
      : secret(dirname(options.dataDir), OWNER_KEY, kept);
  const maintenance = urlsOf(port, 'postgres', password);
  await ensureRoles(maintenance, password);
  await ensureDatabase(maintenance, database);
  log(`PostgreSQL at ${HOST}:${port}`);
  return { ...urlsOf(port, database, password), port, dataDir, stop: () => child.stop() };
}

function usableCacheDir(wanted: string | undefined, identity: Identity | undefined): string {
  if (wanted) mkdirSync(wanted, { recursive: true });
  return wanted && (!identity || canReach(wanted, identity)) ? wanted : defaultCacheDir();
}

interface ServerOptions extends StartPostgresOptions {
  bin: string;
  identity: Identity | undefined;
}

/**
 * Two failures of a start are temporary: the helpers of a killed server still hold its shared memory, or somebody took
 * the port after it was found free.
 */
async function startServer(options: ServerOptions): Promise<{ child: Child; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await freePort());
    try {
      const child = await options.processes.spawn(
        'PostgreSQL',
        join(options.bin, 'postgres'),
        serverArguments(options, port),
        {
          ...options.identity,
          cwd: '/',
          env: postgresEnvironment(),
          readyWhen: READY,
          logFile: options.logFile,
          // Smart shutdown (SIGTERM) waits for every client to leave, fast shutdown does not.
          stopSignal: 'SIGINT',
        },
      );
      return { child, port };
    } catch (error) {
      const passing = error instanceof Error && isPassing(error.message, options.port === 0);
      if (!passing || attempt === START_ATTEMPTS) throw error;
      await delay(250);
    }
  }
}

function isPassing(message: string, portIsOurChoice: boolean): boolean {
  if (/pre-existing shared memory block/.test(message)) return true;
  return portIsOurChoice && /could not bind/.test(message);
}

function serverArguments({ dataDir, synchronousCommit = true }: ServerOptions, port: number): string[] {
  const settings = {
    listen_addresses: HOST,
    unix_socket_directories: '',
    max_connections: 200,
    shared_buffers: '128MB',
    synchronous_commit: synchronousCommit ? 'on' : 'off',
    hba_file: writeLogins(dataDir),
    timezone: 'UTC',
    log_timezone: 'UTC',
    jit: 'off',
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return ['-D', dataDir, '-p', String(port), ...flags];
}

async function ensureDatabase({ ownerUrl }: DatabaseUrls, database: string): Promise<void> {
  const client = createClient(ownerUrl);
  await client.connect().catch(explainLogin);
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(database)}`);
  } finally {
    await client.end();
  }
}

function explainLogin(error: unknown): never {
  if (!(error instanceof Error && 'code' in error && error.code === '28P01')) throw error;
  throw new Error(
    `PostgreSQL: ${OWNER_KEY} in the data folder does not belong to this data: put back the one from the same backup`,
    { cause: error },
  );
}
