import { join } from 'node:path';
import { readOmniFiles } from '../../activities/omni/read-files.ts';
import { modeOf } from '../../domain/omni/assets.ts';
import type { ServiceConfig } from '../../domain/omni/config.ts';
import type { OmniSettings } from '../../schemas/families/omni/settings.ts';
import type { ProvidersSettings } from '../../stand-ins/providers/host.ts';
import { filesOf } from '../../workers/families/omni.ts';
import type { LocalChain, StandInContext, StandIns } from '../define.ts';
import { PROVIDERS } from './provider-table.ts';
import { syncRegistry } from './registry.ts';

type Context = StandInContext<OmniSettings>;

/** The token and its registry on the stack's own chain, and providers that no setting says the address of. */
export async function startStandIns(context: Context): Promise<StandIns<OmniSettings>> {
  const { config, log } = context;
  const local = await context.localChain();
  const ofChain: Partial<OmniSettings> =
    local === undefined
      ? {}
      : { MNEE_TOKEN_ADDRESS: local.mnee.address, SERVICE_REGISTRY_ADDRESS: local.mnee.registry };
  const services = await servicesOf(context);
  if (local !== undefined && services !== undefined) await register(local, services, log);
  const missing = PROVIDERS.filter(({ id, url }) => config[url] === undefined && isOurs(services, id));
  if (missing.length === 0) return { settings: ofChain, names: [] };
  const chain = chainOf(context, local);
  const urls = await startProviders(context, missing, chain);
  const how =
    chain === undefined ? 'mock payments are enough for them' : 'they look at payments on the chain';
  log(`Providers are up at ${Object.values(urls).join(', ')}: ${how}`);
  return {
    names: missing.map(({ name }) => name),
    settings: { ...ofChain, ...Object.fromEntries(missing.map(({ id, url }) => [url, urls[id]])) },
  };
}

/** Undefined where a file has mistakes: whoever serves with it says so, with its lines. */
async function servicesOf({ config }: Context): Promise<readonly ServiceConfig[] | undefined> {
  const read = await readOmniFiles(filesOf(config));
  return read.ok ? read.config.services : undefined;
}

/** A provider elsewhere, as the file of the services may say, is nobody's stand-in. */
function isOurs(services: readonly ServiceConfig[] | undefined, id: string): boolean {
  if (services === undefined) return true;
  const service = services.find((one) => one.id === id);
  return service !== undefined && LOOPBACK.has(new URL(service.url).hostname);
}

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

async function register(
  { rpcUrl, chainId, mnee }: LocalChain,
  services: readonly ServiceConfig[],
  log: Context['log'],
): Promise<void> {
  const address = { rpcUrl, chainId, registry: mnee.registry };
  const written = await syncRegistry(address, mnee.owner.privateKey, services);
  if (written.length > 0)
    log(`The local registry has ${written.map(({ service: { id } }) => id).join(', ')} as the file says`);
}

/** Where payments are looked at; undefined in mock mode. */
function chainOf({ config }: Context, local: LocalChain | undefined): ProvidersSettings['chain'] {
  if (local !== undefined) {
    const { rpcUrl, chainId, mnee } = local;
    return config.OMNI_MODE === 'mock' ? undefined : { rpcUrl, chainId, router: mnee.router };
  }
  const { EVM_RPC_URL: rpcUrl, EVM_CHAIN_ID: chainId, EVM_ROUTER_ADDRESS: router } = config;
  const isLive = modeOf(config) === 'live' && config.EVM_FLOAT_KEY !== undefined;
  return isLive ? { rpcUrl: rpcUrl!, chainId, router: router! } : undefined;
}

async function startProviders(
  { config, dir, claimPort, spawnNode }: Context,
  missing: readonly (typeof PROVIDERS)[number][],
  chain: ProvidersSettings['chain'],
): Promise<Readonly<Record<string, string>>> {
  const ports: Record<string, number> = {};
  for (const { id, name, port } of missing)
    ports[id] = await claimPort(`${name} stand-in`, config[port], port);
  const settings: ProvidersSettings = {
    ports,
    chain,
    dir: join(dir, 'providers', chain === undefined ? 'mock' : 'live'),
    priceSeed: config.PRICE_SEED,
  };
  const script = join(import.meta.dirname, '../../stand-ins/providers/host.ts');
  const child = await spawnNode('providers', script, [JSON.stringify(settings)], {
    env: { ...process.env },
    logFile: join(dir, 'logs', 'providers.log'),
  });
  return (child.info as { urls: Record<string, string> }).urls;
}
