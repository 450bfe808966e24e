import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import { quotedAsset, type AssetBook } from '../../assets.ts';
import { doubleOf } from '../../exact-json.ts';
import { isObject } from '../../json.ts';
import type { PayTerms } from '../../plan/plan.ts';
import { sameAddress } from '../networks.ts';
import type { Offer } from '../offer.ts';
import { caipNetwork } from './networks.ts';

/** One way to pay that a seller offers, in version 2's words. `original` is echoed back to the seller untouched. */
export interface SellersOffer extends Offer {
  original: JsonObject;
}

/** A 402 answer (reasoning.md, "x402 per step"): version 2 comes as a header, version 1 as the body. */
export interface PaymentRequired {
  x402Version: 1 | 2;
  resource: JsonObject | null;
  offers: SellersOffer[];
  extensions: JsonObject;
  error: string | null;
}

const AMOUNT = /^[1-9]\d{0,77}$/;
const DEFAULT_TIMEOUT_SECONDS = 60;

/** Reads what a seller sent, keeping the offers that are well formed; undefined when it is no x402 document. */
export function readPaymentRequired(value: Json | undefined): PaymentRequired | undefined {
  if (!isObject(value) || !Array.isArray(value['accepts'])) return undefined;
  const version = doubleOf(value['x402Version']);
  if (version !== 1 && version !== 2) return undefined;
  return {
    x402Version: version,
    resource: isObject(value['resource']) ? value['resource'] : null,
    offers: value['accepts'].flatMap((entry) => readOffer(version, entry)),
    extensions: isObject(value['extensions']) ? value['extensions'] : {},
    error: typeof value['error'] === 'string' ? value['error'] : null,
  };
}

function readOffer(version: 1 | 2, entry: Json): SellersOffer[] {
  if (!isObject(entry)) return [];
  const { scheme, asset, payTo } = entry;
  const amount = version === 1 ? entry['maxAmountRequired'] : entry['amount'];
  const network = typeof entry['network'] === 'string' ? caipNetwork(entry['network']) : undefined;
  if (typeof scheme !== 'string' || typeof asset !== 'string' || typeof payTo !== 'string') return [];
  if (typeof amount !== 'string' || !AMOUNT.test(amount) || network === undefined) return [];
  const timeout = doubleOf(entry['maxTimeoutSeconds']) ?? 0;
  return [
    {
      scheme,
      network,
      asset,
      amount,
      payTo,
      maxTimeoutSeconds: timeout > 0 ? Math.floor(timeout) : DEFAULT_TIMEOUT_SECONDS,
      extra: isObject(entry['extra']) ? entry['extra'] : {},
      original: entry,
    },
  ];
}

/** What an offer must meet to be chosen; `payable` says whether a rail of ours can pay it. */
export interface OfferWish {
  book: AssetBook;
  /** The plan's asset code. */
  code: string;
  planned?: PayTerms;
  payable(offer: Offer): boolean;
}

/** The offer on the planned terms; else the cheapest in the plan's asset, on the escrow's own network first. */
export function chooseOffer(required: PaymentRequired, wish: OfferWish): SellersOffer | undefined {
  const possible = required.offers.filter(
    (offer) => quotedAsset(wish.book, offer.network, offer.asset)?.code === wish.code && wish.payable(offer),
  );
  const { planned } = wish;
  const asPlanned = planned && possible.find((offer) => onTerms(offer, planned));
  return asPlanned ?? possible.toSorted((left, right) => rank(left, right, wish.book.escrowNetwork))[0];
}

function onTerms(offer: Offer, terms: PayTerms): boolean {
  return (
    offer.scheme === terms.scheme &&
    offer.network === terms.network &&
    sameAddress(offer.network, offer.asset, terms.asset) &&
    sameAddress(offer.network, offer.payTo, terms.payTo)
  );
}

function rank(left: Offer, right: Offer, home: string): number {
  const nearer = Number(right.network === home) - Number(left.network === home);
  if (nearer !== 0) return nearer;
  return BigInt(left.amount) < BigInt(right.amount) ? -1 : 1;
}
