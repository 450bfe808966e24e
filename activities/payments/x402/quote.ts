import type { AssetBook } from '../../../domain/assets.ts';
import { quotedAsset } from '../../../domain/assets.ts';
import { EngineError } from '../../../domain/errors.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import type { Offer, StoredQuote } from '../../../domain/payments/offer.ts';
import type { PayingRail, RailBook } from '../../../domain/payments/rail.ts';
import {
  misstatesUnits,
  rankOffers,
  type PaymentRequired,
  type SellersOffer,
} from '../../../domain/payments/x402/offers.ts';
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

/** What a quote is chosen for. */
export interface QuoteWish {
  step: Pick<PlanStep, 'pay'>;
  /** The plan's asset code. */
  asset: string;
  recipients?: readonly string[];
}

interface QuoteDeps {
  assets: AssetBook;
  rails: RailBook<PayingRail>;
}

/** Chains are asked about so many offers: a seller may list thousands that cannot be paid, and a call must come to an end. */
const MOST_OFFERS = 20;

/** What a 402 answer asks for: the best offer that can be paid, or why none can. Their chains are asked before anything is held. */
export async function chooseQuote(
  answer: HttpAnswer,
  { step, asset: code, recipients }: QuoteWish,
  deps: QuoteDeps,
): Promise<ChosenQuote | { refused: string }> {
  const required = readTerms(answer);
  if (required === undefined) return { refused: 'its terms are not x402' };
  const { pay: planned } = step;
  const wish = { book: deps.assets, code, ...(planned && { planned }), ...(recipients && { recipients }) };
  const refusals = new Set<string>();
  for (const offer of rankOffers(required, wish).slice(0, MOST_OFFERS)) {
    const why = await whyNot(offer, deps);
    if (why === undefined) return quoteOf(offer, required, deps);
    refusals.add(why);
  }
  return { refused: [...refusals].join('; ') || `it offers no payment in ${code}` };
}

/** A node that is silent refuses nothing: the chain is asked once more before anything is signed. */
async function whyNot(offer: Offer, { assets, rails }: QuoteDeps): Promise<string | undefined> {
  const rail = rails.find(offer.network);
  if (rail === undefined) return `no wallet on ${offer.network}`;
  const asset = quotedAsset(assets, offer.network, offer.asset)!;
  const why = misstatesUnits(offer, asset) ?? rail.refuses(offer);
  return why ?? rail.shortfall(offer, asset.decimals).catch(refusalOf);
}

const refusalOf = (error: unknown): string | undefined =>
  error instanceof EngineError ? error.message : undefined;

function quoteOf(offer: SellersOffer, required: PaymentRequired, { assets, rails }: QuoteDeps): ChosenQuote {
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
