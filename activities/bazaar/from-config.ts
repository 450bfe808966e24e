import type { Config } from '../../config/config.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { createGuardedFetch, type GuardedFetch } from '../http/guarded-fetch.ts';
import { createGuards } from '../http/guards.ts';
import type { UrlGuard } from '../http/guard.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';

const LARGEST_ANSWER = 1024 * 1024;

/** The configured catalogue, and the guarded fetch for calls of the services that it lists. */
export function createServiceCatalogue(
  config: Config,
  assets: AssetBook,
  warn?: (text: string) => void,
): { catalogue: Catalogue; fetch: GuardedFetch; close(): Promise<void> } {
  const guards = createGuards(config);
  const through = (guard: UrlGuard): GuardedFetch =>
    createGuardedFetch({ guard, timeoutMs: config.CALL_TIMEOUT_MS, maxBytes: LARGEST_ANSWER });
  const [sources, fetch] = [through(guards.catalogue), through(guards.sellers)];
  const catalogue = createCatalogue({
    registryUrl: config.REGISTRY_URL,
    facilitatorUrl: config.FACILITATOR_URL,
    fetch: sources,
    assets,
    ...(warn === undefined ? {} : { warn }),
    guard: async (url) => void (await guards.sellers.check(url)),
  });
  return {
    catalogue,
    fetch,
    close: async () => void (await Promise.all([sources.close(), fetch.close()])),
  };
}
