import { setTimeout as sleep } from 'node:timers/promises';
import { launchedAtMs } from '../../../domain/masumi/same-launch.ts';
import type { FlowStatus } from '../../../domain/masumi/ports/kodosumi.ts';
import { KodosumiStatus } from '../../../schemas/families/masumi/kodosumi.ts';
import type { Client } from './wire-client.ts';

const statusPath = (fid: string): string => `/outputs/status/${encodeURIComponent(fid)}`;

/**
 * Without `extended`, a run that is not known is a 404 within two seconds; with it Kodosumi waits ten minutes for the run
 * to appear, and a run that is gone would look like a Kodosumi that does not answer.
 */
export const statusOf = (client: Client, fid: string): Promise<KodosumiStatus | undefined> =>
  client.json({ method: 'GET', path: statusPath(fid) }, KodosumiStatus);

export async function readStatus(client: Client, fid: string): Promise<FlowStatus | undefined> {
  const found = await statusOf(client, fid);
  return found && { fid, status: found.status, final: found.final, locks: found.locks };
}

const RETRY_MS = 500;

/**
 * A 404 says that it is gone already, which is what was wanted; or that it is so young that Kodosumi does not know it yet,
 * and would let it run: that one is asked for again until it is old enough to be known.
 */
export async function killRun(client: Client, fid: string, appearMs: number): Promise<void> {
  const ask = { method: 'DELETE', path: `/outputs/${encodeURIComponent(fid)}` } as const;
  while ((await client.bare(ask)) === 404 && isYoung(fid, appearMs)) await sleep(RETRY_MS);
}

/** Ids hold a second, not a millisecond; clocks may differ by as much as a run may take to appear. */
function isYoung(fid: string, appearMs: number): boolean {
  const nowMs = Date.now();
  const launchedMs = launchedAtMs(fid, nowMs);
  return launchedMs !== undefined && Math.abs(nowMs - launchedMs) < appearMs + 1000;
}
