import { createHash } from 'node:crypto';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';

/** A service as one source tells of it. Without a method of its own its `method` is only the usual one. */
export interface ListedService {
  service: CatalogueService;
  saysMethod: boolean;
}

/**
 * One service for each method, address and query: who shares only a path has another price or does other work. The first
 * source's word stands, and later ones fill in. An entry that names no method means the one that others name at its
 * address; where nobody does, the first one's usual method is meant.
 */
export function mergeServices(listed: readonly ListedService[]): CatalogueService[] {
  const groups = Map.groupBy(listed, ({ service }) => addressOf(service.url));
  const merged = [...groups.values()].flatMap(mergeGroup);
  return withUniqueIds(merged.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)));
}

/** The address with its query, without fragment and trailing slash. */
function addressOf(url: string): string {
  const { origin, pathname, search } = new URL(url);
  return `${origin}${pathname.replace(/\/+$/, '')}${search}`;
}

function mergeGroup(group: readonly ListedService[]): CatalogueService[] {
  const said = new Set(group.filter(({ saysMethod }) => saysMethod).map(({ service }) => service.method));
  const [only = group[0]!.service.method] = said;
  const methodOf = ({ service, saysMethod }: ListedService): string =>
    saysMethod || said.size > 1 ? service.method : only;
  return [...Map.groupBy(group, methodOf)].map(([method, same]) => ({
    ...same.map(({ service }) => service).reduce(combine),
    method,
  }));
}

/** The earlier word stands. The later one fills in what it does not say. */
function combine(first: CatalogueService, found: CatalogueService): CatalogueService {
  const payable = found.accepts.length > 0 && found.currency !== '';
  return {
    ...first,
    accepts: found.accepts.length > 0 ? found.accepts : first.accepts,
    ...(payable ? { pricePerCall: found.pricePerCall, currency: found.currency } : {}),
    capabilities: [...new Set([...first.capabilities, ...found.capabilities])],
    ...withSchema('inputSchema', first, found),
    ...withSchema('outputSchema', first, found),
  };
}

function withSchema(
  name: 'inputSchema' | 'outputSchema',
  first: CatalogueService,
  found: CatalogueService,
): {
  inputSchema?: CatalogueService['inputSchema'] & object;
  outputSchema?: CatalogueService['outputSchema'] & object;
} {
  const schema = first[name] ?? found[name];
  return schema === undefined ? {} : { [name]: schema };
}

const keyOf = ({ url, method }: CatalogueService): string => `${url} ${method}`;

/** When several services claim one id, all but the first by address get an id of their own, the same at every reading. */
function withUniqueIds(services: CatalogueService[]): CatalogueService[] {
  const seen = new Set<string>();
  return services.map((service) => {
    const mark = createHash('sha256').update(keyOf(service)).digest('hex');
    const free = [service.id, `${service.id}_${mark.slice(0, 8)}`].find((id) => !seen.has(id));
    const id = free ?? `${service.id}_${mark}`;
    seen.add(id);
    return { ...service, id };
  });
}
