import { readOmniFiles } from '../activities/omni/read-files.ts';
import type { ServiceConfig } from '../domain/omni/config.ts';
import { localAssetsOf } from '../embedded/chains/of-stack.ts';
import { loadConfig, type Config } from '../families/config.ts';
import { compareRegistry, syncRegistry, type RegistryAddress } from '../families/omni/registry.ts';
import { filesOf } from '../workers/families/omni.ts';
import { runScript, UsageError } from './command-line.ts';
import { requireStack } from './local-stack.ts';
import { registryLines } from './registry-lines.ts';

await runScript({
  name: 'registry',
  about: `Compares the services of SERVICE_CONFIG_PATH with the registry that the payment router reads prices from, and writes
what differs. A payment at another price than the registry's fails, and nothing is paid.`,
  arguments: {
    ACTION:
      'show: what differs (exit code 1 where something does); sync: write it with the key of the registry’s owner',
  },
  options: {
    data: {
      value: 'DIR',
      about:
        'folder of the local stack whose registry it is (SERVICE_REGISTRY_ADDRESS, else the stack of DATA_DIR, ./data)',
    },
  },
  examples: ['steward registry show', 'steward registry sync --data /tmp/steward'],
  notes: 'sync needs REGISTRY_OWNER_KEY; the local stack has its own.',
  async run({ values, positionals: [action] }) {
    if (action !== 'show' && action !== 'sync') throw new UsageError('Say show or sync; --help shows how.');
    const { config, ownerKey } = installation(values.data);
    const [address, services] = [addressOf(config), await servicesOf(config)];
    if (action === 'sync') {
      const written = await syncRegistry(address, await ownerKey(), services);
      process.stdout.write(
        `Written: ${written.map(({ service }) => service.id).join(', ') || 'nothing, all is as the file says'}.\n`,
      );
    }
    const compared = await compareRegistry(address, services);
    process.stdout.write(`${registryLines(compared).join('\n')}\n`);
    if (compared.some(({ differs }) => differs.length > 0)) process.exitCode = 1;
  },
});

interface Installation {
  config: Config;
  ownerKey(): Promise<string>;
}

/** The registry that the environment names, else that of a running local stack. */
function installation(data: string | undefined): Installation {
  const own = loadConfig();
  const given = own.REGISTRY_OWNER_KEY;
  if (data === undefined && own.SERVICE_REGISTRY_ADDRESS !== undefined)
    return { config: own, ownerKey: async () => given ?? missing('REGISTRY_OWNER_KEY') };
  const stack = requireStack(data ?? own.DATA_DIR, 'or set EVM_RPC_URL and SERVICE_REGISTRY_ADDRESS');
  return {
    config: stack.config,
    ownerKey: async () =>
      given ?? (await localAssetsOf(stack))?.evm.mnee.owner.privateKey ?? missing('REGISTRY_OWNER_KEY'),
  };
}

function addressOf({
  EVM_RPC_URL: rpcUrl,
  EVM_CHAIN_ID: chainId,
  SERVICE_REGISTRY_ADDRESS: registry,
}: Config): RegistryAddress {
  if (rpcUrl === undefined) return missing('EVM_RPC_URL');
  return { rpcUrl, chainId, registry: registry ?? missing('SERVICE_REGISTRY_ADDRESS') };
}

function missing(setting: string): never {
  throw new UsageError(`Set ${setting}; .env.example explains it.`);
}

async function servicesOf(config: Config): Promise<readonly ServiceConfig[]> {
  const read = await readOmniFiles(filesOf(config));
  if (read.ok) return read.config.services;
  const lines = read.problems.map(({ file, line, path, message }) => `${file}:${line}: ${path} ${message}`);
  throw new Error(`The files have mistakes; nothing was written.\n${lines.join('\n')}`);
}
