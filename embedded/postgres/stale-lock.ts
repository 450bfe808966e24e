import { readFileSync, readlinkSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../processes.ts';
import { isAlive } from '../../processes/pid.ts';

function lockHolder(dataDir: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

/** A postmaster works inside its data folder. A process that was given its pid later does not. */
function isPostmasterOf(dataDir: string, pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch {
    // Without /proc, or another user's process: PostgreSQL itself decides.
    return true;
  }
}

/**
 * Clears the way for a start. It waits for a server that is still ending, because its parent was killed a moment ago;
 * one that stays is an error. It removes a lock file that a killed server left and whose pid is another program's now.
 */
export async function clearStaleLock(dataDir: string, log: Log, waitMs = 10_000): Promise<void> {
  const deadline = Date.now() + waitMs;
  for (let told = false; ;) {
    const pid = lockHolder(dataDir);
    if (pid === undefined) return;
    if (!isPostmasterOf(dataDir, pid)) {
      log(`PostgreSQL: the last server on ${dataDir} was killed; it recovers`);
      rmSync(join(dataDir, 'postmaster.pid'), { force: true });
      return;
    }
    if (Date.now() > deadline) {
      throw new Error(
        `PostgreSQL: process ${pid} already serves ${dataDir}: end it, or choose another data folder`,
      );
    }
    if (!told) log(`PostgreSQL: process ${pid} still serves ${dataDir}, waiting for its end`);
    told = true;
    await delay(50);
  }
}
