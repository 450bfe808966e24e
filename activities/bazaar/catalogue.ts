import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AssetBook } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import type { Json } from '../../schemas/core/json.ts';
import { readBazaarItem } from './bazaar-entry.ts';
import { sameService } from './entry-fields.ts';
import { readBazaar, readRegistry } from './read-sources.ts';
import { readRegistryItem } from './registry-entry.ts';

/** The services of the registry and of the Bazaar at one time. `version` changes when a plan could come out differently. */
export interface CatalogueState {
  services: CatalogueService[];
  version: string;
  /** Entries that were malformed or refused. */
  dropped: number;
  /** False while a source has not answered once since this process began. */
  whole: boolean;
}

export interface Catalogue {
  services(): Promise<CatalogueState>;
}

export interface CatalogueOptions {
  registryUrl?: string | undefined;
  facilitatorUrl?: string | undefined;
  fetch: HttpFetch;
  assets: AssetBook;
  cacheSeconds?: number;
  clock?: () => number;
  /** Throws for addresses that must not be called (SSRF); their entries are dropped. */
  guard?: (url: string) => void | Promise<void>;
}

const RETRY_MS = 5000; // a source that was down is asked again after this, not at every request

/**
 * Keeps the catalogue for `cacheSeconds`. One reader asks at a time. The old catalogue serves while the sources are
 * down.
 */
export function createCatalogue(options: CatalogueOptions): Catalogue {
  const { cacheSeconds = 300, clock = Date.now } = options;
  const last: LastItems = {};
  let known: CatalogueState | undefined;
  let freshUntil = 0;
  let reading: Promise<CatalogueState> | undefined;

  const refresh = async (): Promise<CatalogueState> => {
    try {
      const read = await readSources(options, last);
      known = { ...(await merge(read.registry, read.bazaar, options)), whole: isWhole(options, last) };
      freshUntil = clock() + (read.complete ? cacheSeconds * 1000 : Math.min(RETRY_MS, cacheSeconds * 1000));
      return known;
    } catch (error) {
      if (known === undefined) throw error;
      freshUntil = clock() + RETRY_MS;
      return known;
    } finally {
      reading = undefined;
    }
  };

  return {
    services: () => {
      if (known !== undefined && clock() < freshUntil) return Promise.resolve(known);
      return (reading ??= refresh());
    },
  };
}

interface LastItems {
  registry?: Json[];
  bazaar?: Json[];
}

const isWhole = ({ registryUrl, facilitatorUrl }: CatalogueOptions, last: LastItems): boolean =>
  (registryUrl === undefined || last.registry !== undefined) &&
  (facilitatorUrl === undefined || last.bazaar !== undefined);

/** Reads both sources at once. The last answer of a source stands in while that source is down. */
async function readSources(
  { registryUrl, facilitatorUrl, fetch }: CatalogueOptions,
  last: LastItems,
): Promise<{ registry: Json[]; bazaar: Json[]; complete: boolean }> {
  const [registry, bazaar] = await Promise.allSettled([
    registryUrl === undefined ? undefined : readRegistry(fetch, registryUrl),
    facilitatorUrl === undefined ? undefined : readBazaar(fetch, facilitatorUrl),
  ]);
  if (registry.status === 'fulfilled' && registry.value !== undefined) last.registry = registry.value;
  if (bazaar.status === 'fulfilled' && bazaar.value !== undefined) last.bazaar = bazaar.value;
  const answered = [registry, bazaar].some((one) => one.status === 'fulfilled' && one.value !== undefined);
  if (!answered) throw unavailable([registry, bazaar]);
  const complete = registry.status === 'fulfilled' && bazaar.status === 'fulfilled';
  return { registry: last.registry ?? [], bazaar: last.bazaar ?? [], complete };
}

function unavailable(results: PromiseSettledResult<unknown>[]): EngineError {
  const reasons = results.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
  const passing = reasons.length > 0;
  const why = passing ? reasons.join('; ') : 'neither REGISTRY_URL nor FACILITATOR_URL is set';
  return new EngineError('discovery_unavailable', `No service catalogue can be read: ${why}.`, { passing });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * One service for each address. The registry knows reputation and undo, the Bazaar how a service is paid and called.
 */
async function merge(
  registry: Json[],
  bazaar: Json[],
  options: CatalogueOptions,
): Promise<Omit<CatalogueState, 'whole'>> {
  const merged = new Map<string, CatalogueService>();
  const guarded = createGuard(options.guard);
  let dropped = 0;
  const add = async (service: CatalogueService | undefined): Promise<void> => {
    if (service === undefined || !(await guarded(service))) {
      dropped += 1;
      return;
    }
    const key = sameService(service.url);
    const known = merged.get(key);
    merged.set(key, known === undefined ? service : combine(known, service));
  };
  for (const item of registry) await add(readSafely(() => readRegistryItem(item)));
  for (const item of bazaar) await add(readSafely(() => readBazaarItem(item, options.assets)));
  const services = uniqueIds([...merged.values()]).toSorted((a, b) => (a.url < b.url ? -1 : 1));
  return { services, version: versionOf(services), dropped };
}

/** An entry that breaks the reader is dropped like any other malformed one, because entries are strangers' data. */
function readSafely(read: () => CatalogueService | undefined): CatalogueService | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function createGuard(guard: CatalogueOptions['guard']): (service: CatalogueService) => Promise<boolean> {
  const allowed = new Map<string, boolean>();
  const ask = async (url: string): Promise<boolean> => {
    const { origin } = new URL(url);
    const known = allowed.get(origin);
    if (known !== undefined) return known;
    const verdict = await check(url, guard);
    allowed.set(origin, verdict);
    return verdict;
  };
  return async ({ url, compensation }) =>
    (await ask(url)) && (compensation === undefined || (await ask(compensation.url)));
}

async function check(url: string, guard: CatalogueOptions['guard']): Promise<boolean> {
  try {
    await guard?.(url);
    return true;
  } catch {
    return false;
  }
}

/** The registry's word stands. The Bazaar fills in what the registry does not say. */
function combine(registered: CatalogueService, found: CatalogueService): CatalogueService {
  const payable = found.accepts.length > 0 && found.currency !== '';
  return {
    ...registered,
    accepts: found.accepts.length > 0 ? found.accepts : registered.accepts,
    ...(payable ? { pricePerCall: found.pricePerCall, currency: found.currency } : {}),
    capabilities: [...new Set([...registered.capabilities, ...found.capabilities])],
    ...withSchema('inputSchema', registered, found),
    ...withSchema('outputSchema', registered, found),
  };
}

function withSchema(
  name: 'inputSchema' | 'outputSchema',
  registered: CatalogueService,
  found: CatalogueService,
): {
  inputSchema?: CatalogueService['inputSchema'] & object;
  outputSchema?: CatalogueService['outputSchema'] & object;
} {
  const schema = registered[name] ?? found[name];
  return schema === undefined ? {} : { [name]: schema };
}

/** When two services claim one id, the later ones get an id of their own. */
function uniqueIds(services: CatalogueService[]): CatalogueService[] {
  const seen = new Set<string>();
  return services.map((service) => {
    const id = seen.has(service.id) ? `${service.id}_${hash(service.url).slice(0, 8)}` : service.id;
    seen.add(id);
    return { ...service, id };
  });
}

/** Counters that move with every call do not make another catalogue. */
function versionOf(services: readonly CatalogueService[]): string {
  const lasting = services.map(
    ({ totalCalls: _calls, averageResponseTime: _time, uptimePercentage: _uptime, ...rest }) => rest,
  );
  return hash(canonicalize(lasting) ?? '');
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
