import { amount, fields, oneOf, someFields, text, type Guard } from '../messages/read.ts';
import type { JobInput } from './ports/jobs.ts';
import type { OnChainState } from './ports/masumi-node.ts';

/**
 * Signals of a job besides those that every run understands. `flowChanged` carries nothing: the job looks by itself, so a
 * signal by hand makes it look and no more.
 */
export const JOB_SIGNALS = { paymentChanged: 'paymentChanged', flowChanged: 'flowChanged' } as const;

/** The watch has seen this state. It is a hint: nobody works for a payment that the payment service itself does not show. */
export interface PaymentChanged {
  onChainState: OnChainState;
}

/** The signal `paymentChanged`. */
export const readPaymentChanged: Guard<PaymentChanged> = fields(
  {
    onChainState: oneOf([
      'FundsLocked',
      'FundsOrDatumInvalid',
      'ResultSubmitted',
      'RefundRequested',
      'Disputed',
      'WithdrawAuthorized',
      'RefundAuthorized',
      'Withdrawn',
      'RefundWithdrawn',
      'DisputedWithdrawn',
    ]),
  },
  {},
);

/** The signal `flowChanged`: nothing is in it. */
export const readFlowChanged: Guard<Record<string, never>> = fields({}, {});

/** What of a job's start its workflow counts with. */
export const readJobStart: Guard<Pick<JobInput, 'runId'>> = someFields(
  {
    runId: text(250, 1),
    settings: someFields(
      {
        callTimeoutMs: amount,
        flowKey: text(250, 1),
        terms: someFields(
          { payByMs: amount, submitResultMs: amount, unlockMs: amount, externalDisputeUnlockMs: amount },
          {},
        ),
        margins: someFields({ resultMarginMs: amount, workMs: amount, inputMarginMs: amount }, {}),
        launchForMs: amount,
        requestPaymentForMs: amount,
        paymentGraceMs: amount,
        retryEveryMs: amount,
      },
      {},
    ),
  },
  {},
);
