import { JobStart, PaymentChanged } from '../../schemas/families/masumi/messages.ts';
import { testEquality } from '../../tests/support/message-equality.ts';
import { readJobStart, readPaymentChanged } from './messages.ts';

testEquality('paymentChanged', {
  guard: readPaymentChanged,
  schema: PaymentChanged,
  whole: { onChainState: 'FundsLocked' },
});
testEquality('the start of a job', {
  guard: readJobStart,
  schema: JobStart,
  whole: {
    runId: 'j1',
    settings: {
      callTimeoutMs: 1,
      flowKey: 'flow',
      terms: { payByMs: 1, submitResultMs: 1, unlockMs: 1, externalDisputeUnlockMs: 1 },
      margins: { resultMarginMs: 1, workMs: 1, inputMarginMs: 1 },
      launchForMs: 1,
      requestPaymentForMs: 1,
      paymentGraceMs: 1,
      retryEveryMs: 1,
    },
  },
});
