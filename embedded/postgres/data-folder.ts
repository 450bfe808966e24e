import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { run } from '../downloads.ts';
import { canReach, type Identity } from '../downloads/identity.ts';
import type { Log } from '../processes.ts';

const INIT_TIMEOUT_MS = 120_000;

/** Messages in English, because they are read here, and none of the caller's PG* settings. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], TZ: 'UTC', LC_ALL: 'C' };
}

/**
 * The wanted data folder or, if PostgreSQL's user cannot get there, one in the cache that belongs to that path. Data
 * that was begun in the cache stays there, so that it does not seem lost when the way is opened later.
 */
export function reachableDataDir(
  wanted: string,
  options: { cacheDir: string; identity: Identity | undefined; log: Log },
): string {
  const path = resolve(wanted);
  const { cacheDir, identity, log } = options;
  mkdirSync(dirname(path), { recursive: true });
  if (!identity) return path;
  const instead = dataDirInCache(path, cacheDir);
  const folder = dirname(instead);
  const begunThere = clusterVersion(instead) !== undefined && !existsSync(path);
  if (!begunThere && canReach(dirname(path), identity)) return path;
  mkdirSync(folder, { recursive: true });
  for (const made of [folder, dirname(folder)]) chmodSync(made, 0o755);
  log(`PostgreSQL: root cannot run it and uid ${identity.uid} cannot use ${path}; its data is in ${instead}`);
  return instead;
}

/** Where the data is kept when PostgreSQL's user cannot reach the wanted folder. */
export function dataDirInCache(wanted: string, cacheDir: string): string {
  const path = resolve(wanted);
  const key = createHash('sha256').update(path).digest('hex').slice(0, 16);
  return join(cacheDir, 'postgres-data', key, basename(path));
}

/** Makes the cluster if there is none. It appears by a rename, complete or not at all. */
export async function ensureCluster(
  dataDir: string,
  options: { bin: string; identity: Identity | undefined; log: Log },
): Promise<void> {
  const found = clusterVersion(dataDir);
  if (found !== undefined) return requireVersion(found, dataDir, options.bin);
  if (existsSync(dataDir) && readdirSync(dataDir).length > 0) {
    throw new Error(`PostgreSQL: ${dataDir} holds files but no database: choose another folder, or empty it`);
  }
  const { bin, identity, log } = options;
  log(`PostgreSQL: making a new database in ${dataDir}`);
  const fresh = `${dataDir}.new-${process.pid}`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  try {
    if (identity) chownSync(fresh, identity.uid, identity.gid);
    const args = [
      '-D',
      fresh,
      '-U',
      'steward',
      '-A',
      'trust',
      '--locale=C',
      '-E',
      'UTF8',
      '--no-instructions',
    ];
    await run(join(bin, 'initdb'), args, {
      timeoutMs: INIT_TIMEOUT_MS,
      cwd: '/',
      env: postgresEnvironment(),
      ...identity,
    });
    renameSync(fresh, dataDir);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function clusterVersion(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'PG_VERSION'), 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') return undefined;
    throw new Error(
      `PostgreSQL: ${dataDir} belongs to another user: run as that user, or choose another data folder`,
      { cause: error },
    );
  }
}

async function requireVersion(found: string, dataDir: string, bin: string): Promise<void> {
  const said = await run(join(bin, 'postgres'), ['--version'], { timeoutMs: 10_000, cwd: '/' });
  const major = /(\d+)\./.exec(said)?.[1];
  if (major === found) return;
  throw new Error(
    `PostgreSQL: ${dataDir} was made by version ${found}, this is ${major}: move it away (or dump and restore it) and start again`,
  );
}
