import type { AssetBook } from '../../../domain/assets.ts';
import { quotedAsset } from '../../../domain/assets.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import type { Offer, StoredQuote } from '../../../domain/payments/offer.ts';
import type { PayingRail, RailBook } from '../../../domain/payments/rail.ts';
import { chooseOffer } from '../../../domain/payments/x402/offers.ts';
import type { PlanStep } from '../../../domain/plan/plan.ts';
import type { Quote } from '../../../domain/ports/calling.ts';
import type { RailKind } from '../../../schemas/core/payment.ts';
import { readTerms } from './headers.ts';
import type { SellersQuote } from './payload.ts';

export interface ChosenQuote {
  quote: Quote;
  rail: RailKind;
  /** Sealed with the intent: what is signed later is exactly this offer. */
  stored: StoredQuote;
}

/** What a 402 answer asks for: the offer to pay, or why none can be paid. */
export function chooseQuote(
  answer: HttpAnswer,
  step: PlanStep,
  code: string,
  deps: { assets: AssetBook; rails: RailBook<PayingRail> },
): ChosenQuote | { refused: string } {
  const { assets, rails } = deps;
  const required = readTerms(answer);
  if (required === undefined) return { refused: 'its terms are not x402' };
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
  const { original, ...terms } = offer;
  const { scheme, network, asset, payTo, amount, maxTimeoutSeconds } = terms;
  const { x402Version, resource, extensions } = required;
  const railData: SellersQuote = { x402Version, resource, extensions, original };
  const assetId = quotedAsset(assets, network, asset)!.id;
  return {
    quote: { scheme, network, asset, payTo, assetId, amount, maxTimeoutSeconds },
    rail: rails.find(network)!.kind,
    stored: { offer: terms, railData: { ...railData } },
  };
}
