import type { PaymentAction, PaymentStatus } from '../../schemas/core/payment.ts';

/** Signed, and not yet known to have landed or to be impossible for ever. */
export const isOpen = (status: PaymentStatus): boolean =>
  status === 'signed' || status === 'submitted' || status === 'unknown';

/**
 * What a person may safely do with a payment. `reconcile` asks the chain now instead of at the next round; it is there
 * while the outcome is open, and signs and sends nothing.
 */
export function safeActions(status: PaymentStatus, finalized: boolean): PaymentAction[] {
  return isOpen(status) || (status === 'settled' && !finalized) ? ['reconcile'] : [];
}
