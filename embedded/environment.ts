import { mkdirSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { Keypair } from '@solana/web3.js';
import type { Config } from '../families/config.ts';
import type { Family, StandInContext, StandIns } from '../families/define.ts';
import { families as served } from '../families/index.ts';
import { searchAttributesOf } from '../families/vocabulary.ts';
import { startAnvil } from './chains/anvil.ts';
import { deployLocalAssets } from './chains/deploy.ts';
import { parseSeed } from './chains/keys.ts';
import { deriveLocalKeys, type LocalAssets } from './chains/local-assets.ts';
import { startPaidHost } from './chains/paid-host.ts';
import { startSurfpool } from './chains/surfpool.ts';
import { defaultCacheDir } from './downloads/cache-dir.ts';
import { claimPort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import type { Log, Processes } from './processes.ts';
import { secret } from './secret.ts';
import { resolveTemporal, startTemporal } from './temporal.ts';
import { WEBSOCKET_SETTING } from './wanted-ports.ts';

/** Everything outside Steward, running. Parts that the configuration names are used; the others are started here. */
export interface Environment {
  /** The configuration with every gap filled, as separate processes would read it from their environment. */
  config: Config;
  /** The local chains' wallets, when the chains are ours. */
  local: LocalAssets | undefined;
  /** Which outside systems of families are stand-ins. */
  standIns: ReadonlySet<string>;
  /** The Temporal CLI whose server this is; undefined where the configuration names a server. */
  temporalCli: string | undefined;
  stop(progress?: Log): Promise<void>;
}

interface Context {
  families: readonly Family[];
  config: Config;
  processes: Processes;
  log: Log;
  dir: string;
}

export interface EnvironmentOptions {
  /** False: no stand-ins of what families need outside, for those who do not use them. */
  standIns?: boolean | undefined;
  families?: readonly Family[] | undefined;
}

/** Starts the parts that the configuration does not name, side by side. */
export async function startEnvironment(
  config: Config,
  processes: Processes,
  log: Log,
  { standIns: wanted = true, families = served }: EnvironmentOptions = {},
): Promise<Environment> {
  const dir = resolve(config.DATA_DIR);
  mkdirSync(join(dir, 'logs'), { recursive: true, mode: 0o700 });
  const context = { config, processes, log, dir, families };
  const chainsUp = startChains(context);
  const [database, temporal, chains, standIns] = await Promise.all([
    startDatabase(context),
    startTemporalPart(context),
    chainsUp,
    wanted ? startStandIns(context, async () => (await chainsUp).local?.evm) : [],
  ]);
  const STEWARD_DATA_KEY =
    config.STEWARD_DATA_KEY ?? secret(dir, 'data.key', () => randomBytes(32).toString('hex'));
  return {
    config: {
      ...config,
      ...database,
      ...temporal.settings,
      ...chains.settings,
      ...Object.assign({}, ...standIns.map(({ settings }) => settings)),
      STEWARD_DATA_KEY,
    },
    local: chains.local,
    standIns: new Set(standIns.flatMap(({ names }) => names)),
    temporalCli: temporal.cli,
    stop: (progress) => processes.stopAll(progress),
  };
}

/** What families need outside and the configuration does not name. */
async function startStandIns(
  { config, processes, log, dir, families }: Context,
  localChain: StandInContext['localChain'],
): Promise<StandIns[]> {
  const context: StandInContext = {
    config,
    dir,
    log,
    localChain,
    claimPort,
    secret: (file, make) => secret(dir, file, make),
    spawnNode: (name, script, args, options) => processes.spawnNode(name, script, [...args], options),
  };
  const parts = await Promise.all(families.map(async (family) => family.standIns?.()));
  return Promise.all(parts.flatMap((part) => (part === undefined ? [] : [part.startStandIns(context)])));
}

async function startDatabase({ config, processes, log, dir }: Context): Promise<Partial<Config>> {
  if (config.DATABASE_URL !== undefined) return {};
  const port = await claimPort('PostgreSQL', config.POSTGRES_PORT, 'POSTGRES_PORT');
  const { url, ownerUrl } = await startPostgres({
    dataDir: join(dir, 'postgres'),
    port,
    processes,
    log,
    logFile: join(dir, 'logs', 'postgres.log'),
  });
  log(`PostgreSQL is up at ${url}`);
  // Not in stack.env: API and workers read that file and must not be able to become the owner.
  writeFileSync(join(dir, 'owner.env'), `MIGRATION_DATABASE_URL=${ownerUrl}\n`, { mode: 0o600 });
  return { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl };
}

async function startTemporalPart({
  config,
  processes,
  log,
  dir,
  families,
}: Context): Promise<{ settings: Partial<Config>; cli?: string }> {
  if (config.TEMPORAL_ADDRESS !== undefined) return { settings: {} };
  const port = await claimPort('Temporal', config.TEMPORAL_PORT, 'TEMPORAL_PORT');
  const uiPort = await claimPort('Temporal Web UI', config.TEMPORAL_UI_PORT, 'TEMPORAL_UI_PORT');
  const server = await resolveTemporal({ address: undefined, cacheDir: defaultCacheDir(), log });
  if (server.kind === 'address') return { settings: { TEMPORAL_ADDRESS: server.address } };
  const { address, uiUrl } = await startTemporal({
    binary: server.path,
    port,
    uiPort,
    dbFile: join(dir, 'temporal.db'),
    processes,
    log,
    logFile: join(dir, 'logs', 'temporal.log'),
    searchAttributes: searchAttributesOf(families),
  });
  log(`Temporal is up at ${address}, its Web UI at ${uiUrl}`);
  return {
    settings: { TEMPORAL_ADDRESS: address, TEMPORAL_UI_URL: uiUrl ?? config.TEMPORAL_UI_URL },
    cli: server.path,
  };
}

/** Chains, tokens, wallets, facilitator and sample services. Nothing is started when real chains are given. */
async function startChains(
  context: Context,
): Promise<{ settings: Partial<Config>; local: LocalAssets | undefined }> {
  const { config, processes, log, dir } = context;
  if (config.SOLANA_RPC_URL !== undefined || config.EVM_RPC_URL !== undefined)
    return { settings: {}, local: undefined };
  const seed = parseSeed(secret(dir, 'local-chains.seed', () => randomBytes(32).toString('hex')));
  const logFile = (name: string): string => join(dir, 'logs', `${name}.log`);
  const [anvil, surfpool] = await Promise.all([
    claimPort('anvil', config.ANVIL_PORT, 'ANVIL_PORT').then((port) =>
      startAnvil({
        processes,
        port,
        stateFile: join(dir, 'anvil.json'),
        chainId: config.EVM_CHAIN_ID,
        logFile: logFile('anvil'),
      }),
    ),
    claimPort('surfpool', config.SURFPOOL_PORT, 'SURFPOOL_PORT').then(async (rpcPort) =>
      startSurfpool({
        processes,
        rpcPort,
        wsPort: await claimPort(
          'surfpool WebSocket',
          config.SURFPOOL_PORT === 0 ? 0 : config.SURFPOOL_PORT + 1,
          WEBSOCKET_SETTING,
        ),
        seed,
        stateDirectory: join(dir, 'surfpool'),
        logFile: logFile('surfpool'),
      }),
    ),
  ]);
  const escrow =
    config.ESCROW_KEYPAIR === undefined
      ? undefined
      : Keypair.fromSecretKey(Buffer.from(config.ESCROW_KEYPAIR, 'base64'));
  const keys = deriveLocalKeys(seed, { escrow });
  const local = await deployLocalAssets({ evmRpcUrl: anvil.rpcUrl, solanaRpcUrl: surfpool.rpcUrl, keys });
  log(`Chains are up: EVM at ${anvil.rpcUrl}, Solana at ${surfpool.rpcUrl}`);
  const paid = await startPaidHost({
    processes,
    assets: local,
    facilitatorPort: await claimPort('facilitator', config.FACILITATOR_PORT, 'FACILITATOR_PORT'),
    servicesPort: await claimPort('sample services', config.SERVICES_PORT, 'SERVICES_PORT'),
    stateDirectory: join(dir, 'services'),
    logFile: logFile('services'),
  });
  log(`Sample services are up at ${paid.servicesUrl}, the x402 facilitator at ${paid.facilitatorUrl}`);
  return {
    local,
    settings: {
      ...chainSettings(local, keys.solana.escrow),
      FACILITATOR_URL: config.FACILITATOR_URL ?? paid.facilitatorUrl,
      REGISTRY_URL: config.REGISTRY_URL ?? paid.registryUrl,
      SERVICE_HOSTS: [...config.SERVICE_HOSTS, new URL(paid.servicesUrl).host],
    },
  };
}

function chainSettings(local: LocalAssets, escrow: Keypair): Partial<Config> {
  return {
    SOLANA_RPC_URL: local.solana.rpcUrl,
    SOLANA_NETWORK: 'localnet',
    SOLANA_CAIP2: local.solanaNetwork,
    ESCROW_KEYPAIR: Buffer.from(escrow.secretKey).toString('base64'),
    WITHDRAWAL_PRICES: `${local.solana.mint.symbol}:200`,
    ESCROW_ASSETS: `${local.solana.mint.symbol}:${local.solana.mint.address}:${local.solana.mint.decimals}`,
    EVM_RPC_URL: local.evm.rpcUrl,
    EVM_CHAIN_ID: local.evm.chainId,
    EVM_FLOAT_KEY: local.evm.operator.privateKey,
    EVM_ROUTER_ADDRESS: local.evm.mnee.router,
    EVM_ASSETS: `${local.evm.token.symbol}:${local.evm.token.address}:${local.evm.token.decimals}`,
  };
}
