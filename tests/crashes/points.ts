import type { CrashPoint } from '../../domain/crash-points.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import type { ChatPoint } from '../../domain/omni/crash-points.ts';
import type { Job } from './matrix.ts';

const RAILS: Job[] = ['a payment on Solana', 'a payment on the EVM chain'];
/** A withdrawal is a payment of the same life over a rail of its own; it is held by the API, so `prepared` is its own point. */
const PAYMENTS: Job[] = [...RAILS, 'a withdrawal', 'a chat of an agent'];
const RUN: Job[] = ['a payment on Solana'];
const REFUND: Job[] = ['a failing task with a refund'];
const WITHDRAWAL: Job[] = ['a withdrawal'];
const PAID_JOB: Job[] = ['a job that is paid in advance'];

/** What leads to each point. A point without an entry does not compile. */
const LEADS_TO: { [point in CrashPoint | JobPoint | ChatPoint]: Job[] } = {
  'run.reserved': RUN,
  'payment.prepared': [...RAILS, 'a chat of an agent'],
  'provider.answered': ['a chat of an agent'],
  'payment.created': PAYMENTS,
  'payment.signed': PAYMENTS,
  'payment.submitted': PAYMENTS,
  'payment.answered': PAYMENTS,
  'payment.settled': PAYMENTS,
  'payment.posted': PAYMENTS,
  'payment.voided': REFUND,
  'refund.credited': REFUND,
  'run.returned': RUN,
  'run.ended': RUN,
  'job.payment-asked': PAID_JOB,
  'job.payment-made': PAID_JOB,
  'job.launching': PAID_JOB,
  'job.launched': PAID_JOB,
  'job.answered': ['a job that asks'],
  'job.result-submitted': PAID_JOB,
  'deposit.credited': ['a deposit'],
  'surplus.booked': ['money that nobody announces'],
  'withdrawal.prepared': WITHDRAWAL,
};
/** Every point, with each act that leads to it. */
export const MATRIX = (Object.keys(LEADS_TO) as CrashPoint[]).flatMap((point) =>
  LEADS_TO[point].map((job) => [point, job] as const),
);
