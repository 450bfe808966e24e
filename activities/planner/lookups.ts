import { parseExact } from '../../domain/exact-json.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import type { Json } from '../../schemas/core/json.ts';

/** Asks a free service for the list that it keeps; undefined when it does not answer with JSON. */
export type Lookup = (service: CatalogueService) => Promise<Json | undefined>;

const TIMEOUT_MS = 3000; // planning goes on without the list
const FRESH_MS = 300_000;
const RETRY_MS = 30_000;
const MOST_KEPT = 100;

/** Lists of free services, each kept for five minutes; one that does not answer is left alone for half a minute. Nothing is ever paid. */
export function createLookup(fetch: HttpFetch, clock: () => number = Date.now): Lookup {
  const kept = new Map<string, { until: number; answer: Promise<Json | undefined> }>();
  return ({ url }) => {
    const known = kept.get(url);
    if (known !== undefined && clock() < known.until) return known.answer;
    const entry = { until: clock() + FRESH_MS, answer: ask(fetch, url) };
    kept.set(url, entry);
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return entry.answer.then((list) => {
      if (list === undefined) entry.until = clock() + RETRY_MS;
      return list;
    });
  };
}

async function ask(fetch: HttpFetch, url: string): Promise<Json | undefined> {
  try {
    const { status, text } = await fetch(url, {
      method: 'GET',
      headers: { accept: 'application/json' },
      timeoutMs: TIMEOUT_MS,
    });
    return status === 200 ? parseExact(text) : undefined;
  } catch {
    return undefined; // whatever it was, the list is not there
  }
}
