import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import {
  chmodSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';

const LEFTOVER_AGE_MS = 24 * 60 * 60_000;

export interface RunOptions {
  timeoutMs: number;
  env?: NodeJS.ProcessEnv | undefined;
  cwd?: string | undefined;
  uid?: number;
  gid?: number;
}

/** Runs a command to its end and returns its standard output. The error holds the last lines it printed. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { timeoutMs, env = process.env, ...rest } = options;
  return new Promise((resolve, reject) => {
    execFile(
      command,
      [...args],
      { timeout: timeoutMs, env, maxBuffer: 16 * 1024 * 1024, ...rest },
      (error, stdout, stderr) => {
        if (!error) return resolve(stdout);
        const late = error.killed ? `no answer within ${timeoutMs / 1000} s` : '';
        const said = stderr.trim().split('\n').slice(-3).join(' | ');
        reject(new Error(`${command}: ${late || said || error.message}`, { cause: error }));
      },
    );
  });
}

/** The SHA-256 of a file, in hexadecimal. */
export async function sha256File(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Refuses a file whose hash is not the one that the project names. */
export async function requireSha256(path: string, expected: string): Promise<void> {
  const actual = await sha256File(path);
  if (actual === expected) return;
  throw new Error(`${path} has SHA-256 ${actual}, expected ${expected}: it is not used`);
}

export function isExecutable(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && (stat.mode & 0o111) !== 0;
}

/**
 * Gives `work` a folder of its own on the file system of the cache, and removes it afterwards. Finished files are
 * renamed out of it, so that nobody sees a half-made file and two processes at once do not disturb each other.
 */
export async function inWorkFolder<Result>(
  cacheDir: string,
  work: (folder: string) => Promise<Result>,
): Promise<Result> {
  const parent = join(cacheDir, 'tmp');
  const folder = join(parent, randomUUID());
  mkdirSync(folder, { recursive: true });
  removeOld(parent);
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a killed process left behind. */
function removeOld(parent: string): void {
  for (const name of readdirSync(parent)) {
    const path = join(parent, name);
    const madeAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    if (Date.now() - madeAt > LEFTOVER_AGE_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Moves a finished program to its place. */
export function installProgram(from: string, to: string): string {
  chmodSync(from, 0o755);
  mkdirSync(dirname(to), { recursive: true });
  renameSync(from, to);
  return to;
}

/** Moves a finished folder to its place. When another process was faster, its folder is kept. */
export function installFolder(from: string, to: string): string {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
  return to;
}
