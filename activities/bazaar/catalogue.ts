import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { AssetBook } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import type { Json } from '../../schemas/core/json.ts';
import { readBazaarItem, tellsMethod } from './bazaar-entry.ts';
import { mergeServices, type ListedService } from './merge.ts';
import { readBazaar, readRegistry, type BazaarList } from './read-sources.ts';
import { readRegistryItem, saysMethod } from './registry-entry.ts';

/** The services of the registry and of the Bazaar at one time. `version` changes when a plan could come out differently. */
export interface CatalogueState {
  services: CatalogueService[];
  version: string;
  /** Entries that were malformed or refused. */
  dropped: number;
  /** Says that the Bazaar has more than was read, and how much; absent when all of it was. */
  cut?: string;
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
  /** Told when a list was cut, each time that this begins. */
  warn?: (text: string) => void;
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
      const { cut } = read;
      if (cut !== undefined && cut !== known?.cut) options.warn?.(cut);
      const merged = await merge(read.registry, read.bazaar, options);
      known = { ...merged, whole: isWhole(options, last), ...(cut === undefined ? {} : { cut }) };
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
  bazaar?: BazaarList;
}

const isWhole = ({ registryUrl, facilitatorUrl }: CatalogueOptions, last: LastItems): boolean =>
  (registryUrl === undefined || last.registry !== undefined) &&
  (facilitatorUrl === undefined || last.bazaar !== undefined);

/** Reads both sources at once. The last answer of a source stands in while that source is down. */
async function readSources(
  { registryUrl, facilitatorUrl, fetch, clock = Date.now }: CatalogueOptions,
  last: LastItems,
): Promise<{ registry: Json[]; bazaar: Json[]; complete: boolean; cut: string | undefined }> {
  const [registry, bazaar] = await Promise.allSettled([
    registryUrl === undefined ? undefined : readRegistry(fetch, registryUrl),
    facilitatorUrl === undefined ? undefined : readBazaar(fetch, facilitatorUrl, { clock }),
  ]);
  if (registry.status === 'fulfilled' && registry.value !== undefined) last.registry = registry.value;
  if (bazaar.status === 'fulfilled' && bazaar.value !== undefined) last.bazaar = bazaar.value;
  const answered = [registry, bazaar].some((one) => one.status === 'fulfilled' && one.value !== undefined);
  if (!answered) throw unavailable([registry, bazaar]);
  const complete = registry.status === 'fulfilled' && bazaar.status === 'fulfilled';
  const { items = [], cut } = last.bazaar ?? {};
  return { registry: last.registry ?? [], bazaar: items, complete, cut };
}

function unavailable(results: PromiseSettledResult<unknown>[]): EngineError {
  const reasons = results.flatMap((one) => (one.status === 'rejected' ? [messageOf(one.reason)] : []));
  const passing = reasons.length > 0;
  const why = passing ? reasons.join('; ') : 'neither REGISTRY_URL nor FACILITATOR_URL is set';
  return new EngineError('discovery_unavailable', `No service catalogue can be read: ${why}.`, { passing });
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The registry knows reputation and undo, the Bazaar how a service is paid and called. The registry's word stands. */
async function merge(
  registry: Json[],
  bazaar: Json[],
  options: CatalogueOptions,
): Promise<Pick<CatalogueState, 'services' | 'version' | 'dropped'>> {
  const guarded = createGuard(options.guard);
  const listed: ListedService[] = [];
  let dropped = 0;
  const add = async (entry: ListedService | undefined): Promise<void> => {
    if (entry !== undefined && (await guarded(entry.service))) listed.push(entry);
    else dropped += 1;
  };
  for (const item of registry) await add(readSafely(() => readRegistryItem(item), saysMethod(item)));
  for (const item of bazaar)
    await add(readSafely(() => readBazaarItem(item, options.assets), tellsMethod(item)));
  const services = mergeServices(listed);
  return { services, version: versionOf(services), dropped };
}

/** An entry that breaks the reader is dropped like any other malformed one, because entries are strangers' data. */
function readSafely(
  read: () => CatalogueService | undefined,
  isMethodSaid: boolean,
): ListedService | undefined {
  try {
    const service = read();
    return service && { service, saysMethod: isMethodSaid };
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

/** Counters that move with every call do not make another catalogue. */
function versionOf(services: readonly CatalogueService[]): string {
  const lasting = services.map(
    ({ totalCalls: _calls, averageResponseTime: _time, uptimePercentage: _uptime, ...rest }) => rest,
  );
  return hash(canonicalize(lasting) ?? '');
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
