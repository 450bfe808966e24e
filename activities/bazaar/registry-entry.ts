import { createHash } from 'node:crypto';
import type { CatalogueService, ServiceUndo } from '../../domain/plan/catalogue.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { payOptions } from './bazaar-entry.ts';
import { methodOf, numberIn, schemaOf, serviceUrl, textOf, textsOf } from './entry-fields.ts';
import { isObject } from '../../domain/json.ts';

const PRICE = /^\d{1,12}(\.\d{1,36})?$/;
const SLOWEST = 3_600_000; // ms

/** A registry entry as a service; undefined when it has no usable address or price. Prices arrive as their text. */
export function readRegistryItem(item: Json): CatalogueService | undefined {
  if (!isObject(item)) return undefined;
  const url = serviceUrl(item['url']);
  const pricePerCall = priceText(item['pricePerCall']);
  if (url === undefined || pricePerCall === undefined) return undefined;
  const name = textOf(item['name'], 200) ?? `${url.host}${url.pathname}`;
  const inputSchema = schemaOf(item['inputSchema']);
  const outputSchema = schemaOf(item['outputSchema']);
  const compensation = undoOf(item['compensation']);
  return {
    id: textOf(item['id'], 200) ?? `svc_${createHash('sha256').update(url.href).digest('hex').slice(0, 12)}`,
    name,
    description: textOf(item['description']) ?? name,
    url: url.href,
    method: methodOf(item['method']) ?? 'POST',
    category: textOf(item['category'], 100) ?? 'other',
    pricePerCall,
    currency: textOf(item['currency'], 32)?.toUpperCase() ?? '',
    capabilities: textsOf(item['capabilities']),
    reputationScore: numberIn(item['reputationScore'], 0, 10_000, 0),
    uptimePercentage: numberIn(item['uptimePercentage'], 0, 100, 0),
    averageResponseTime: numberIn(item['averageResponseTime'], 0, SLOWEST, 1000),
    totalCalls: numberIn(item['totalCalls'], 0, Number.MAX_SAFE_INTEGER, 0),
    owner: textOf(item['owner'], 200) ?? '',
    verified: item['verified'] === true,
    ...(inputSchema === undefined ? {} : { inputSchema }),
    ...(outputSchema === undefined ? {} : { outputSchema }),
    accepts: payOptions(item),
    ...(compensation === undefined ? {} : { compensation }),
  };
}

/** False when an entry leaves its method to others. */
export const saysMethod = (item: Json): boolean => isObject(item) && methodOf(item['method']) !== undefined;

/** A price as plain decimal text. JSON writes tiny numbers with an exponent; they are spelled out. */
function priceText(value: Json | undefined): string | undefined {
  const text = typeof value === 'number' ? plainNumber(value) : value;
  return typeof text === 'string' && PRICE.test(text) ? text : undefined;
}

function plainNumber(value: number): string {
  const [mantissa = '', exponent] = String(value).split('e-');
  return exponent === undefined
    ? mantissa
    : `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}

function undoOf(value: Json | undefined): ServiceUndo | undefined {
  if (!isObject(value)) return undefined;
  const url = serviceUrl(value['url']);
  if (url === undefined) return undefined;
  const mapping = isObject(value['inputMapping']) ? textEntries(value['inputMapping']) : undefined;
  return {
    url: url.href,
    method: methodOf(value['method']) ?? 'POST',
    ...(isObject(value['params']) ? { params: value['params'] } : {}),
    ...(mapping === undefined ? {} : { inputMapping: mapping }),
  };
}

function textEntries(mapping: JsonObject): { [param: string]: string } {
  return Object.fromEntries(
    Object.entries(mapping).flatMap(([name, path]) => (typeof path === 'string' ? [[name, path]] : [])),
  );
}
