import { UNKNOWN_TOTALS } from '../../../domain/ports/ledger.ts';
import type { Ending } from '../../engine/run.ts';
import type { UndoRecord } from '../../engine/saga.ts';
import type { Job } from './context.ts';

/** Why a job fails; the wire says them in lower case (masumi.md sections 2 and 5). */
export type JobErrorCode =
  | 'payment_rejected'
  | 'payment_service_unavailable'
  | 'payment_timeout'
  | 'payment_invalid'
  | 'insufficient_time'
  | 'input_deadline_exceeded'
  | 'deadline_exceeded'
  | 'flow_rejected_input'
  | 'flow_failed'
  | 'result_too_large'
  | 'run_lost'
  | 'submit_failed'
  | 'cancelled';

/** Ends a job without a result. What was begun is ended, and the purchaser's money given back, as far as it can be now. */
export async function failed(job: Job, code: JobErrorCode, message: string): Promise<Ending> {
  await compensate(job, code, message);
  return {
    status: code === 'cancelled' ? 'cancelled' : 'failed',
    error: { code: code.toUpperCase(), message, recoverable: code !== 'flow_rejected_input' },
    outputs: {},
    totals: UNKNOWN_TOTALS,
  };
}

/** The run was asked to stop: by its deadline, or by somebody. */
export const stopped = (job: Job): Promise<Ending> =>
  job.run.stop.reason() === 'deadline'
    ? failed(job, 'deadline_exceeded', 'The result would have come too late to be submitted.')
    : failed(job, 'cancelled', 'The job was cancelled.');

/** The refund is authorised (the watch repeats that) while the flow's run is ended. */
async function compensate(job: Job, code: string, message: string): Promise<void> {
  const { run } = job;
  // A job that nobody had to wait for is not begun yet: the watch gives back what was paid for it.
  if (run.saga.planned().length === 0 || run.status() === 'created') return;
  run.describe([`**Giving up**: ${message}`], { waitingFor: null });
  run.move(
    'compensating',
    'run.compensating',
    'run.compensating',
    { reason: code, message },
    {
      view: { givenUp: { code, message } },
      ...(job.begun && { step: { id: 'flow', status: 'failed' } }),
    },
  );
  await run.journal.flush();
  void job.refund?.begin(); // at once: ending the flow's run may take a while
  const records = await run.saga.compensate((record) => announce({ run }, record));
  run.journal.emit({
    key: 'run.compensated',
    type: 'run.compensated',
    data: { steps: records.filter(({ outcome }) => outcome.kind === 'ok').map(({ key }) => key) },
  });
}

function announce({ run }: Pick<Job, 'run'>, { key, outcome }: UndoRecord): void {
  const status = outcome.kind === 'ok' ? 'compensated' : 'compensation_failed';
  const detail = outcome.kind === 'ok' ? outcome.detail : { code: outcome.code, message: outcome.message };
  run.journal.emit({
    key: `step.${status}:${key}`,
    type: `step.${status}`,
    data: { step: key, ...detail },
    ...(key === 'flow' && { step: { id: key, status } }),
  });
  if (outcome.kind !== 'ok')
    run.needsAttention('compensation_failed', `${key} could not be undone: ${outcome.message}`, {
      step: key,
    });
}
