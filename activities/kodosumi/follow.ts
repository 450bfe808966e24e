import { setTimeout as wait } from 'node:timers/promises';
import pLimit from 'p-limit';
import {
  forgetEnded,
  listFollowed,
  listUntold,
  loadFollowed,
  type FollowedJob,
} from '../../db/masumi/followed-jobs.ts';
import { glance, type Seen } from './glance.ts';
import { listen, type Ears } from './listen.ts';
import { createPlaces, type Places } from './places.ts';
import { openRecord, type Recorder } from './record-events.ts';
import { createStatusPoll } from './status-poll.ts';
import type { FollowDeps } from './tools.ts';

const LOOKS = 50; // statuses that are asked for at once
const STREAMS = 200; // open at once; runs that have none are looked at
const SYNC_MS = 250; // between two looks for jobs that began or ended
const FORGET_MS = 10_000;
const IDLE_POLLS = 10; // a run that waits for a person is looked at this much more seldom, in time

/** What the runs that are followed share. */
interface Together {
  deps: FollowDeps;
  places: Places;
  look: (job: FollowedJob) => Promise<Seen | undefined>;
}

/**
 * Follows the runs of all jobs, until `signal`. Ten thousand jobs that wait cost a few looks a second, and hold nothing that
 * a new job needs: its job is told to look, and does that on another queue. What a crash leaves behind: whom to follow and
 * what was told is in the database, so the next follower goes on, and at most tells something twice.
 */
export async function followJobs(deps: FollowDeps, signal: AbortSignal): Promise<void> {
  const following: Following = new Map();
  const limit = pLimit(LOOKS);
  const together: Together = {
    deps,
    places: createPlaces(deps.streams ?? STREAMS, deps.pollMs),
    look: (job) => limit(() => glance(deps, job)),
  };
  let forgottenMs = 0;
  const sync = async (): Promise<void> => {
    if (Date.now() - forgottenMs > FORGET_MS) {
      await forgetEnded(deps.db.pool);
      forgottenMs = Date.now();
    }
    const ids = new Set(await listFollowed(deps.db.pool));
    for (const [id, { controller }] of following) if (!ids.has(id)) controller.abort();
    for (const id of await listUntold(deps.db.pool)) following.get(id)?.wake();
    for (const job of await loadFollowed(
      deps.db.pool,
      [...ids].filter((id) => !following.has(id)),
    ))
      begin(together, job, following);
  };
  try {
    while (!signal.aborted) {
      await sync().catch((error: unknown) =>
        deps.warn('runs at Kodosumi: whom to follow is not known', error),
      );
      await wait(deps.syncMs ?? SYNC_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    for (const { controller } of following.values()) controller.abort();
    await Promise.all([...following.values()].map(({ done }) => done));
  }
}

type Following = Map<string, { controller: AbortController; wake: () => void; done: Promise<void> }>;

function begin(together: Together, job: FollowedJob, following: Following): void {
  const controller = new AbortController();
  const state = createState(together.deps);
  const done = followOne(together, job, state, controller.signal).finally(() => following.delete(job.run_id));
  following.set(job.run_id, { controller, wake: () => wake(job, state), done });
}

/** A run that waited for a person works again: it is looked at now, and as often as others that work. */
function wake(job: FollowedJob, state: State): void {
  if (job.told_state === null) return;
  job.told_state = null;
  state.changedMs = Date.now();
  state.locks = 0;
  state.woken.abort();
  state.woken = new AbortController();
}

/** One job that cannot be followed must not keep the others waiting. */
async function followOne(
  together: Together,
  job: FollowedJob,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  const { deps } = together;
  while (!signal.aborted)
    try {
      await step(together, job, state, signal);
    } catch (error) {
      if (signal.aborted) return;
      deps.warn(`job ${job.run_id}: its run cannot be followed`, error);
      await pause(deps.pollMs, signal);
    }
}

interface State extends Pick<Ears, 'heard' | 'poll'> {
  recorder?: Recorder;
  /** When a glance last saw something new. */
  changedMs: number;
  locks: number;
  isOver: boolean;
  /** Fires when it is to be looked at at once. */
  woken: AbortController;
}

const createState = ({ pollMs }: FollowDeps): State => ({
  changedMs: Date.now(),
  locks: 0,
  isOver: false,
  heard: new Set(),
  poll: createStatusPoll(pollMs),
  woken: new AbortController(),
});

/** Its job was told of the end, and looks by itself. It is told again, in case it could not. */
async function remind(
  together: Together,
  job: FollowedJob,
  state: State,
  signal: AbortSignal,
): Promise<void> {
  await pause(together.deps.pollMs, signal);
  if (!signal.aborted) await lookAt(together, job, state);
}

/** Listens for as long as there is a place for it, looks, and waits a while where nobody listened. */
async function step(together: Together, job: FollowedJob, state: State, signal: AbortSignal): Promise<void> {
  const { deps, places } = together;
  const waitMs = pace(deps.pollMs, state);
  if (state.isOver) return remind(together, job, state, signal);
  const place = await places.take({ isIdle: state.locks > 0, waitMs, signal });
  const heard = place && (await hear(together, job, state, place, signal));
  if (heard === undefined && state.locks > 0)
    await pause(waitMs, AbortSignal.any([signal, state.woken.signal]));
  if (signal.aborted) return;
  const seen = await lookAt(together, job, state);
  if (heard === 'still open' || (heard === undefined && state.locks === 0)) return;
  if (seen?.isOver !== true && heard !== undefined) await pause(state.poll.waitMs() ?? waitMs, signal);
}

async function hear(
  together: Together,
  job: FollowedJob,
  state: State,
  place: { wanted: AbortSignal; release(): void },
  signal: AbortSignal,
): Promise<'over' | 'still open'> {
  const { deps } = together;
  try {
    state.recorder ??= await openRecord(deps, job.run_id);
    const ears: Ears = {
      recorder: state.recorder,
      poll: state.poll,
      heard: state.heard,
      signal: AbortSignal.any([signal, place.wanted]),
      glance: () => lookAt(together, job, state),
    };
    return await listen(deps, job, ears);
  } finally {
    place.release();
  }
}

async function lookAt({ look }: Together, job: FollowedJob, state: State): Promise<Seen | undefined> {
  const before = job.told_state;
  const seen = await look(job);
  if (job.told_state !== before) state.changedMs = Date.now();
  state.locks = seen?.locks ?? state.locks;
  state.isOver = seen?.isOver ?? state.isOver;
  return seen;
}

/** A tenth of the time in which nothing changed, between the pace of a run that works and that of one that waits. */
function pace(pollMs: number, { changedMs, locks }: State): number {
  const [least, most] = locks > 0 ? [pollMs, pollMs * IDLE_POLLS] : [Math.min(1000, pollMs), pollMs];
  return Math.min(Math.max((Date.now() - changedMs) / 10, least), most);
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  wait(ms, undefined, { signal }).catch(() => undefined);
