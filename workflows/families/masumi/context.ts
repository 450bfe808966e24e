import { setHandler, defineSignal } from '@temporalio/workflow';
import { JOB_EVENTS } from '../../../domain/masumi/events.ts';
import { JOB_SIGNALS } from '../../../domain/masumi/messages.ts';
import type {
  AuthorizeRefundOutcome,
  JobInput,
  JobPayment,
  PaymentStanding,
} from '../../../domain/masumi/ports/jobs.ts';
import type { Run } from '../../engine/run.ts';

/** One job on its way; changed by its story (`job.ts`) and by messages. */
export interface Job {
  readonly run: Run<JobInput>;
  payment: JobPayment | undefined;
  standing: PaymentStanding;
  /** The flow's step was begun. */
  begun: boolean;
  fid: string | null;
  /** Locks that the purchaser was asked about, in order. */
  readonly asked: string[];
  /** Nobody answered the last one in time. */
  isLate: boolean;
  /** Gives the purchaser's money back, as far as it can be given now; begun once, by whoever comes first. */
  refund: { begin(): Promise<AuthorizeRefundOutcome> } | undefined;
}

const paymentChanged = defineSignal<[PaymentStanding]>(JOB_SIGNALS.paymentChanged);

export function createJob(run: Run<JobInput>): Job {
  const job: Job = {
    run,
    payment: undefined,
    standing: { onChainState: null, nextAction: null },
    begun: false,
    fid: null,
    refund: undefined,
    asked: [],
    isLate: false,
  };
  setHandler(paymentChanged, (standing) => noteStanding(job, standing), {
    description: 'The watch over the payment service says how the payment stands.',
  });
  return job;
}

/** One event for each state the chain shows, whoever saw it. */
export function noteStanding(job: Job, standing: PaymentStanding): void {
  const { onChainState, nextAction } = standing;
  if (onChainState === null && job.standing.onChainState !== null) return; // an older look
  const isNews = onChainState !== job.standing.onChainState;
  job.standing = standing;
  if (isNews)
    job.run.journal.emit({
      key: `payment.changed:${onChainState}`,
      type: JOB_EVENTS.changed,
      data: { onChainState, nextAction: nextAction?.requestedAction ?? null },
    });
}
