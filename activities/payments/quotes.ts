import type { PaymentRow } from '../../db/repositories/payments-write.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { StoredQuote } from '../../domain/payments/offer.ts';

/** Seals a quote for its payment's row. */
export const sealQuote = (sealer: Sealer, { offer, railData }: StoredQuote): Buffer =>
  sealer.seal('payment.quote', { offer: { ...offer }, railData });

/** What the payment is for, exactly as it was quoted. */
export const openQuote = (sealer: Sealer, payment: Pick<PaymentRow, 'quote_sealed'>): StoredQuote =>
  sealer.open('payment.quote', payment.quote_sealed) as unknown as StoredQuote;
