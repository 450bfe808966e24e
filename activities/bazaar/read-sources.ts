import type { HttpFetch } from '../../domain/payments/http.ts';
import { doubleOf, parseExact, textOfNumber } from '../../domain/exact-json.ts';
import { storableJson } from '../../domain/storable.ts';
import type { Json } from '../../schemas/core/json.ts';
import { isObject } from '../../domain/json.ts';

const PAGE = 100;
const MOST_ITEMS = 20_000;
const LONGEST_MS = 60_000; // of reading pages
const LARGEST_BODY = 4 * 1024 * 1024; // characters
const TIMEOUT_MS = 5000;

/** What the Bazaar lists. `cut` says how much of it was read, where that is not all. */
export interface BazaarList {
  items: Json[];
  cut?: string;
}

/** All items of `GET /discovery/resources`, page after page. */
export async function readBazaar(
  fetch: HttpFetch,
  facilitatorUrl: string,
  { mostItems = MOST_ITEMS, longestMs = LONGEST_MS, clock = Date.now } = {},
): Promise<BazaarList> {
  const items: Json[] = [];
  const url = address(facilitatorUrl, 'discovery/resources');
  const untilMs = clock() + longestMs;
  let last = '';
  for (;;) {
    const page = await readPage(fetch, url, items.length);
    const text = JSON.stringify(page.found);
    if (page.found.length === 0 || text === last) break; // a source that does not page answers the same for ever
    last = text;
    items.push(...page.found);
    if (page.total === undefined ? page.found.length < page.limit : items.length >= page.total) break;
    if (items.length >= mostItems || clock() >= untilMs) return { items, cut: cutAt(url, items, page.total) };
  }
  return { items };
}

const cutAt = ({ host }: URL, { length }: Json[], total: number | undefined): string =>
  `The catalogue is cut: ${length} of ${total ?? 'more'} resources of ${host} were read.`;

async function readPage(
  fetch: HttpFetch,
  url: URL,
  offset: number,
): Promise<{ found: Json[]; total: number | undefined; limit: number }> {
  url.searchParams.set('type', 'http');
  url.searchParams.set('limit', String(PAGE));
  url.searchParams.set('offset', String(offset));
  const body = await readJson(fetch, url);
  const found = isObject(body) && Array.isArray(body['items']) ? body['items'] : undefined;
  if (found === undefined) throw new Error(`${url.host} did not answer with a list of resources`);
  const pagination = isObject(body) && isObject(body['pagination']) ? body['pagination'] : {};
  const { total, limit } = pagination;
  return { found, total: countOf(total), limit: Math.min(PAGE, countOf(limit) || PAGE) };
}

const countOf = (value: Json | undefined): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;

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
