import {
  Contract,
  ContractFactory,
  getCreateAddress,
  JsonRpcProvider,
  NonceManager,
  type Wallet,
} from 'ethers';
import { SAMPLE_TOKEN_VERSION, sampleToken } from '../../../contracts/sample-token.ts';
import { deployPaymentRouter } from '../../../contracts/mnee-payment-router.ts';
import { deployServiceRegistry } from '../../../contracts/mnee-service-registry.ts';
import type { EvmAccount, LocalAssets, LocalKeys } from '../local-assets.ts';

export const EVM_TOKEN = { name: 'USD Coin', symbol: 'USDC', decimals: 6, version: SAMPLE_TOKEN_VERSION };

/** What agents pay in, as on Ethereum (omni.md, section 4). */
export const MNEE_TOKEN = { name: 'MNEE USD Stablecoin', symbol: 'MNEE', decimals: 18 };
/** What the operator's treasury has of it at first, in minor units. */
export const MNEE_TREASURY = 1000n * 10n ** 18n;

const GAS_WEI = 100n * 10n ** 18n;
/** The operator's first float, in minor units of the token. */
export const EVM_FLOAT = 100_000_000_000n;
const DEMO = 10_000_000_000n;
const SELLER = 100_000_000n;

/** Token, gas and first balances on the EVM chain. What exists already is left as it is. */
export async function deployEvm(rpcUrl: string, keys: LocalKeys['evm']): Promise<LocalAssets['evm']> {
  const provider = new JsonRpcProvider(rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 50,
  });
  try {
    const { chainId } = await provider.getNetwork();
    const { deployer, registrar, mneeOwner, operator, facilitator, demoUser, sellers } = keys;
    await fundGas(provider, [
      deployer,
      registrar,
      mneeOwner,
      operator,
      facilitator,
      demoUser,
      ...Object.values(sellers),
    ]);
    const address = await deployToken(provider, deployer);
    const grants: [Wallet, bigint][] = [
      [operator, EVM_FLOAT],
      [demoUser, DEMO],
    ];
    for (const seller of Object.values(sellers)) grants.push([seller, SELLER]);
    await grantTokens(
      new Contract(address, sampleToken.abi, new NonceManager(deployer.connect(provider))),
      grants,
    );
    const router = await deployRouter(provider, registrar, address);
    const mnee = await deployMnee(provider, mneeOwner, operator);
    return {
      rpcUrl,
      chainId: Number(chainId),
      network: `eip155:${chainId}`,
      token: { address, ...EVM_TOKEN },
      router: { ...router, registrar: describe(registrar) },
      mnee: { ...mnee, owner: describe(mneeOwner) },
      deployer: describe(deployer),
      operator: describe(operator),
      facilitator: describe(facilitator),
      demoUser: describe(demoUser),
      sellers: {
        market: describe(sellers.market),
        studio: describe(sellers.studio),
        travel: describe(sellers.travel),
      },
    };
  } finally {
    provider.destroy();
  }
}

const describe = ({ address, privateKey }: Wallet): EvmAccount => ({ address, privateKey });

async function fundGas(provider: JsonRpcProvider, wallets: readonly Wallet[]): Promise<void> {
  for (const { address } of wallets) {
    if ((await provider.getBalance(address)) > 0n) continue;
    await provider.send('anvil_setBalance', [address, `0x${GAS_WEI.toString(16)}`]);
  }
}

/** The deployer's first transaction is the token, so its address follows from the seed alone. */
async function deployToken(provider: JsonRpcProvider, deployer: Wallet): Promise<string> {
  const address = getCreateAddress({ from: deployer.address, nonce: 0 });
  if ((await provider.getCode(address)) !== '0x') return address;
  if ((await provider.getTransactionCount(deployer.address)) > 0) {
    throw new Error(
      `${deployer.address} was used before the token was deployed: remove the chain's state and start again`,
    );
  }
  const factory = new ContractFactory(sampleToken.abi, sampleToken.bytecode, deployer.connect(provider));
  const token = await factory.deploy(EVM_TOKEN.name, EVM_TOKEN.symbol, EVM_TOKEN.decimals, deployer.address);
  await token.waitForDeployment();
  return address;
}

/** The registrar's first two transactions, also on a chain that was set up before the router existed. */
async function deployRouter(
  provider: JsonRpcProvider,
  registrar: Wallet,
  token: string,
): Promise<{ address: string; registry: string }> {
  const [registry, address] = [0, 1].map((nonce) => getCreateAddress({ from: registrar.address, nonce })) as [
    string,
    string,
  ];
  const signer = registrar.connect(provider);
  const sent = await provider.getTransactionCount(registrar.address);
  if (sent < 1) await deployServiceRegistry(signer);
  if (sent < 2) await deployPaymentRouter(signer, { token, registry });
  return { address, registry };
}

/** The owner's first three transactions: the token, its registry and its router, also on a chain from before they existed. */
async function deployMnee(
  provider: JsonRpcProvider,
  owner: Wallet,
  operator: Wallet,
): Promise<{ address: string; symbol: string; decimals: number; registry: string; router: string }> {
  const [address, registry, router] = [0, 1, 2].map((nonce) =>
    getCreateAddress({ from: owner.address, nonce }),
  ) as [string, string, string];
  const signer = owner.connect(provider);
  const { name, symbol, decimals } = MNEE_TOKEN;
  const sent = await provider.getTransactionCount(owner.address);
  if (sent < 1) {
    const factory = new ContractFactory(sampleToken.abi, sampleToken.bytecode, signer);
    await (await factory.deploy(name, symbol, decimals, owner.address)).waitForDeployment();
  }
  if (sent < 2) await deployServiceRegistry(signer);
  if (sent < 3) await deployPaymentRouter(signer, { token: address, registry });
  const token = new Contract(address, sampleToken.abi, new NonceManager(owner.connect(provider)));
  await grantTokens(token, [[operator, MNEE_TREASURY]]);
  return { address, symbol, decimals, registry, router };
}

/** Mints once for each wallet: a balance that was spent is not topped up behind the ledger's back. */
async function grantTokens(token: Contract, grants: readonly [Wallet, bigint][]): Promise<void> {
  const zero = `0x${'0'.repeat(40)}`;
  const [transfer, mint] = [token.filters['Transfer'], token.getFunction('mint')];
  if (!transfer) throw new Error('The token has no Transfer event');
  for (const [wallet, amount] of grants) {
    if ((await token.queryFilter(transfer(zero, wallet.address))).length > 0) continue;
    const sent = (await mint(wallet.address, amount)) as { wait(): Promise<unknown> };
    await sent.wait();
  }
}
