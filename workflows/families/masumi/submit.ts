import { sleep } from '@temporalio/workflow';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { SubmitResultOutcome } from '../../../domain/masumi/ports/jobs.ts';
import { UNKNOWN_TOTALS } from '../../../domain/ports/ledger.ts';
import type { Ending } from '../../engine/run.ts';
import type { Job } from './context.ts';
import { failed, stopped } from './ending.ts';
import { undefinedWhenRetriesEnd } from './retries-end.ts';
import { payments } from './proxies.ts';
import { resultDeadlineOf } from './times.ts';

const READ_FOR_MS = 60_000;
const UNKNOWN_TRIES = 6; // about a minute
const LATE_TRIES = 4; // times `retryEveryMs`: so long a submission that was cut off may still arrive

/** Submits the result's hash until the payment service has it. Before that the job has no result (masumi.md section 2). */
export async function submit(job: Job, result: ValueRef): Promise<Ending> {
  const { run } = job;
  run.describe(['**Submitting the hash of the result**']);
  let unknown = 0;
  for (;;) {
    const outcome = await submitOnce(job, result);
    if (outcome.kind === 'submitted') return completed(job, result, outcome.resultHash);
    if (outcome.kind === 'refused')
      return failed(job, 'submit_failed', `The payment service refused the result: ${outcome.message}`);
    unknown = outcome.unknown === true ? unknown + 1 : 0;
    if (unknown === UNKNOWN_TRIES)
      return failed(job, 'submit_failed', 'The payment service does not know the payment any more.');
    if (!(await run.stop.pause(run.input.settings.retryEveryMs, 'submitting the result again')))
      return stopped(job);
  }
}

/** Submits once, and never gives up halfway, as it would not be known whether the hash arrived. Lost answers are looked up. */
async function submitOnce(job: Job, result: ValueRef): Promise<SubmitResultOutcome> {
  const { run } = job;
  const { runId, settings } = run.input;
  const outcome = await run.journal
    .ride((ride) =>
      payments(resultDeadlineOf(job) - Date.now()).submitResult.executeWithOptions(
        { summary: 'flow: submit the hash of the result' },
        [{ ride, runId, result }],
      ),
    )
    .catch(undefinedWhenRetriesEnd);
  if (outcome !== undefined) return outcome;
  await sleep(LATE_TRIES * settings.retryEveryMs, { summary: 'a submission may still arrive' });
  const found = await run.journal
    .ride((ride) =>
      payments(READ_FOR_MS).findSubmitted.executeWithOptions(
        { summary: 'flow: look for the submitted hash' },
        [{ ride, runId, result }],
      ),
    )
    .catch(undefinedWhenRetriesEnd);
  return found ?? { kind: 'not_now', message: 'The payment service did not answer.' };
}

function completed({ run }: Job, result: ValueRef, resultHash: string): Ending {
  run.journal.emit({
    key: 'step.completed:flow',
    type: 'step.completed',
    data: { step: 'flow', resultHash },
    step: { id: 'flow', status: 'completed', data: { result: { resultHash } } },
    view: { resultHash },
  });
  return { status: 'completed', outputs: { result }, totals: UNKNOWN_TOTALS };
}
