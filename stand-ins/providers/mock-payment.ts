import { createHash } from 'node:crypto';
import type { VerifyPayment } from './payment.ts';

/** Accepts the transaction that mock mode makes up for a call, and no other. */
export const verifyMockPayment: VerifyPayment = ({ callHash, paymentTx }) => {
  const expected = `0x${createHash('sha256').update(`mock|${callHash}`).digest('hex')}`;
  return Promise.resolve(
    paymentTx === expected
      ? { kind: 'paid', key: paymentTx, block: 0 }
      : { kind: 'refused', detail: 'paymentTx is not the mock payment of this serviceCallHash.' },
  );
};
