import { x402Client, x402HTTPClient } from '@x402/core/client';
import { encodePaymentSignatureHeader } from '@x402/core/http';
import type { Network, PaymentPayload, PaymentRequirements, SchemeNetworkClient } from '@x402/core/types';
import { appendPaymentIdentifierToExtensions } from '@x402/extensions/payment-identifier';
import type { Offer } from '../../../domain/payments/offers.ts';
import type { SignOrder } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';

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
  const { offer, x402Version } = order;
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
    resource: { url: '', ...order.resource },
    accepts: [requirements],
    extensions: withIdentifier(order),
  });
  const inner = payload.payload as JsonObject;
  if (x402Version === 1)
    return {
      inner,
      wire: {
        x402Version,
        scheme: offer.scheme,
        network: offer.original['network'] ?? network,
        payload: inner,
      },
    };
  const { resource } = order;
  const wire = {
    ...payload,
    accepted: offer.original,
    ...(resource ? { resource } : {}),
  } as unknown as JsonObject;
  return { inner, wire };
}

const bare = ({ scheme, asset, amount, payTo }: Offer) => ({ scheme, asset, amount, payTo });

/** Where a seller offers payment identifiers it gets the intent's id, and may answer a repeated call from memory. */
function withIdentifier(order: SignOrder): Record<string, unknown> {
  return appendPaymentIdentifierToExtensions(structuredClone(order.extensions), order.intentId);
}

/** The header that carries a stored payload. */
export function paymentHeader(wire: JsonObject): { [name: string]: string } {
  const name = wire['x402Version'] === 1 ? 'x-payment' : 'payment-signature';
  return { [name]: encodePaymentSignatureHeader(wire as unknown as PaymentPayload) };
}
