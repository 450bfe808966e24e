import { setTimeout as sleep } from 'node:timers/promises';
import { launchedAtMs } from '../../../domain/masumi/same-launch.ts';
import type { FlowStatus } from '../../../domain/masumi/ports/kodosumi.ts';
import { KodosumiStatus } from '../../../schemas/families/masumi/kodosumi.ts';
import type { Ask } from './http.ts';
import type { Client } from './wire-client.ts';

const statusPath = (fid: string): string => `/outputs/status/${encodeURIComponent(fid)}`;

/**
 * Without `extended`, an unknown run is a 404 within two seconds. With it, Kodosumi waits ten minutes for the run to
 * appear, so a run that is gone would look like a Kodosumi that does not answer.
 */
export const statusOf = (
  client: Client,
  fid: string,
  limits: Pick<Ask, 'mostBytes' | 'timeoutMs'> = {},
): Promise<KodosumiStatus | undefined> =>
  client.json({ method: 'GET', path: statusPath(fid), ...limits }, KodosumiStatus);

export async function readStatus(
  client: Client,
  fid: string,
  limits: Pick<Ask, 'mostBytes' | 'timeoutMs'>,
): Promise<FlowStatus | undefined> {
  const found = await statusOf(client, fid, limits);
  return found && { fid, status: found.status, final: found.final, locks: found.locks };
}

const RETRY_MS = 500;

/**
 * A 404 has two meanings. The run is gone already, which is what was wanted. Or it is so young that Kodosumi does not
 * know it yet and would let it run: such a run is asked for again until it is old enough to be known.
 */
export async function killRun(client: Client, fid: string, appearMs: number): Promise<void> {
  const ask = { method: 'DELETE', path: `/outputs/${encodeURIComponent(fid)}` } as const;
  while ((await client.bare(ask)) === 404 && isYoung(fid, appearMs)) await sleep(RETRY_MS);
}

/** Ids hold seconds, not milliseconds. Clocks may differ by as much as a run may take to appear. */
function isYoung(fid: string, appearMs: number): boolean {
  const nowMs = Date.now();
  const launchedMs = launchedAtMs(fid, nowMs);
  return launchedMs !== undefined && Math.abs(nowMs - launchedMs) < appearMs + 1000;
}
