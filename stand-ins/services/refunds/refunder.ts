import pLimit from 'p-limit';
import type { Booking, BookingStore, SignedRefund } from './booking-store.ts';
import type { ServicePayment } from '../definition.ts';

/** Pays back on one chain. `submit` may be called again with the same bytes; it resolves when they are confirmed. */
export interface RefundChain {
  sign(payment: ServicePayment): Promise<SignedRefund>;
  submit(refund: SignedRefund): Promise<void>;
}

export interface Refunder {
  /** The transaction that paid the booking back. Asking again answers the same one. */
  refund(booking: Booking): Promise<string>;
}

/**
 * `chains` by CAIP-2 network. Refunds go one after the other, because the seller's wallet has one sequence of
 * transactions.
 */
export function createRefunder(store: BookingStore, chains: Readonly<Record<string, RefundChain>>): Refunder {
  const inTurn = pLimit(1);

  async function payBack(bookingId: string): Promise<string> {
    const booking = store.find(bookingId);
    const chain = chains[booking?.payment?.network ?? ''];
    if (!booking?.payment || !chain)
      throw new Error(`Booking ${bookingId} was paid on no chain that can pay back`);
    const refund = booking.refund ?? (await chain.sign(booking.payment));
    if (booking.refundedAt) return refund.transaction;
    store.update(bookingId, { refund });
    await chain.submit(refund);
    store.update(bookingId, { refundedAt: new Date().toISOString() });
    return refund.transaction;
  }

  return {
    refund: ({ bookingId }) => inTurn(payBack, bookingId),
  };
}
