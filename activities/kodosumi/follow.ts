import { setTimeout as wait } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import type { FollowEnd } from '../../domain/masumi/ports/jobs.ts';
import type { FlowEvent } from '../../domain/masumi/ports/kodosumi.ts';
import type { KodosumiDeps } from './tools.ts';
import { createStatusPoll, type StatusPoll } from './status-poll.ts';
import { lookAtRun, openLockOf, type Followed } from './follow-status.ts';
import { requireKodosumi } from './job.ts';
import { openRecord, type Recorder } from './record-events.ts';

const MISSING_MS = 60_000; // "404 for seconds after launch: tolerate 60 s" (masumi.md section 4)
const STREAM_POLLS = 10; // the status is asked for after this many times `pollMs`, even while a stream goes on

/**
 * Follows a run until something must be decided. We listen to the stream. Where it breaks or falls silent, we look at
 * the run's status and open the stream again, each `pollMs`; sooner when the stream told of the end and the status did
 * not. An open stream also makes Kodosumi notice a dead run. We wait for a Kodosumi that is down or refuses us: only
 * the job's deadline ends that.
 */
export async function followJob(deps: KodosumiDeps, followed: Followed): Promise<FollowEnd> {
  const { cancellationSignal: signal } = Context.current();
  const recorder = await openRecord(deps, followed.runId);
  const poll = createStatusPoll(deps.pollMs);
  let missingSince: number | undefined;
  for (;;) {
    const heard = await listen(deps, followed, { recorder, poll, signal });
    if (typeof heard === 'object') return heard;
    const look = await lookAtRun(deps, followed);
    if (look.kind === 'end') return look.end;
    missingSince = look.kind === 'missing' ? (missingSince ?? Date.now()) : undefined;
    if (missingSince !== undefined && Date.now() - missingSince > MISSING_MS)
      return { kind: 'lost', message: 'Kodosumi does not know the run any more.' };
    if (heard === 'still open') continue;
    const waitMs = poll.waitMs() ?? deps.pollMs;
    await wait(look.kind === 'missing' ? Math.min(waitMs, 1000) : waitMs, undefined, { signal });
  }
}

interface Ears {
  recorder: Recorder;
  poll: StatusPoll;
  signal: AbortSignal;
}

/**
 * `over`: the stream broke, ended or fell silent. `still open`: the stream is fine, and we left it only to look at the
 * status.
 */
async function listen(
  deps: KodosumiDeps,
  followed: Followed,
  { recorder, poll, signal }: Ears,
): Promise<FollowEnd | 'over' | 'still open'> {
  const closing = new AbortController();
  const longEnough = new AbortController();
  const leaveIn = (ms: number): NodeJS.Timeout => setTimeout(() => longEnough.abort(), ms);
  const timers = [leaveIn(deps.pollMs * STREAM_POLLS)];
  poll.restart();
  try {
    const ends = AbortSignal.any([signal, closing.signal, longEnough.signal]);
    const events = requireKodosumi(deps).events(followed.fid, ends);
    for await (const event of events) {
      await recorder.record(event);
      const end = await react(deps, followed, event);
      if (end !== undefined) return end;
      const soonMs = poll.heard(event.event);
      if (soonMs !== undefined) timers.push(leaveIn(soonMs));
    }
  } catch {
    signal.throwIfAborted();
  } finally {
    closing.abort();
    timers.forEach(clearTimeout);
    await recorder.settled();
  }
  return longEnough.signal.aborted ? 'still open' : 'over';
}

async function react(
  deps: KodosumiDeps,
  followed: Followed,
  { event, data }: FlowEvent,
): Promise<FollowEnd | undefined> {
  if (event === 'lock') return openLockOf(deps, followed, lockOf(data));
  if (event === 'lease' && followed.openLock !== null && lockOf(data)?.lid === followed.openLock)
    return { kind: 'leased', lid: followed.openLock };
  if (event !== 'eof' && !(event === 'status' && /^(finished|error)$/.test(data.trim()))) return undefined;
  const look = await lookAtRun(deps, followed);
  return look.kind === 'end' ? look.end : undefined;
}

/** `{"dict":{"lid":...,"expires":...}}`; undefined for anything else. */
function lockOf(data: string): { lid: string; expires: number | null } | undefined {
  try {
    const { dict } = JSON.parse(data) as { dict?: { lid?: unknown; expires?: unknown } };
    if (typeof dict?.lid !== 'string') return undefined;
    return { lid: dict.lid, expires: typeof dict.expires === 'number' ? dict.expires : null };
  } catch {
    return undefined;
  }
}
