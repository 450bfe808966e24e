import type { FollowedJob } from '../../db/masumi/followed-jobs.ts';
import type { FlowEvent } from '../../domain/masumi/ports/kodosumi.ts';
import { requireKodosumi } from './job.ts';
import { readLockEvent } from './lock-event.ts';
import type { Recorder } from './record-events.ts';
import type { StatusPoll } from './status-poll.ts';
import type { FollowDeps } from './tools.ts';

const STREAM_POLLS = 10; // the status is asked for after this many times `pollMs`, even while a stream goes on
const SOON_MS = 1000; // the status may follow an event a moment later

/** What listening to one run remembers from stream to stream. */
export interface Ears {
  recorder: Recorder;
  poll: StatusPoll;
  /** Locks and leases that were heard before: a stream repeats everything. */
  heard: Set<string>;
  /** Fires when the run is not to be followed any more, or its place is wanted. */
  signal: AbortSignal;
  /** Looks at the status at once. */
  glance(): Promise<unknown>;
}

/**
 * `over`: the stream broke, ended, fell silent or told of the end. `still open`: the stream is fine, and we left it only to
 * look at the status. An open stream also makes Kodosumi notice a dead run.
 */
export async function listen(
  deps: FollowDeps,
  { fid }: FollowedJob,
  { recorder, poll, heard, signal, glance }: Ears,
): Promise<'over' | 'still open'> {
  const closing = new AbortController();
  const longEnough = new AbortController();
  const leaveIn = (ms: number): NodeJS.Timeout => setTimeout(() => longEnough.abort(), ms);
  const timers = [leaveIn(deps.pollMs * STREAM_POLLS)];
  poll.restart();
  try {
    const ends = AbortSignal.any([signal, closing.signal, longEnough.signal]);
    for await (const event of requireKodosumi(deps).events(fid, ends)) {
      await recorder.record(event);
      if (tellsOfEnd(event)) break;
      const soonMs = poll.heard(event.event);
      if (soonMs !== undefined) timers.push(leaveIn(soonMs));
      if (!isNewLock(event, heard)) continue;
      await glance();
      timers.push(leaveIn(Math.min(SOON_MS, deps.pollMs)));
    }
  } catch {
    // The status is read instead.
  } finally {
    closing.abort();
    timers.forEach(clearTimeout);
    await recorder.settled();
  }
  return longEnough.signal.aborted ? 'still open' : 'over';
}

const tellsOfEnd = ({ event, data }: FlowEvent): boolean =>
  event === 'eof' || (event === 'status' && /^(finished|error)$/.test(data.trim()));

function isNewLock({ event, data }: FlowEvent, heard: Set<string>): boolean {
  if (event !== 'lock' && event !== 'lease') return false;
  const key = `${event}:${readLockEvent(data)?.lid}`;
  return !heard.has(key) && heard.add(key).size > 0;
}
