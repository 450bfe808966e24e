import { ActivityFailure, ApplicationFailure, defineUpdate, setHandler } from '@temporalio/workflow';
import { UPDATES } from '../../../domain/messages.ts';
import type {
  AnswerLockOutcome,
  ProvideInputAnswer,
  ProvideInputRequest,
} from '../../../domain/masumi/ports/jobs.ts';
import type { Job, OpenLock } from './context.ts';
import { kodosumi } from './proxies.ts';

const ANSWER_FOR_MS = 60_000;

const provideInput = defineUpdate<ProvideInputAnswer, [ProvideInputRequest]>(UPDATES.provideInput);

/** Answers to questions of the flow; the answers themselves are in a sealed row (decision 11). */
export function handleAnswers(job: Job): void {
  setHandler(provideInput, (request) => answer(job, request), {
    validator: (request) => refuse(job, request),
    description: 'Hands answers that were stored before to the flow that waits for them.',
  });
}

/** The codes of masumi.md section 5. */
function refuse({ run, openLock, answering }: Job, { lid, inputHash }: ProvideInputRequest): void {
  if (openLock === undefined || run.stop.reason() !== undefined)
    throw ApplicationFailure.nonRetryable('The job waits for no input.', 'not_awaiting_input');
  if (openLock.lid !== lid)
    throw ApplicationFailure.nonRetryable(
      'Another question is open now; ask for the status.',
      'stale_status_id',
    );
  if (Date.now() > openLock.deadlineMs)
    throw ApplicationFailure.nonRetryable('The time for answers is over.', 'deadline_passed');
  if (answering !== undefined && answering.hash !== inputHash)
    throw ApplicationFailure.nonRetryable(
      'Other answers to this question are on their way.',
      'stale_status_id',
    );
}

async function answer(
  job: Job,
  { lid, inputHash, by, updateId }: ProvideInputRequest,
): Promise<ProvideInputAnswer> {
  const { run } = job;
  // The same answers twice at once are handed over once.
  job.answering ??= { hash: inputHash, outcome: hand(job, job.openLock!, inputHash) };
  const outcome = await job.answering.outcome.finally(() => (job.answering = undefined)).catch(notReached);
  if (outcome.kind === 'rejected') return { ...outcome, events: [] };
  if (outcome.kind === 'gone')
    throw ApplicationFailure.nonRetryable('The question is not open any more.', 'stale_status_id');
  const data = { lock: lid, by, inputHash };
  run.journal.emit({ key: `input.received:${lid}:${updateId}`, type: 'input.received', data });
  closeLock(job, lid);
  return { kind: 'taken', events: run.journal.pending() };
}

function notReached(error: unknown): never {
  if (!(error instanceof ActivityFailure)) throw error;
  throw ApplicationFailure.nonRetryable(
    'Kodosumi, which asked, cannot be reached. Give the same answers again later.',
    'kodosumi_unavailable',
  );
}

const hand = ({ run, fid }: Job, { lid }: OpenLock, inputHash: string): Promise<AnswerLockOutcome> =>
  kodosumi(ANSWER_FOR_MS).answerLock({ runId: run.input.runId, fid: fid!, lid, inputHash });

/** The question is answered, here or in Kodosumi's own panel: the work goes on. */
export function closeLock(job: Job, lid: string): void {
  if (!job.answered.includes(lid)) job.answered.push(lid);
  if (job.openLock?.lid !== lid || job.run.status() !== 'awaiting_input') return;
  job.openLock = undefined;
  job.run.move('running', 'run.running', `run.running:${lid}`, { lock: lid }, { view: { lock: null } });
  job.run.describe(['**Working**'], { waitingFor: null });
}
