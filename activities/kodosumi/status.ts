import type { FlowStatus } from '../../domain/ports/kodosumi.ts';
import { KodosumiStatus } from '../../schemas/families/masumi/kodosumi.ts';
import type { Client } from './client.ts';

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

/** 404: it is gone already, which is what was wanted. */
export async function killRun(client: Client, fid: string): Promise<void> {
  await client.bare({ method: 'DELETE', path: `/outputs/${encodeURIComponent(fid)}` });
}
