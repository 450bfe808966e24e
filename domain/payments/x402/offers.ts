import type { Json, JsonObject } from '../../../schemas/core/json.ts';
import type { Asset } from '../../../schemas/core/money.ts';
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

/** What an offer must meet to be chosen. */
export interface OfferWish {
  book: AssetBook;
  /** The plan's asset code. */
  code: string;
  planned?: PayTerms;
  /** Whom the user's approval lets the run pay; everybody when it does not say. */
  recipients?: readonly string[];
}

/**
 * The offers in the plan's asset, best first: on the planned terms, then to somebody whom the user allows, then on the
 * escrow's own network; among equals the cheapest, and of the same price the one that the seller named first. The first that
 * can be paid is taken.
 */
export function rankOffers(required: PaymentRequired, wish: OfferWish): SellersOffer[] {
  const { book, code } = wish;
  return required.offers
    .filter((offer) => quotedAsset(book, offer.network, offer.asset)?.code === code)
    .toSorted((left, right) => compare(left, right, wish));
}

/** Why an offer does not count in the asset's own units; undefined when it does, or does not say. */
export function misstatesUnits({ extra }: Offer, { code, decimals }: Asset): string | undefined {
  const stated = extra['decimals'];
  return stated === undefined || String(stated) === String(decimals)
    ? undefined
    : `the offer counts in ${JSON.stringify(stated)} decimals, and ${code} has ${decimals}`;
}

function onTerms(offer: Offer, terms: PayTerms): boolean {
  return (
    offer.scheme === terms.scheme &&
    offer.network === terms.network &&
    sameAddress(offer.network, offer.asset, terms.asset) &&
    sameAddress(offer.network, offer.payTo, terms.payTo)
  );
}

function compare(left: Offer, right: Offer, { book, planned, recipients }: OfferWish): number {
  const prefers = [
    (offer: Offer): boolean => planned !== undefined && onTerms(offer, planned),
    ({ network, payTo }: Offer): boolean =>
      recipients === undefined || recipients.some((one) => sameAddress(network, one, payTo)),
    ({ network }: Offer): boolean => network === book.escrowNetwork,
  ];
  for (const prefer of prefers) {
    const better = Number(prefer(right)) - Number(prefer(left));
    if (better !== 0) return better;
  }
  const difference = BigInt(left.amount) - BigInt(right.amount);
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}
