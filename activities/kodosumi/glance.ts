import { markTold, noteTrouble, forgetTrouble, type FollowedJob } from '../../db/masumi/followed-jobs.ts';
import { KodosumiError, KodosumiTooLargeError } from '../../domain/masumi/outside-errors.ts';
import { JOB_SIGNALS } from '../../domain/masumi/messages.ts';
import { patienceWith } from './look-at-flow.ts';
import { requireKodosumi } from './job.ts';
import type { FollowDeps } from './tools.ts';

const GLANCE_BYTES = 1024 * 1024; // a status that is larger has a result, which the job reads by itself
const MISSING_MS = 60_000;

/** What decides whether a job must look at its run: `going` with its open locks, or a word for its end. */
export type Seen = { state: string; locks: number; isOver: boolean };

/**
 * Looks at a run's status without its result. Its job is told when there is something else than last time; about an end it
 * is told at each glance, until it has looked. Undefined while nothing is known.
 */
export async function glance(deps: FollowDeps, job: FollowedJob): Promise<Seen | undefined> {
  const seen = await readState(deps, job);
  if (seen === undefined) return undefined;
  if (!seen.isOver && seen.state === (job.told_state ?? 'going:')) return seen;
  await deps.tell(job.workflow_id, JOB_SIGNALS.flowChanged, {});
  if (seen.state !== job.told_state) await markTold(deps.db.pool, job.run_id, seen.state);
  job.told_state = seen.state;
  return seen;
}

const over = (state: string): Seen => ({ state, locks: 0, isOver: true });

async function readState(deps: FollowDeps, job: FollowedJob): Promise<Seen | undefined> {
  try {
    const status = await requireKodosumi(deps).status(job.fid, GLANCE_BYTES);
    if (status === undefined) return await unseen(deps, job, MISSING_MS);
    await settle(deps, job);
    if (status.status === 'finished' || status.status === 'error') return over(status.status);
    const locks = status.locks.toSorted();
    return { state: `going:${locks.join(',')}`, locks: locks.length, isOver: false };
  } catch (error) {
    if (error instanceof KodosumiTooLargeError) return over('finished');
    if (!(error instanceof KodosumiError)) throw error;
    return error.passing ? undefined : unseen(deps, job, patienceWith(error));
  }
}

/** Jobs whose runs were in trouble at the last glance. */
const troubled = new WeakSet<FollowedJob>();

async function unseen({ db }: FollowDeps, job: FollowedJob, forMs: number): Promise<Seen | undefined> {
  troubled.add(job);
  const since = await noteTrouble(db.pool, job.run_id);
  return Date.now() - since.getTime() > forMs ? over('missing') : undefined;
}

async function settle({ db }: FollowDeps, job: FollowedJob): Promise<void> {
  if (troubled.delete(job)) await forgetTrouble(db.pool, job.run_id);
}
