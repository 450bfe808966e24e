import type { PaymentAction, PaymentStatus } from '../../schemas/core/payment.ts';

/**
 * What a person may safely do with a payment. `reconcile` asks the chain now instead of at the next round; it is there
 * while the outcome is open, and signs and sends nothing.
 */
export function safeActions(status: PaymentStatus, finalized: boolean): PaymentAction[] {
  const open = status === 'signed' || status === 'submitted' || status === 'unknown';
  return open || (status === 'settled' && !finalized) ? ['reconcile'] : [];
}
