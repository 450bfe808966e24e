import { z } from 'zod';

const Requirements = z.looseObject({
  scheme: z.string().min(1),
  network: z.string().min(1),
  payTo: z.string().min(1),
  asset: z.string().min(1),
});

/** One discoverable service, as the Bazaar lists it. The accepted payments are what its 402 answer says, untouched. */
export const DiscoveryResource = z.object({
  resource: z.url({ protocol: /^https?$/ }),
  type: z.enum(['http', 'mcp']),
  x402Version: z.union([z.literal(1), z.literal(2)]),
  accepts: z.array(Requirements).min(1),
  description: z.string().max(2000).optional(),
  mimeType: z.string().max(200).optional(),
  serviceName: z.string().max(100).optional(),
  tags: z.array(z.string().max(100)).max(20).optional(),
  extensions: z.record(z.string(), z.unknown()).optional(),
});
export type DiscoveryResource = z.infer<typeof DiscoveryResource>;

export type CatalogueItem = DiscoveryResource & { lastUpdated: string };

export interface CatalogueFilter {
  readonly type?: string | undefined;
  readonly network?: string | undefined;
  readonly scheme?: string | undefined;
  readonly payTo?: string | undefined;
  /** Key of an extension that the resource must declare. */
  readonly extensions?: string | undefined;
}

export interface Catalogue {
  /** Adds a resource, or replaces what was known about it. */
  put(resource: DiscoveryResource): CatalogueItem;
  /** Adds what a settled payment tells. Ways to pay that were known stay. */
  merge(resource: DiscoveryResource): CatalogueItem;
  list(filter: CatalogueFilter): CatalogueItem[];
  /** The resources that share words with the query, best first. */
  search(query: string, filter: CatalogueFilter): CatalogueItem[];
}

/** Kept in memory: services register at start, and each settled payment tells its service again. */
export function createCatalogue(now: () => Date = () => new Date()): Catalogue {
  const items = new Map<string, CatalogueItem>();
  const put = (resource: DiscoveryResource): CatalogueItem => {
    const item = { ...resource, lastUpdated: now().toISOString() };
    items.set(resource.resource, item);
    return item;
  };
  const list = (filter: CatalogueFilter) => [...items.values()].filter((item) => isWanted(item, filter));
  return {
    put,
    merge(resource) {
      const known = items.get(resource.resource);
      return put({ ...known, ...resource, accepts: mergeAccepts(known?.accepts ?? [], resource.accepts) });
    },
    list,
    search(query, filter) {
      const words = wordsOf(query);
      return list(filter)
        .map((item) => ({ item, score: overlap(words, item) }))
        .filter(({ score }) => score > 0)
        .toSorted((a, b) => b.score - a.score || a.item.resource.localeCompare(b.item.resource))
        .map(({ item }) => item);
    },
  };
}

function isWanted(item: CatalogueItem, filter: CatalogueFilter): boolean {
  const { type, network, scheme, payTo, extensions } = filter;
  if (type !== undefined && item.type !== type) return false;
  if (extensions !== undefined && !Object.hasOwn(item.extensions ?? {}, extensions)) return false;
  return item.accepts.some(
    (accepted) =>
      (network === undefined || accepted.network === network) &&
      (scheme === undefined || accepted.scheme === scheme) &&
      (payTo === undefined || sameAddress(accepted.payTo, payTo)),
  );
}

/** EVM addresses differ in case only by their checksum; Solana's differ in case for real. */
const sameAddress = (a: string, b: string): boolean =>
  a === b || (a.startsWith('0x') && a.toLowerCase() === b.toLowerCase());

type Accepts = DiscoveryResource['accepts'];

function mergeAccepts(known: Accepts, added: Accepts): Accepts {
  const key = (entry: Accepts[number]) => [entry.scheme, entry.network, entry.asset, entry.payTo].join(' ');
  return [...new Map([...known, ...added].map((entry) => [key(entry), entry])).values()];
}

const wordsOf = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);

function overlap(words: ReadonlySet<string>, item: CatalogueItem): number {
  const text = [item.serviceName, item.description, ...(item.tags ?? []), new URL(item.resource).pathname];
  const own = wordsOf(text.filter(Boolean).join(' '));
  return [...words].filter((word) => own.has(word)).length;
}
