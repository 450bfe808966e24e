import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { FollowEnd } from '../../../domain/masumi/ports/jobs.ts';
import type { QuestionWords, Taken } from '../../engine/question-events.ts';
import type { Job } from './context.ts';
import { kodosumi } from './proxies.ts';
import { inputDeadlineOf } from './times.ts';

const ANSWER_FOR_MS = 60_000;

/** Asks the purchaser what the flow asks. The answers are checked and kept by the API, and handed to Kodosumi here. */
export function askPurchaser(
  job: Job,
  { lid, expiresAtMs, form }: Extract<FollowEnd, { kind: 'lock' }>,
): void {
  const deadlineMs = inputDeadlineOf(job, expiresAtMs);
  const end = job.run.questions.ask({
    id: lid,
    prompt: 'The flow asks.',
    form,
    expiresAtMs: deadlineMs,
    take: ({ hash }) => handOver(job, lid, hash),
    endsRun: true,
    checkedByFamily: true,
    words: wordsOf(lid, deadlineMs),
  });
  job.asked.push(lid);
  // What cannot be written now fails the next thing that the job writes.
  end.then(({ kind }) => (job.isLate = kind === 'expired')).catch(() => undefined);
}

const wordsOf = (lid: string, deadlineMs: number): QuestionWords => ({
  asked: {
    data: { lock: lid, deadline: new Date(deadlineMs).toISOString() },
    view: { lock: { lid, deadlineMs } },
  },
  received: ({ by, hash }) => ({ lock: lid, by, inputHash: hash }),
  resumed: { data: { lock: lid }, view: { lock: null } },
});

const handOver = ({ run, fid }: Job, lid: string, inputHash: string): Promise<Taken> =>
  kodosumi(ANSWER_FOR_MS)
    .answerLock.executeWithOptions({ summary: `question ${lid}: hand the answer over` }, [
      { runId: run.input.runId, fid: fid!, lid, inputHash },
    ])
    .catch(notReached);

function notReached(error: unknown): never {
  if (!(error instanceof ActivityFailure)) throw error;
  throw ApplicationFailure.nonRetryable(
    'Kodosumi, which asked, cannot be reached. Give the same answers again later.',
    'kodosumi_unavailable',
  );
}
