import { z } from 'zod';
import { Amount, Text } from '../../core/messages.ts';
import { strict } from '../../core/strict.ts';
import { PaymentChainState } from './payment-service/primitives.ts';

/** The signal `paymentChanged`: the watch has seen this state. The sandbox reads it with `domain/masumi/messages.ts`. */
export const PaymentChanged = strict({
  onChainState: PaymentChainState,
});

/** What of a job's start its workflow counts with. */
export const JobStart = z.looseObject({
  runId: Text(250, 1),
  settings: z.looseObject({
    callTimeoutMs: Amount,
    flowKey: Text(250, 1),
    terms: z.looseObject({
      payByMs: Amount,
      submitResultMs: Amount,
      unlockMs: Amount,
      externalDisputeUnlockMs: Amount,
    }),
    margins: z.looseObject({ resultMarginMs: Amount, workMs: Amount, inputMarginMs: Amount }),
    launchForMs: Amount,
    requestPaymentForMs: Amount,
    paymentGraceMs: Amount,
    retryEveryMs: Amount,
  }),
});
