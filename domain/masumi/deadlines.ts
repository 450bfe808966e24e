import { checkDeadlines, type DeadlineRule, type Feasibility, type FixedInstants } from '../deadlines.ts';

/** Instants of a job that is paid in advance through a Masumi payment service (masumi.md section 2, "Deadlines"). */
export type JobInstant =
  | 'now'
  | 'payBy'
  | 'launch'
  | 'input'
  | 'result'
  | 'submitResult'
  | 'unlock'
  | 'externalDisputeUnlock';

const MINUTE_MS = 60_000;

/** Durations of the contract (a type: it is stored as JSON); `resultMarginMs` is configurable with a floor of five minutes. */
export type JobMargins = {
  resultMarginMs: number;
  /** Less time than this between launch and result deadline is `insufficient_time`. */
  workMs: number;
  inputMarginMs: number;
};

export const JOB_MARGINS: JobMargins = {
  resultMarginMs: 15 * MINUTE_MS,
  workMs: 30 * MINUTE_MS,
  inputMarginMs: 10 * MINUTE_MS,
};

/** The rules between the times of one job: the payment service's own, and ours for work and answers. */
export const jobRules = (margins: JobMargins = JOB_MARGINS): readonly DeadlineRule<JobInstant>[] => [
  { earlier: 'now', later: 'payBy', gapMs: 1, why: 'payment must still be possible' },
  { earlier: 'now', later: 'submitResult', gapMs: 15 * MINUTE_MS, why: 'the payment service wants 15 min' },
  { earlier: 'payBy', later: 'submitResult', gapMs: 5 * MINUTE_MS, why: 'the payment service wants 5 min' },
  { earlier: 'launch', later: 'result', gapMs: margins.workMs, why: 'the work needs time' },
  { earlier: 'input', later: 'result', gapMs: margins.inputMarginMs, why: 'an answer must be worked on' },
  {
    earlier: 'result',
    later: 'submitResult',
    gapMs: margins.resultMarginMs,
    why: 'the hash must be submitted',
  },
  {
    earlier: 'submitResult',
    later: 'unlock',
    gapMs: 15 * MINUTE_MS,
    why: 'the payment service wants 15 min',
  },
  {
    earlier: 'unlock',
    later: 'externalDisputeUnlock',
    gapMs: 15 * MINUTE_MS,
    why: 'the payment service wants 15 min',
  },
];

/** Whether a job with these times can be sold, launched or asked about; `latest('input')` is its input deadline. */
export const checkJob = (
  fixed: FixedInstants<JobInstant>,
  margins: JobMargins = JOB_MARGINS,
): Feasibility<JobInstant> => checkDeadlines(fixed, jobRules(margins));
