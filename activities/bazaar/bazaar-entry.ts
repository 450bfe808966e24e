import { createHash } from 'node:crypto';
import { quotedAsset, type AssetBook } from '../../domain/assets.ts';
import { formatUnits } from '../../domain/money.ts';
import { readPaymentRequired } from '../../domain/payments/x402/offers.ts';
import type { CatalogueService, PayOption } from '../../domain/plan/catalogue.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { readDiscovery } from './discovery-schema.ts';
import { methodOf, serviceUrl, textOf, textsOf } from './entry-fields.ts';
import { isObject } from '../../domain/json.ts';

const LARGEST_AMOUNT = /^\d{1,30}$/;
const UNKNOWN_LATENCY = 1000; // ms, for services nobody has measured

/** A Bazaar item as a service; undefined when it is malformed, no HTTP resource, or has no price. */
export function readBazaarItem(item: Json, book: AssetBook): CatalogueService | undefined {
  if (!isObject(item) || (item['type'] !== undefined && item['type'] !== 'http')) return undefined;
  const url = serviceUrl(item['resource']);
  const accepts = payOptions(item);
  const first =
    accepts.find((option) => quotedAsset(book, option.network, option.asset) !== undefined) ?? accepts[0];
  if (url === undefined || first === undefined) return undefined;
  const asset = quotedAsset(book, first.network, first.asset);
  const tags = textsOf(item['tags']);
  const { method: told, ...schemas } = readDiscovery(item['extensions']);
  const method = told ?? oldMethodOf(item) ?? 'GET';
  return {
    id: `svc_${createHash('sha256').update(`${method} ${url.href}`).digest('hex').slice(0, 12)}`,
    name: textOf(item['serviceName'], 200) ?? nameOf(url),
    description: textOf(item['description']) ?? nameOf(url),
    url: url.href,
    method,
    category: tags[0] ?? 'other',
    pricePerCall: asset === undefined ? '0' : formatUnits(first.amount, asset.decimals),
    currency: asset?.code ?? '',
    capabilities: tags,
    reputationScore: 0,
    uptimePercentage: 0,
    averageResponseTime: UNKNOWN_LATENCY,
    totalCalls: 0,
    owner: first.payTo,
    verified: false,
    ...schemas,
    accepts,
  };
}

/** False when an item does not tell how it is called. */
export const tellsMethod = (item: Json): boolean =>
  isObject(item) &&
  (readDiscovery(item['extensions']).method !== undefined || oldMethodOf(item) !== undefined);

/** The method of a version 1 item, which stands with its offers. */
function oldMethodOf(item: JsonObject): string | undefined {
  const [offer] = Array.isArray(item['accepts']) ? item['accepts'] : [];
  const output = isObject(offer) ? offer['outputSchema'] : undefined;
  const input = isObject(output) ? output['input'] : undefined;
  return isObject(input) ? methodOf(input['method']) : undefined;
}

/** The well-formed offers of an item. Version 1 offers are read as version 2 is. */
export function payOptions(item: JsonObject): PayOption[] {
  const read = readPaymentRequired({ ...item, x402Version: item['x402Version'] === 1 ? 1 : 2 });
  return (read?.offers ?? [])
    .filter((offer) => LARGEST_AMOUNT.test(offer.amount))
    .slice(0, 20)
    .map(({ scheme, network, asset, amount, payTo }) => ({ scheme, network, asset, amount, payTo }));
}

const nameOf = (url: URL): string => `${url.host}${url.pathname}`.slice(0, 200);
