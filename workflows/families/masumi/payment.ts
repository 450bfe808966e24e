import { condition } from '@temporalio/workflow';
import type { Sale, JobTimes } from '../../../domain/masumi/ports/jobs.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Ending } from '../../engine/run.ts';
import type { Job } from './context.ts';
import { failed, stopped } from './ending.ts';
import { look } from './look.ts';
import { undefinedWhenRetriesEnd } from './retries-end.ts';
import { payments } from './proxies.ts';

const READ_FOR_MS = 600_000; // the payment service may be down just when the time is up

/** Undefined when the purchaser can pay now, or need not pay. Otherwise how the job ends. */
export async function askForPayment(job: Job): Promise<Ending | undefined> {
  const { run } = job;
  const { runId, settings } = run.input;
  run.describe(['**Asking the payment service for a payment request**']);
  const asked = await run.journal
    .ride((ride) =>
      payments(settings.requestPaymentForMs).requestPayment.executeWithOptions(
        { summary: 'payment: ask for a request' },
        [
          {
            ride,
            runId,
            times: timesFrom(job, Date.now()),
          },
        ],
      ),
    )
    .catch(undefinedWhenRetriesEnd);
  if (asked === undefined)
    return failed(job, 'payment_service_unavailable', 'The payment service could not be reached in time.');
  if (asked.kind !== 'requested') return failed(job, REFUSALS[asked.kind], asked.message);
  job.payment = asked.payment;
  job.paymentState = asked.state;
  return undefined;
}

const REFUSALS = { rejected: 'payment_rejected', unavailable: 'payment_service_unavailable' } as const;

function timesFrom({ run }: Job, nowMs: number): JobTimes {
  const { terms } = run.input.settings;
  return {
    payByTime: nowMs + terms.payByMs,
    submitResultTime: nowMs + terms.submitResultMs,
    unlockTime: nowMs + terms.unlockMs,
    externalDisputeUnlockTime: nowMs + terms.externalDisputeUnlockMs,
  };
}

/** Undefined when the money is in the contract; else how the job ends. */
export async function awaitFunds(job: Job): Promise<Ending | undefined> {
  const { run } = job;
  const payment = job.payment!;
  if (job.paymentState.onChainState !== 'FundsLocked') await announce(job, payment);
  const givesUpAt = payment.payByTime + run.input.settings.paymentGraceMs;
  for (;;) {
    if (run.stop.reason() !== undefined) return stopped(job);
    const { onChainState } = job.paymentState;
    if (onChainState === 'FundsLocked') return undefined;
    if (onChainState === 'FundsOrDatumInvalid')
      return failed(job, 'payment_invalid', 'The payment on the chain is not the one that was asked for.');
    if (onChainState !== null)
      return failed(job, 'payment_invalid', `The payment is ${onChainState} before any work was done.`);
    if (Date.now() >= givesUpAt) {
      if (!(await lookOnce(job))) return failed(job, 'payment_timeout', 'Nobody paid in time.');
    } else
      await condition(
        () => run.stop.reason() !== undefined || job.paymentState.onChainState !== null,
        givesUpAt - Date.now(),
        { summary: 'waiting for the purchaser’s payment' },
      );
    await run.journal.flush();
  }
}

/** The payment service is asked once more before a job is given up as unpaid; true when it shows something. */
async function lookOnce(job: Job): Promise<boolean> {
  await look(job, READ_FOR_MS);
  return job.paymentState.onChainState !== null;
}

async function announce({ run }: Job, payment: Sale): Promise<void> {
  const deadlines: JsonObject = {
    pay_by: iso(payment.payByTime),
    submit_result: iso(payment.submitResultTime),
    unlock: iso(payment.unlockTime),
    external_dispute_unlock: iso(payment.externalDisputeUnlockTime),
  };
  const { blockchainIdentifier, amounts } = payment;
  run.move(
    'awaiting_payment',
    'run.awaiting_payment',
    'run.awaiting_payment',
    { blockchainIdentifier, amounts },
    {
      view: { deadlines },
    },
  );
  run.describe([`**Waiting for payment** until ${iso(payment.payByTime)}`], { waitingFor: 'payment' });
  await run.journal.flush();
}

const iso = (ms: number): string => new Date(ms).toISOString();
