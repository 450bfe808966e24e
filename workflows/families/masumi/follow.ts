import { condition } from '@temporalio/workflow';
import type { FollowEnd } from '../../../domain/masumi/ports/jobs.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { Ending } from '../../engine/run.ts';
import { untilStopped } from '../../engine/until-stopped.ts';
import type { Job } from './context.ts';
import { failed, stopped } from './ending.ts';
import { closeLock } from './answers.ts';
import { following } from './proxies.ts';
import { inputDeadlineOf } from './times.ts';

/** The result, or how the job ends without one. */
export async function followToEnd(job: Job): Promise<ValueRef | Ending> {
  for (;;) {
    const seen = await followOnce(job);
    if (seen === 'stopped') return stopped(job);
    if (seen === 'too_late')
      return failed(job, 'input_deadline_exceeded', 'Nobody answered the question in time.');
    if (seen.kind === 'finished') return seen.result;
    if (seen.kind === 'failed') return failed(job, 'flow_failed', seen.message);
    if (seen.kind === 'lost') return failed(job, 'run_lost', seen.message);
    if (seen.kind === 'leased') closeLock(job, seen.lid);
    else openLock(job, seen);
    await job.run.journal.flush();
  }
}

/** Until something is seen, the run is to stop, or an open question has waited too long. */
async function followOnce(job: Job): Promise<FollowEnd | 'stopped' | 'too_late'> {
  const { run, fid, openLock: lock, answered } = job;
  const watch = { runId: run.input.runId, fid: fid!, openLock: lock?.lid ?? null, answered };
  if (lock === undefined) return untilStopped(run.stop, () => following().followJob(watch));
  let late = false;
  const answeredInTime = condition(() => job.openLock !== lock, Math.max(1, lock.deadlineMs - Date.now()), {
    summary: 'waiting for answers',
  });
  void answeredInTime.then((inTime) => (late = !inTime));
  const isTooLate = (): boolean => late && !job.answering && job.openLock === lock;
  const seen = await untilStopped(run.stop, () => following().followJob(watch), isTooLate);
  return seen === 'stopped' && isTooLate() ? 'too_late' : seen;
}

function openLock(job: Job, { lid, expiresAtMs }: Extract<FollowEnd, { kind: 'lock' }>): void {
  const { run } = job;
  const deadlineMs = inputDeadlineOf(job, expiresAtMs);
  job.openLock = { lid, deadlineMs };
  const input = { lock: lid, deadline: new Date(deadlineMs).toISOString() };
  run.move('awaiting_input', 'run.awaiting_input', `run.awaiting_input:${lid}`, input, {
    view: { lock: { lid, deadlineMs } },
  });
  run.describe([`**Waiting for answers** until ${input.deadline}`], { waitingFor: 'input' });
}
