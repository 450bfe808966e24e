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

export const createJob = (run: Run<JobInput>): Job => ({
  run,
  payment: undefined,
  paymentState: { onChainState: null, nextAction: null },
  begun: false,
  fid: null,
  refund: undefined,
  asked: [],
  calls: 0,
  isLate: false,
});
