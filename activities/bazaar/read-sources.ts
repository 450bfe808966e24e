import type { HttpFetch } from '../../domain/payments/http.ts';
import { doubleOf, parseExact, textOfNumber } from '../../domain/exact-json.ts';
import { storableJson } from '../../domain/storable.ts';
import type { Json } from '../../schemas/core/json.ts';
import { isObject } from '../../domain/json.ts';

const PAGE = 100;
const MOST_PAGES = 50;
const LARGEST_BODY = 4 * 1024 * 1024; // characters
const TIMEOUT_MS = 5000;

/** All items of `GET /discovery/resources`, page after page. */
export async function readBazaar(fetch: HttpFetch, facilitatorUrl: string): Promise<Json[]> {
  const items: Json[] = [];
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const url = address(facilitatorUrl, 'discovery/resources');
    url.searchParams.set('type', 'http');
    url.searchParams.set('limit', String(PAGE));
    url.searchParams.set('offset', String(items.length));
    const body = await readJson(fetch, url);
    const found = isObject(body) && Array.isArray(body['items']) ? body['items'] : undefined;
    if (found === undefined) throw new Error(`${url.host} did not answer with a list of resources`);
    items.push(...found);
    const total = isObject(body) && isObject(body['pagination']) ? body['pagination']['total'] : undefined;
    if (found.length === 0 || typeof total !== 'number' || items.length >= total) break;
  }
  return items;
}

/** All entries of the registry's `GET /services`: `{services: [...]}` or a bare array. */
export async function readRegistry(fetch: HttpFetch, registryUrl: string): Promise<Json[]> {
  const url = address(registryUrl, 'services');
  const body = await readJson(fetch, url);
  const list = isObject(body) ? body['services'] : body;
  if (!Array.isArray(list)) throw new Error(`${url.host} did not answer with a list of services`);
  return list;
}

/** `path` below a base address, whether or not that ends in a slash. */
function address(base: string, path: string): URL {
  return new URL(path, base.endsWith('/') ? base : `${base}/`);
}

async function readJson(fetch: HttpFetch, url: URL): Promise<Json> {
  const answer = await fetch(url.href, {
    method: 'GET',
    headers: { accept: 'application/json' },
    timeoutMs: TIMEOUT_MS,
  });
  if (answer.status !== 200) throw new Error(`${url.host} answered ${answer.status}`);
  if (answer.text.length > LARGEST_BODY)
    throw new Error(`${url.host} answered with more than ${LARGEST_BODY} characters`);
  return readable(storableJson(parseExact(answer.text)));
}

/**
 * Prices stay the text they were written in; a float never carries money. What an undo sends keeps its digits. All other numbers
 * are facts about services, which doubles are good enough for.
 */
function readable(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (!isObject(value)) return Array.isArray(value) ? value.map(readable) : doubleOf(value)!;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, field(key, item)]));
}

function field(key: string, value: Json): Json {
  if (key === 'compensation') return value;
  const number = key === 'pricePerCall' ? textOfNumber(value) : undefined;
  return number === undefined || /e/i.test(number) ? readable(value) : number;
}
