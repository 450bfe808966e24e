import type { PayingRail } from '../../domain/payments/rail.ts';
import type { Delivery } from './delivery.ts';

/** We send the bytes to the chain ourselves. What it shows is the answer. */
export function deliverToChain(submit: NonNullable<PayingRail['submit']>): Delivery {
  return {
    async send(payment, payload) {
      await submit(payload);
      const unconfirmed = 'The payment was sent, but the chain does not show it yet.';
      return async () => ({ kind: 'taken', hint: payment.tx_hash, unconfirmed });
    },
  };
}
