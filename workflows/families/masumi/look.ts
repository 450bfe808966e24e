import { defineSignal } from '@temporalio/workflow';
import { JOB_EVENTS } from '../../../domain/masumi/events.ts';
import { JOB_SIGNALS, readFlowChanged, readPaymentChanged } from '../../../domain/masumi/messages.ts';
import type { SaleState } from '../../../domain/masumi/ports/jobs.ts';
import { takeSignal } from '../../engine/signals.ts';
import type { Job } from './context.ts';
import { undefinedWhenRetriesEnd } from './retries-end.ts';
import { payments } from './proxies.ts';

const HINT_FOR_MS = 30_000; // the watch repeats a hint while it matters

const paymentChanged = defineSignal<[unknown?]>(JOB_SIGNALS.paymentChanged);
const flowChanged = defineSignal<[unknown?]>(JOB_SIGNALS.flowChanged);

/** The follower says that something has changed at the flow's run. The job looks by itself. */
export const hearOfFlow = (job: Job): void =>
  takeSignal(job.run, flowChanged, {
    guard: readFlowChanged,
    description: 'Look at the flow’s run: something has changed there.',
    take: () => void job.calls++,
  });

/**
 * The watch says that the payment has changed. Anybody who reaches Temporal can say so, and the state decides whether work is
 * paid. So the job asks the payment service itself. Hints that come meanwhile are one more look together.
 */
export function hearOfPayment(job: Job): void {
  let looking = false;
  let again = false;
  takeSignal(job.run, paymentChanged, {
    guard: readPaymentChanged,
    description: 'The watch over the payment service has seen that the payment changed.',
    async take({ onChainState }) {
      if (onChainState === job.paymentState.onChainState) return;
      again = true;
      if (looking) return;
      looking = true;
      try {
        while (again) {
          again = false;
          await look(job, HINT_FOR_MS);
        }
      } finally {
        looking = false;
      }
    },
  });
}

/** Asks the payment service how the payment stands; what cannot be asked within `forMs` stays as it was. */
export async function look(job: Job, forMs: number): Promise<void> {
  const { run } = job;
  const seen = await run.journal
    .ride((ride) =>
      payments(forMs).readPayment.executeWithOptions({ summary: 'payment: look' }, [
        { ride, runId: run.input.runId },
      ]),
    )
    .catch(undefinedWhenRetriesEnd);
  if (seen !== undefined) notePaymentState(job, seen);
}

/** Emits one event for each new state on the chain, whoever saw it. */
function notePaymentState(job: Job, state: SaleState): void {
  const { onChainState, nextAction } = state;
  if (onChainState === null && job.paymentState.onChainState !== null) return; // an older look
  const isNews = onChainState !== job.paymentState.onChainState;
  job.paymentState = state;
  if (isNews)
    job.run.journal.emit({
      key: `payment.changed:${onChainState}`,
      type: JOB_EVENTS.changed,
      data: { onChainState, nextAction: nextAction?.requestedAction ?? null },
    });
}
