import type { CatalogueService } from './catalogue.ts';

/** Below this the contract says NO_SERVICE. */
export const LOWEST_SCORE = 0.3;

/** The distinct words of a text, lower case, letters and digits of any script. */
export function wordSet(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/** Shared words over all words, 0 to 1. */
export function jaccard(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const shared = [...left].filter((word) => right.has(word)).length;
  const all = left.size + right.size - shared;
  return all === 0 ? 0 : shared / all;
}

/**
 * The contract's score: .4 word Jaccard(action, description) + .3 reputation/10000 + .2 (1 - min(price/10, 1))
 * + .1 (1 - min(latency/1e4, 1)) + .1 verified + .05 (uptime >= 99).
 */
export function scoreService(action: string, service: CatalogueService): number {
  return (
    0.4 * jaccard(wordSet(action), wordSet(service.description)) +
    0.3 * (service.reputationScore / 10_000) +
    0.2 * (1 - Math.min(Number(service.pricePerCall) / 10, 1)) +
    0.1 * (1 - Math.min(service.averageResponseTime / 10_000, 1)) +
    (service.verified ? 0.1 : 0) +
    (service.uptimePercentage >= 99 ? 0.05 : 0)
  );
}

/** A service with its score for one action. */
export interface Scored {
  service: CatalogueService;
  score: number;
}

/** Best first; equal scores by price, then by id, so that every process chooses alike. */
export function rankServices(action: string, services: readonly CatalogueService[]): Scored[] {
  return services.map((service) => ({ service, score: scoreService(action, service) })).toSorted(better);
}

/** Cheapest first, for a plan that has to cost less. */
export const priceOrder = (scored: readonly Scored[]): Scored[] =>
  scored.toSorted((a, b) => Number(a.service.pricePerCall) - Number(b.service.pricePerCall));

function better(a: Scored, b: Scored): number {
  if (a.score !== b.score) return b.score - a.score;
  const price = Number(a.service.pricePerCall) - Number(b.service.pricePerCall);
  if (price !== 0) return price;
  return a.service.id < b.service.id ? -1 : a.service.id > b.service.id ? 1 : 0;
}

/**
 * The service for an action: the named one, whatever its score, or none; where none is named, the best of those that share
 * a word with the action (reputation alone never makes a service fit). Undefined is NO_SERVICE.
 */
export function matchService(
  action: string,
  services: readonly CatalogueService[],
  preferredId?: string,
): Scored | undefined {
  if (preferredId !== undefined) {
    const service = services.find(({ id }) => id === preferredId);
    return service && { service, score: scoreService(action, service) };
  }
  const words = wordSet(action);
  const related = services.filter((service) => sharesWord(words, describingWords(service)));
  const [best] = rankServices(action, related);
  return best !== undefined && best.score >= LOWEST_SCORE ? best : undefined;
}

const SMALL_WORDS = new Set(
  'a an and the of for to in on at by with from or is are it its this that as'.split(' '),
);

function describingWords(service: CatalogueService): Set<string> {
  const words = wordSet(
    [service.name, service.description, service.category, ...service.capabilities]
      .join(' ')
      .replaceAll(/[_-]/g, ' '),
  );
  return new Set([...words].filter((word) => !SMALL_WORDS.has(word)));
}

const sharesWord = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  [...left].some((word) => right.has(word));
