import type { JsonObject } from '../../schemas/core/json.ts';
import type { PaymentAction, PaymentStatus } from '../../schemas/core/payment.ts';
import { readBlind } from './blind.ts';

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

/**
 * What an admin may declare of a payment that no node can prove. Empty while the payment may still land, while waiting may
 * prove it, and once it is over. The worker asks the chain once more before it obeys.
 */
export function decisions(
  payment: { status: PaymentStatus; finalized: boolean; proof: JsonObject },
  nowMs: number,
): PaymentAction[] {
  const from = readBlind(payment.proof)?.decidableAtMs;
  const isOver = safeActions(payment.status, payment.finalized).length === 0;
  return isOver || typeof from !== 'number' || nowMs < from ? [] : ['declare_void', 'declare_settled'];
}
