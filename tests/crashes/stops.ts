import type { CrashPoint } from '../../domain/crash-points.ts';
import type { Job } from './matrix.ts';
import { MATRIX } from './points.ts';

/** On EVM the sent message differs. The code of the other points is the same for both rails. */
const ON_EVM: ReadonlySet<CrashPoint> = new Set(['payment.signed', 'payment.submitted']);
const STOPS = MATRIX.filter(([point, job]) => job !== 'a payment on the EVM chain' || ON_EVM.has(point));
const isPayment = (job: Job): boolean => job.startsWith('a payment on') || job.startsWith('a failing task');

/** Two halves of about the same length, so that two workers share the waiting. */
export const PAYMENT_STOPS = STOPS.filter(([, job]) => isPayment(job));
export const OTHER_STOPS = STOPS.filter(([, job]) => !isPayment(job));
