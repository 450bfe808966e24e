import { decodePaymentRequiredHeader } from '@x402/core/http';
import type { AssetBook } from '../../../domain/assets.ts';
import { quotedAsset } from '../../../domain/assets.ts';
import { EngineError } from '../../../domain/errors.ts';
import { readBody } from '../../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import type { Offer, StoredQuote } from '../../../domain/payments/offer.ts';
import type { PayingRail, RailBook } from '../../../domain/payments/rail.ts';
import {
  misstatesUnits,
  rankOffers,
  readPaymentRequired,
  type PaymentRequired,
  type SellersOffer,
} from '../../../domain/payments/x402/offers.ts';
import type { PlanStep } from '../../../domain/plan/plan.ts';
import { storableJson } from '../../../domain/storable.ts';
import type { Quote } from '../../../domain/ports/calling.ts';
import type { Json } from '../../../schemas/core/json.ts';
import type { RailKind } from '../../../schemas/core/payment.ts';
import type { SellersQuote } from './payload.ts';

export interface ChosenQuote {
  quote: Quote;
  rail: RailKind;
  /** Sealed with the intent: what is signed later is exactly this offer. */
  stored: StoredQuote;
}

/** A 402 answer as a document: version 2 comes in a header, version 1 in the body. */
function documentOf(answer: HttpAnswer): Json | undefined {
  const header = answer.headers['payment-required'];
  return header === undefined ? readBody(answer) : decode(header);
}

function decode(header: string): Json | undefined {
  try {
    return storableJson(decodePaymentRequiredHeader(header) as unknown as Json);
  } catch {
    return undefined;
  }
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

/** What a 402 answer asks for: the best offer that can be paid, or why none can. Their chains are asked before anything is held. */
export async function chooseQuote(
  answer: HttpAnswer,
  { step, asset: code, recipients }: QuoteWish,
  deps: QuoteDeps,
): Promise<ChosenQuote | { refused: string }> {
  const required = readPaymentRequired(documentOf(answer));
  if (required === undefined) return { refused: 'its terms are not x402' };
  const { pay: planned } = step;
  const wish = { book: deps.assets, code, ...(planned && { planned }), ...(recipients && { recipients }) };
  const refusals = new Set<string>();
  for (const offer of rankOffers(required, wish)) {
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
