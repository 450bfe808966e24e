import type { FollowEnd } from '../../../domain/masumi/ports/jobs.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { Ending } from '../../engine/run.ts';
import { untilStopped } from '../../engine/until-stopped.ts';
import type { Job } from './context.ts';
import { failed, stopped } from './ending.ts';
import { askPurchaser } from './answers.ts';
import { following } from './proxies.ts';

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
    if (seen.kind === 'lock') askPurchaser(job, seen);
    else {
      job.run.questions.close(seen.lid); // answered in Kodosumi's own panel
      await job.run.journal.flush();
    }
  }
}

/** Until something is seen, the run is to stop, or an open question has waited too long. */
async function followOnce(job: Job): Promise<FollowEnd | 'stopped' | 'too_late'> {
  const { run, fid, asked } = job;
  const openLock = asked.find((lid) => run.questions.isOpen(lid)) ?? null;
  const answered = asked.filter((lid) => lid !== openLock);
  const watch = { runId: run.input.runId, fid: fid!, openLock, answered };
  const isTooLate = (): boolean => job.isLate;
  const seen = await untilStopped(
    run.stop,
    () => following().followJob.executeWithOptions({ summary: 'flow: follow' }, [watch]),
    isTooLate,
  );
  return seen === 'stopped' && isTooLate() ? 'too_late' : seen;
}
