import type { AuthorizeRefundOutcome, LaunchJobOutcome } from '../../../domain/masumi/ports/jobs.ts';
import type { ValueRef } from '../../../domain/ports/values.ts';
import type { Ending } from '../../engine/run.ts';
import { untilStopped } from '../../engine/until-stopped.ts';
import type { Job } from './context.ts';
import { failed, stopped } from './ending.ts';
import { followToEnd } from './follow.ts';
import { payments, kodosumi } from './proxies.ts';
import { submit } from './submit.ts';
import { lastWords } from './retries-end.ts';
import { lateness, launchDeadlineOf, resultDeadlineOf } from './times.ts';

const UNDO_FOR_MS = 60_000;
const KILL_FOR_MS = 180_000; // a run whose launch was not answered is looked for first

/** Launches, follows, submits; ends the job at its result deadline whatever it is at. */
export async function doWork(job: Job): Promise<Ending> {
  const { run } = job;
  registerRefund(job);
  const late = lateness(job, Date.now());
  if (late !== undefined) return failed(job, 'insufficient_time', `It was paid too late: ${late}`);
  const clock = run.stop.deadline(resultDeadlineOf(job) - Date.now(), 'result deadline');
  run.move('running', 'run.running', 'run.running', { onChainState: job.paymentState.onChainState });
  run.describe(['**Working**'], { waitingFor: null });
  const work = await launch(job);
  const result = 'error' in work ? work : await followToEnd(job);
  const ending = isEnding(result) ? result : await submit(job, result);
  clock.disarm();
  return ending;
}

export const isEnding = (value: ValueRef | Ending): value is Ending => 'status' in value;

/** The purchaser's money is in the contract. */
function registerRefund(job: Job): void {
  const { runId } = job.run.input;
  let begun: Promise<AuthorizeRefundOutcome> | undefined;
  const begin = (): Promise<AuthorizeRefundOutcome> => {
    begun ??= payments(UNDO_FOR_MS).authorizeRefund.executeWithOptions(
      { summary: 'undo payment: authorise the refund' },
      [{ runId }],
    );
    begun.catch(() => undefined); // told by the undo, which awaits it
    return begun;
  };
  job.refund = { begin };
  job.run.saga.register({
    key: 'payment',
    run: async () => ({ kind: 'ok', detail: { refund: (await begin()).kind } }),
  });
  job.run.saga.completed('payment');
}

/** `launched`, or how the job ends. */
async function launch(job: Job): Promise<{ launched: string } | Ending> {
  const { run } = job;
  const { runId, settings } = run.input;
  run.saga.register({
    key: 'flow',
    run: async () => {
      await kodosumi(KILL_FOR_MS).killJob.executeWithOptions({ summary: 'undo flow: end it' }, [
        { runId, fid: job.fid },
      ]);
      return { kind: 'ok', detail: { killed: job.fid } };
    },
  });
  job.begun = true;
  run.journal.emit({
    key: 'step.started:flow',
    type: 'step.started',
    data: { step: 'flow', flow: settings.flowKey },
    step: { id: 'flow', status: 'running' },
  });
  const forMs = Math.min(settings.launchForMs, launchDeadlineOf(job) - Date.now());
  const asked = await untilStopped(run.stop, () =>
    run.journal.ride((ride) =>
      kodosumi(forMs).launchJob.executeWithOptions({ summary: 'flow: launch' }, [{ ride, runId }]),
    ),
  ).catch((error: unknown) => ({ kind: 'exhausted' as const, message: lastWords(error) }));
  if (asked === 'stopped') return stopped(job);
  if (asked.kind === 'exhausted')
    return failed(job, 'flow_failed', `Kodosumi did not take the job in time: ${asked.message}`);
  return taken(job, asked);
}

async function taken(job: Job, asked: LaunchJobOutcome): Promise<{ launched: string } | Ending> {
  if (asked.kind === 'lost') return failed(job, 'flow_failed', asked.message); // should it turn up, it is ended
  if (asked.kind !== 'launched') {
    job.run.saga.forget('flow');
    if (job.run.stop.reason() !== undefined) return stopped(job);
    if (asked.kind === 'rejected') return failed(job, 'flow_rejected_input', inWords(asked.errors));
    return failed(job, 'flow_failed', `Kodosumi did not take the job: ${asked.message}`);
  }
  job.fid = asked.fid;
  job.run.saga.completed('flow');
  return job.run.stop.reason() === undefined ? { launched: asked.fid } : stopped(job);
}

const inWords = (errors: { [field: string]: string[] }): string =>
  `The flow refused the inputs: ${Object.entries(errors)
    .map(([field, messages]) =>
      field === '_global_' ? messages.join(' ') : `${field}: ${messages.join(' ')}`,
    )
    .join('; ')}`.slice(0, 1000);
