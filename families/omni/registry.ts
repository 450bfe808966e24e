import { Contract, id, JsonRpcProvider, Network, NonceManager, Wallet } from 'ethers';
import { mneeServiceRegistry } from '../../contracts/mnee-service-registry.ts';
import type { ServiceConfig } from '../../domain/omni/config.ts';

/** Where the registry is that the router reads prices from. */
export interface RegistryAddress {
  rpcUrl: string;
  chainId: number;
  registry: string;
}

/** What the registry says of a service. Amounts are minor units. */
type Entry = Pick<ServiceConfig, 'providerAddress' | 'unitPrice' | 'active' | 'metadataURI' | 'isVerified'>;

/** A service of the file beside its entry; no entry: the registry does not know it. */
export interface Compared {
  service: ServiceConfig;
  entry: Entry | undefined;
  /** Names of the values that differ. */
  differs: readonly (keyof Entry)[];
}

const FIELDS = ['providerAddress', 'unitPrice', 'active', 'metadataURI', 'isVerified'] as const;

/** What the registry has for each service, in the order of the file. */
export const compareRegistry = (
  address: RegistryAddress,
  services: readonly ServiceConfig[],
): Promise<Compared[]> => atRegistry(address, (contract) => compareAll(contract, services));

/** Writes what differs, with the owner's key; answers what that was. A repetition writes nothing. */
export const syncRegistry = (
  address: RegistryAddress,
  key: string,
  services: readonly ServiceConfig[],
): Promise<Compared[]> =>
  atRegistry(address, async (contract, provider) => {
    const changes = (await compareAll(contract, services)).filter(({ differs }) => differs.length > 0);
    const owned = contract.connect(new NonceManager(new Wallet(key, provider))) as Contract;
    for (const change of changes) await write(owned, change);
    return changes;
  });

async function atRegistry<T>(
  { rpcUrl, chainId, registry }: RegistryAddress,
  work: (contract: Contract, provider: JsonRpcProvider) => Promise<T>,
): Promise<T> {
  const network = Network.from(chainId);
  const provider = new JsonRpcProvider(rpcUrl, network, {
    staticNetwork: network,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
  try {
    await refuseOtherChain(provider, { chainId, registry });
    return await work(new Contract(registry, mneeServiceRegistry.abi, provider), provider);
  } finally {
    provider.destroy();
  }
}

async function refuseOtherChain(
  provider: JsonRpcProvider,
  { chainId, registry }: Omit<RegistryAddress, 'rpcUrl'>,
): Promise<void> {
  const found = Number(await provider.send('eth_chainId', []));
  if (found !== chainId)
    throw new Error(`The node is of chain ${found}, not of ${chainId}: set EVM_RPC_URL and EVM_CHAIN_ID.`);
  if ((await provider.getCode(registry)) === '0x')
    throw new Error(`There is no contract at ${registry}: set SERVICE_REGISTRY_ADDRESS.`);
}

const compareAll = (contract: Contract, services: readonly ServiceConfig[]): Promise<Compared[]> =>
  Promise.all(services.map((service) => compare(contract, service)));

async function compare(contract: Contract, service: ServiceConfig): Promise<Compared> {
  const found = (await contract.getFunction('getService')(id(service.id))) as Entry & { provider: string };
  if (BigInt(found.provider) === 0n) return { service, entry: undefined, differs: FIELDS };
  const { provider: providerAddress, unitPrice, active, metadataURI, isVerified } = found;
  const entry = { providerAddress, unitPrice, active, metadataURI, isVerified };
  return { service, entry, differs: FIELDS.filter((name) => entry[name] !== service[name]) };
}

/** What is registered is active; where the file says otherwise, an update follows. */
async function write(contract: Contract, { service, entry }: Compared): Promise<void> {
  const { providerAddress, unitPrice, active, metadataURI, isVerified } = service;
  const [key, terms] = [id(service.id), [providerAddress, unitPrice]];
  if (entry === undefined) await send(contract, 'registerService', key, ...terms, metadataURI, isVerified);
  if (entry !== undefined || !active)
    await send(contract, 'updateService', key, ...terms, active, metadataURI, isVerified);
}

async function send(contract: Contract, method: string, ...args: unknown[]): Promise<void> {
  const sent = (await contract.getFunction(method)(...args)) as { wait(): Promise<unknown> };
  await sent.wait();
}
