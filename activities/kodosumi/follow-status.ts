import { keepLock } from '../../db/masumi/job-locks.ts';
import { toForm } from '../../domain/masumi/forms/to-form.ts';
import { readFinal } from '../../domain/masumi/kodosumi-final.ts';
import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import type { FollowEnd, JobActivities } from '../../domain/masumi/ports/jobs.ts';
import type { FlowStatus } from '../../domain/masumi/ports/kodosumi.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { KodosumiDeps } from './tools.ts';
import { requireKodosumi } from './job.ts';

const LOCK_S = 3 * 3600; // as long as locks last where nobody says otherwise (masumi.md section 2)

export type Followed = Parameters<JobActivities['followJob']>[0];

/** `nothing`: it goes on, or Kodosumi cannot be asked just now. */
export type Look = { kind: 'end'; end: FollowEnd } | { kind: 'missing' } | { kind: 'nothing' };

/** What the run's status says. It decides over the end: events only say when to look. */
export async function lookAtRun(deps: KodosumiDeps, followed: Followed): Promise<Look> {
  try {
    const status = await requireKodosumi(deps).status(followed.fid);
    if (status === undefined) return { kind: 'missing' };
    const end = await endOf(deps, followed, status);
    return end === undefined ? { kind: 'nothing' } : { kind: 'end', end };
  } catch (error) {
    if (error instanceof KodosumiError) return { kind: 'nothing' };
    throw error;
  }
}

async function endOf(
  deps: KodosumiDeps,
  followed: Followed,
  status: FlowStatus,
): Promise<FollowEnd | undefined> {
  const { runId, openLock } = followed;
  if (status.status === 'finished') {
    const result = readFinal(status.final);
    return { kind: 'finished', result: await deps.values.keep(runId, result as never) };
  }
  if (status.status === 'error') return { kind: 'failed', message: await reasonOf(deps, status) };
  if (openLock !== null)
    return status.locks.includes(openLock) ? undefined : { kind: 'leased', lid: openLock };
  for (const lid of status.locks) {
    const end = await openLockOf(deps, followed, { lid, expires: Date.now() / 1000 + LOCK_S });
    if (end !== undefined) return end;
  }
  return undefined;
}

/** Kodosumi's own error is the run's `final`; any other is the last line of its traceback (masumi.md section 4). */
async function reasonOf(deps: KodosumiDeps, { fid, final }: FlowStatus): Promise<string> {
  if (final) return readFinal(final).output;
  return requireKodosumi(deps)
    .failure(fid)
    .catch(() => 'The flow failed; Kodosumi does not say why.');
}

/** A lock that nobody has answered, its form kept for whoever will. One that is gone already is no news. */
export async function openLockOf(
  deps: KodosumiDeps,
  { runId, fid, openLock, answered }: Followed,
  lock: { lid: string; expires: number | null } | undefined,
): Promise<FollowEnd | undefined> {
  if (lock === undefined || openLock !== null || answered.includes(lock.lid)) return undefined;
  const form = await requireKodosumi(deps).lock(fid, lock.lid);
  if (form === undefined) return undefined;
  const expiresAtMs = lock.expires === null ? null : Math.round(lock.expires * 1000);
  const expiresAt = expiresAtMs === null ? null : new Date(expiresAtMs);
  await keepLock(deps.db.pool, runId, { lid: lock.lid, form, expiresAt });
  const shown = await deps.values.keep(runId, toForm(form) as unknown as Json);
  return { kind: 'lock', lid: lock.lid, expiresAtMs, form: shown };
}
