import { decodePaymentRequiredHeader } from '@x402/core/http';
import type { AssetBook } from '../../domain/assets.ts';
import { quotedAsset } from '../../domain/assets.ts';
import { readBody } from '../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import {
  chooseOffer,
  readPaymentRequired,
  type Offer,
  type PaymentRequired,
} from '../../domain/payments/offers.ts';
import type { PayingRail, RailBook } from '../../domain/payments/rail.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import { storableJson } from '../../domain/storable.ts';
import type { Quote } from '../../domain/ports/calling.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { RailKind } from '../../schemas/core/payment.ts';

export interface ChosenQuote {
  quote: Quote;
  rail: RailKind;
  /** Sealed with the intent: what is signed later is exactly this offer. */
  stored: JsonObject;
}

/** Reads a 402 answer: version 2 from its header, else version 1 from its body. */
export function readQuote(answer: HttpAnswer): PaymentRequired | undefined {
  const header = answer.headers['payment-required'];
  return readPaymentRequired(header === undefined ? readBody(answer) : decode(header));
}

function decode(header: string): Json | undefined {
  try {
    return storableJson(decodePaymentRequiredHeader(header) as unknown as Json);
  } catch {
    return undefined;
  }
}

/** The offer to pay, or why none can be paid. */
export function chooseQuote(
  required: PaymentRequired,
  step: PlanStep,
  code: string,
  deps: { assets: AssetBook; rails: RailBook<PayingRail> },
): ChosenQuote | { refused: string } {
  const { assets, rails } = deps;
  const refusals: string[] = [];
  const payable = (offer: Offer): boolean => {
    const rail = rails.find(offer.network);
    const why = rail === undefined ? `no wallet on ${offer.network}` : rail.refuses(offer);
    if (why !== undefined) refusals.push(why);
    return why === undefined;
  };
  const wish = { book: assets, code, payable, ...(step.pay ? { planned: step.pay } : {}) };
  const offer = chooseOffer(required, wish);
  if (offer === undefined) return { refused: refusals.join('; ') || `it offers no payment in ${code}` };
  const { scheme, network, asset, payTo, amount, maxTimeoutSeconds } = offer;
  const { x402Version, resource, extensions } = required;
  const assetId = quotedAsset(assets, network, asset)!.id;
  return {
    quote: { scheme, network, asset, payTo, x402Version, assetId, amount, maxTimeoutSeconds },
    rail: rails.find(network)!.kind,
    stored: { x402Version, resource, extensions, offer: { ...offer } },
  };
}
