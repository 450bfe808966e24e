import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import type { Kodosumi } from '../../domain/masumi/ports/kodosumi.ts';
import { readLockEvent } from './lock-event.ts';

const LOCK_MS = 3 * 3_600_000; // how long a lock lasts when it does not say (masumi.md section 2)
const LONGEST_MS = 3000; // events that exist are sent at once

export interface ShownLock {
  lid: string;
  expiresAtMs: number;
}

/**
 * Which of these open locks came first, and until when it waits. Only the run's events have their order and their ends. A
 * stream that does not tell leaves the order of the status.
 */
export async function oldestLock(
  kodosumi: Pick<Kodosumi, 'events'>,
  fid: string,
  open: readonly string[],
): Promise<ShownLock> {
  const signal = AbortSignal.timeout(LONGEST_MS);
  const unknown: ShownLock = { lid: open[0]!, expiresAtMs: Date.now() + LOCK_MS };
  try {
    for await (const { event, data } of kodosumi.events(fid, signal)) {
      const lock = event === 'lock' ? readLockEvent(data) : undefined;
      if (lock === undefined || !open.includes(lock.lid)) continue;
      return { lid: lock.lid, expiresAtMs: lock.expiresAtMs ?? unknown.expiresAtMs };
    }
  } catch (error) {
    if (!(error instanceof KodosumiError)) throw error;
  }
  return unknown;
}
