import type { MasumiOptions } from '../../../api/families/masumi/options.ts';
import { JOB_MARGINS } from '../../../domain/masumi/deadlines.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The contract's own times for a job, with waits that tests can sit through. */
export const SHORT_JOB: MasumiOptions['job'] = {
  callTimeoutMs: 5000,
  terms: {
    payByMs: 12 * HOUR,
    submitResultMs: 24 * HOUR,
    unlockMs: 30 * HOUR,
    externalDisputeUnlockMs: 36 * HOUR,
  },
  margins: JOB_MARGINS,
  launchForMs: 20_000,
  requestPaymentForMs: 4000,
  paymentGraceMs: 0,
  retryEveryMs: 200,
};

/** The last moment for a hash in `shortJob`: the payment service lets us promise no less than 15 minutes. */
export const SHORT_SUBMIT_MS = 20 * MINUTE;

/** Times of a job whose result must be there `resultInMs` after the order; the payment service's rules are kept. */
export const shortJob = (
  resultInMs: number,
  margins: Pick<MasumiOptions['job']['margins'], 'workMs' | 'inputMarginMs'>,
): Pick<MasumiOptions['job'], 'terms' | 'margins'> => ({
  terms: {
    payByMs: 10 * MINUTE,
    submitResultMs: SHORT_SUBMIT_MS,
    unlockMs: SHORT_SUBMIT_MS + 20 * MINUTE,
    externalDisputeUnlockMs: SHORT_SUBMIT_MS + 40 * MINUTE,
  },
  margins: { resultMarginMs: SHORT_SUBMIT_MS - resultInMs, ...margins },
});
