import { x402Client, x402HTTPClient } from '@x402/core/client';
import { encodePaymentSignatureHeader } from '@x402/core/http';
import type { Network, PaymentPayload, PaymentRequirements, SchemeNetworkClient } from '@x402/core/types';
import { appendPaymentIdentifierToExtensions } from '@x402/extensions/payment-identifier';
import type { Offer } from '../../../domain/payments/offer.ts';
import type { SignOrder } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';

/** What the seller said around its offer, and the offer in its own words: kept with the quote, echoed in the payment. */
export interface SellersQuote {
  x402Version: 1 | 2;
  resource: JsonObject | null;
  extensions: JsonObject;
  original: JsonObject;
}

/** What the scheme may see of an offer: numbers that the seller chose freely are replaced by ours. */
export type SignableTerms = Pick<Offer, 'maxTimeoutSeconds' | 'extra'>;

/**
 * Signs one offer through the x402 SDK. Spend controls allow this asset up to the quote and nothing else. The
 * seller's own words are echoed in `accepted`, so that it recognises its offer whatever we signed with.
 */
export async function createPayload(
  scheme: SchemeNetworkClient,
  order: SignOrder,
  terms: SignableTerms,
): Promise<{ wire: JsonObject; inner: JsonObject }> {
  const { offer } = order;
  const { x402Version, resource, extensions, original } = order.railData as unknown as SellersQuote;
  const network = offer.network as Network;
  const requirements: PaymentRequirements = { ...bare(offer), ...terms, network };
  const client = x402Client.fromConfig({
    schemes: [{ network, client: scheme }],
    spendControls: {
      maxAmountPerPayment: false,
      allowedAssets: [{ network, asset: offer.asset, maxAmountPerPayment: offer.amount }],
    },
  });
  const payload = await new x402HTTPClient(client).createPaymentPayload({
    x402Version: 2,
    resource: { url: '', ...resource },
    accepts: [requirements],
    extensions: withIdentifier(extensions, order.intentId),
  });
  const inner = payload.payload as JsonObject;
  if (x402Version === 1)
    return {
      inner,
      wire: {
        x402Version,
        scheme: offer.scheme,
        network: original['network'] ?? network,
        payload: inner,
      },
    };
  const wire = {
    ...payload,
    accepted: original,
    ...(resource ? { resource } : {}),
  } as unknown as JsonObject;
  return { inner, wire };
}

const bare = ({ scheme, asset, amount, payTo }: Offer) => ({ scheme, asset, amount, payTo });

/** Where a seller offers payment identifiers it gets the intent's id, and may answer a repeated call from memory. */
function withIdentifier(extensions: JsonObject, intentId: string): Record<string, unknown> {
  return appendPaymentIdentifierToExtensions(structuredClone(extensions), intentId);
}

/** The header that carries a stored payload. */
export function paymentHeader(wire: JsonObject): { [name: string]: string } {
  const name = wire['x402Version'] === 1 ? 'x-payment' : 'payment-signature';
  return { [name]: encodePaymentSignatureHeader(wire as unknown as PaymentPayload) };
}
