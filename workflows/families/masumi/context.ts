import { setHandler, defineSignal } from '@temporalio/workflow';
import { JOB_EVENTS } from '../../../domain/masumi/events.ts';
import { JOB_SIGNALS } from '../../../domain/masumi/messages.ts';
import type { AuthorizeRefundOutcome, JobInput, Sale, SaleState } from '../../../domain/masumi/ports/jobs.ts';
import type { Run } from '../../engine/run.ts';

/** The state of one job. Its story (`job.ts`) and messages change it. */
export interface Job {
  readonly run: Run<JobInput>;
  payment: Sale | undefined;
  paymentState: SaleState;
  /** The flow's step was begun. */
  begun: boolean;
  fid: string | null;
  /** Locks that the purchaser was asked about, in order. */
  readonly asked: string[];
  /** How often it was told to look at its flow's run. */
  calls: number;
  /** Nobody answered the last one in time. */
  isLate: boolean;
  /** Gives the purchaser's money back, as far as that is possible now. It begins once, whoever asks first. */
  refund: { begin(): Promise<AuthorizeRefundOutcome> } | undefined;
}

const paymentChanged = defineSignal<[SaleState]>(JOB_SIGNALS.paymentChanged);
const flowChanged = defineSignal(JOB_SIGNALS.flowChanged);

export function createJob(run: Run<JobInput>): Job {
  const job: Job = {
    run,
    payment: undefined,
    paymentState: { onChainState: null, nextAction: null },
    begun: false,
    fid: null,
    refund: undefined,
    asked: [],
    calls: 0,
    isLate: false,
  };
  setHandler(paymentChanged, (state) => notePaymentState(job, state), {
    description: 'The watch over the payment service says how the payment stands.',
  });
  setHandler(flowChanged, () => void job.calls++, {
    description: 'Look at the flow’s run: something has changed there.',
  });
  return job;
}

/** Emits one event for each new state on the chain, whoever saw it. */
export function notePaymentState(job: Job, state: SaleState): void {
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
