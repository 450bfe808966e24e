import type { Asset } from '../../schemas/core/money.ts';
import { escrowAsset, quotedAsset, type AssetBook } from '../assets.ts';
import { parseUnits } from '../money.ts';
import type { PayTerms } from './plan.ts';
import type { CatalogueService, PayOption } from './catalogue.ts';

/** What one call costs in minor units of an asset code, and on which terms; free calls have no terms. */
export interface Price {
  amount: bigint;
  pay?: PayTerms;
}

/** Asset codes a plan may be priced in: the wished one alone, else the preferred one before the book's others. */
export function planCodes(book: AssetBook, preferred: string, wished?: string): string[] {
  if (wished !== undefined) return escrowAsset(book, wished) === undefined ? [] : [wished];
  const held = book.assets.filter((asset) => asset.network === book.escrowNetwork).map((asset) => asset.code);
  return [...new Set([preferred, ...held])].filter((code) => held.includes(code));
}

/**
 * The price of a service in one asset code; undefined when it cannot be paid in it. Among several offers the escrow's
 * own network wins, then the lower amount. A service whose source told no offers is priced by `pricePerCall`.
 */
export function priceIn(service: CatalogueService, code: string, book: AssetBook): Price | undefined {
  const offers = service.accepts.flatMap((option) => {
    const asset = quotedAsset(book, option.network, option.asset);
    return option.scheme === 'exact' && asset?.code === code ? [{ option, asset }] : [];
  });
  const [best] = offers.toSorted((a, b) => compareOffers(a, b, book));
  if (best !== undefined) return priceOf(best.option);
  if (service.accepts.length > 0) return undefined;
  if (Number(service.pricePerCall) === 0) return { amount: 0n };
  return service.currency === code ? declaredPrice(service, code, book) : undefined;
}

function priceOf({ scheme, network, asset, payTo, amount }: PayOption): Price {
  return BigInt(amount) === 0n
    ? { amount: 0n }
    : { amount: BigInt(amount), pay: { scheme, network, asset, payTo } };
}

function declaredPrice(service: CatalogueService, code: string, book: AssetBook): Price | undefined {
  const asset = escrowAsset(book, code);
  if (asset === undefined) return undefined;
  const excess = (service.pricePerCall.split('.')[1] ?? '').length > asset.decimals;
  return excess ? undefined : { amount: parseUnits(service.pricePerCall, asset.decimals) };
}

interface Offer {
  option: PayOption;
  asset: Asset;
}

function compareOffers(a: Offer, b: Offer, book: AssetBook): number {
  const home =
    Number(b.asset.network === book.escrowNetwork) - Number(a.asset.network === book.escrowNetwork);
  if (home !== 0) return home;
  const difference = BigInt(a.option.amount) - BigInt(b.option.amount);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return a.option.network < b.option.network ? -1 : 1;
}

/** The most a step may cost when it is called: a fifth above the estimate, rounded up (minor units). */
export const maximumPrice = (estimate: bigint): bigint => (estimate * 6n + 4n) / 5n;
