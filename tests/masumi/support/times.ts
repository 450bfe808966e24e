import type { MasumiOptions } from '../../../api/families/masumi/options.ts';
import { JOB_MARGINS } from '../../../domain/job-deadlines.ts';

const HOUR = 3_600_000;

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
