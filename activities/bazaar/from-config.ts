import type { Config } from '../../config.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { createUrlGuard } from '../http/guard.ts';
import { createGuardedFetch, type GuardedFetch } from '../http/guarded-fetch.ts';
import { createCatalogue, type Catalogue } from './catalogue.ts';

const LARGEST_ANSWER = 1024 * 1024;

/** The configured catalogue, and the guarded way out that it and all calls of its services use. */
export function createServiceCatalogue(
  config: Config,
  assets: AssetBook,
): { catalogue: Catalogue; fetch: GuardedFetch } {
  const own = [config.REGISTRY_URL, config.FACILITATOR_URL].flatMap((url) =>
    url === undefined ? [] : [new URL(url).host],
  );
  const guard = createUrlGuard({ allowHosts: [...config.SERVICE_HOSTS, ...own] });
  const fetch = createGuardedFetch({ guard, timeoutMs: config.CALL_TIMEOUT_MS, maxBytes: LARGEST_ANSWER });
  const catalogue = createCatalogue({
    registryUrl: config.REGISTRY_URL,
    facilitatorUrl: config.FACILITATOR_URL,
    fetch,
    assets,
    guard: async (url) => void (await guard.check(url)),
  });
  return { catalogue, fetch };
}
