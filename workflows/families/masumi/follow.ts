import { ActivityFailure, condition } from '@temporalio/workflow';
import type { FollowEnd } from '../../../domain/masumi/ports/jobs.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { Ending } from '../../engine/run.ts';
import { untilStopped } from '../../engine/until-stopped.ts';
import type { Job } from './context.ts';
import { failed, stopped } from './ending.ts';
import { askPurchaser } from './answers.ts';
import { looking } from './proxies.ts';
import { lastWords } from './retries-end.ts';

/** The result, or how the job ends without one. */
export async function followToEnd(job: Job): Promise<ValueRef | Ending> {
  let handled = 0;
  for (;;) {
    await condition(() => job.calls > handled || job.run.stop.reason() !== undefined || job.isLate);
    handled = job.calls;
    const seen = await lookOnce(job);
    if (seen === 'stopped') return stopped(job);
    if (seen === 'too_late')
      return failed(job, 'input_deadline_exceeded', 'Nobody answered the question in time.');
    if (seen.kind === 'finished') return seen.result;
    if (seen.kind === 'failed') return failed(job, 'flow_failed', seen.message);
    if (seen.kind === 'lost') return failed(job, 'run_lost', seen.message);
    if (seen.kind === 'too_large') return failed(job, 'result_too_large', seen.message);
    if (seen.kind === 'lock') askPurchaser(job, seen);
    if (seen.kind !== 'leased') continue;
    job.run.questions.close(seen.lid); // answered in Kodosumi's own panel
    await job.run.journal.flush();
    handled = -1; // another question may wait behind it
  }
}

type Seen = FollowEnd | { kind: 'nothing' } | 'stopped' | 'too_late';

/** One look; it is not finished when the run is to stop, or an open question has waited too long. */
async function lookOnce(job: Job): Promise<Seen> {
  const { run, fid, asked } = job;
  const openLock = asked.find((lid) => run.questions.isOpen(lid)) ?? null;
  const answered = asked.filter((lid) => lid !== openLock);
  const look = { runId: run.input.runId, fid: fid!, openLock, answered };
  const isTooLate = (): boolean => job.isLate;
  if (isTooLate()) return 'too_late';
  if (run.stop.reason() !== undefined) return 'stopped';
  const seen = await untilStopped(
    run.stop,
    () => looking().lookAtFlow.executeWithOptions({ summary: 'flow: look' }, [look]),
    isTooLate,
  ).catch(asLost);
  return seen === 'stopped' && isTooLate() ? 'too_late' : seen;
}

/** What cannot be looked at however often is lost. */
function asLost(error: unknown): FollowEnd {
  if (!(error instanceof ActivityFailure)) throw error;
  return { kind: 'lost', message: `The run of the flow cannot be read: ${lastWords(error)}` };
}
