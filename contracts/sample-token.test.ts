import {
  Contract,
  ContractFactory,
  JsonRpcProvider,
  Signature,
  type Wallet,
  ZeroHash,
  id,
  isCallException,
} from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startAnvil } from '../embedded/chains/anvil.ts';
import { evmWallet } from '../embedded/chains/keys.ts';
import { freePort } from '../embedded/ports.ts';
import { createProcesses } from '../embedded/processes.ts';
import { findStaleArtifacts } from './build.ts';
import { SAMPLE_TOKEN_VERSION, sampleToken } from './sample-token.ts';

const seed = new Uint8Array(32).fill(3);
const processes = createProcesses({ log: () => undefined });
let provider: JsonRpcProvider;
let token: Contract;
const [owner, alice, bob] = ['owner', 'alice', 'bob'].map((role) => evmWallet(seed, role)) as [
  Wallet,
  Wallet,
  Wallet,
];

beforeAll(async () => {
  const anvil = await startAnvil({ processes, port: await freePort(), blockTimeMs: 0 });
  provider = new JsonRpcProvider(anvil.rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 20,
  });
  for (const { address } of [owner, alice, bob])
    await provider.send('anvil_setBalance', [address, '0x56BC75E2D63100000']);
  const factory = new ContractFactory(sampleToken.abi, sampleToken.bytecode, owner.connect(provider));
  const deployed = await factory.deploy('USD Coin', 'USDC', 6, owner.address);
  await deployed.waitForDeployment();
  token = new Contract(await deployed.getAddress(), sampleToken.abi, provider);
  await call(owner, 'mint', alice.address, 1000n);
}, 30_000);

afterAll(async () => {
  provider.destroy();
  await processes.stopAll();
});

const as = (wallet: Wallet) => token.connect(wallet.connect(provider)) as Contract;

async function call(wallet: Wallet, method: string, ...args: unknown[]): Promise<void> {
  const sent = (await as(wallet).getFunction(method)(...args)) as { wait(): Promise<unknown> };
  await sent.wait();
}

/** The name of the contract's error that stopped the call. */
async function refusal(wallet: Wallet, method: string, ...args: unknown[]): Promise<string | undefined> {
  const error = await call(wallet, method, ...args).catch((reason: unknown) => reason);
  return isCallException(error) && error.data ? token.interface.parseError(error.data)?.name : undefined;
}

const read = (method: string, ...args: unknown[]): Promise<unknown> =>
  token.getFunction(method)(...args) as Promise<unknown>;

const AUTHORIZATION = ['from', 'to', 'value', 'validAfter', 'validBefore', 'nonce'].map((name, index) => ({
  name,
  type: ['address', 'address', 'uint256', 'uint256', 'uint256', 'bytes32'][index] ?? '',
}));
const BYTES = '(address,address,uint256,uint256,uint256,bytes32,bytes)';
const PARTS = '(address,address,uint256,uint256,uint256,bytes32,uint8,bytes32,bytes32)';

async function authorize(
  kind: string,
  nonce: string,
  change: { validBefore?: number; validAfter?: number } = {},
) {
  const { validAfter = 0, validBefore = 4_000_000_000 } = change;
  const message = { from: alice.address, to: bob.address, value: 10n, validAfter, validBefore, nonce };
  const domain = {
    name: 'USD Coin',
    version: SAMPLE_TOKEN_VERSION,
    chainId: 31337,
    verifyingContract: await token.getAddress(),
  };
  const signature = await alice.signTypedData(domain, { [kind]: AUTHORIZATION }, message);
  return { args: Object.values(message), signature };
}

describe('the sample token', () => {
  it('is committed as its source compiles', () => {
    expect(findStaleArtifacts(['SampleToken'])).toEqual([]);
  }, 30_000);

  it('lets only its owner mint', async () => {
    expect(await refusal(bob, 'mint', bob.address, 1n)).toBe('OwnableUnauthorizedAccount');
  });

  it('moves tokens by a signed authorization, in both signature forms, each nonce once', async () => {
    const packed = await authorize('TransferWithAuthorization', id('packed'));
    await call(bob, `transferWithAuthorization${BYTES}`, ...packed.args, packed.signature);
    const parts = await authorize('TransferWithAuthorization', id('parts'));
    const { v, r, s } = Signature.from(parts.signature);
    await call(bob, `transferWithAuthorization${PARTS}`, ...parts.args, v, r, s);
    expect(await read('balanceOf', bob.address)).toBe(20n);
    expect(await read('authorizationState', alice.address, id('parts'))).toBe(true);
    expect(await refusal(bob, `transferWithAuthorization${BYTES}`, ...packed.args, packed.signature)).toBe(
      'AuthorizationUsedOrCanceled',
    );
    const used = token.filters['AuthorizationUsed']?.(alice.address, id('packed'));
    expect(await token.queryFilter(used ?? '*')).toHaveLength(1);
  });

  it('refuses an authorization outside of its time, or of somebody else', async () => {
    const late = await authorize('TransferWithAuthorization', ZeroHash, { validBefore: 1 });
    expect(await refusal(bob, `transferWithAuthorization${BYTES}`, ...late.args, late.signature)).toBe(
      'AuthorizationExpired',
    );
    const early = await authorize('TransferWithAuthorization', ZeroHash, { validAfter: 3_999_999_999 });
    expect(await refusal(bob, `transferWithAuthorization${BYTES}`, ...early.args, early.signature)).toBe(
      'AuthorizationNotYetValid',
    );
    const good = await authorize('TransferWithAuthorization', ZeroHash);
    const forged = [bob.address, ...good.args.slice(1)];
    expect(await refusal(bob, `transferWithAuthorization${BYTES}`, ...forged, good.signature)).toBe(
      'SignerMismatch',
    );
  });

  it('lets only the payee submit a receipt by authorization', async () => {
    const { args, signature } = await authorize('ReceiveWithAuthorization', id('receive'));
    expect(await refusal(owner, `receiveWithAuthorization${BYTES}`, ...args, signature)).toBe(
      'CallerMustBePayee',
    );
    await call(bob, `receiveWithAuthorization${BYTES}`, ...args, signature);
    expect(await read('authorizationState', alice.address, id('receive'))).toBe(true);
  });

  it('lets the signer cancel an authorization', async () => {
    const nonce = id('cancel');
    const types = {
      CancelAuthorization: [
        { name: 'authorizer', type: 'address' },
        { name: 'nonce', type: 'bytes32' },
      ],
    };
    const domain = {
      name: 'USD Coin',
      version: SAMPLE_TOKEN_VERSION,
      chainId: 31337,
      verifyingContract: await token.getAddress(),
    };
    const signature = await alice.signTypedData(domain, types, { authorizer: alice.address, nonce });
    await call(bob, 'cancelAuthorization(address,bytes32,bytes)', alice.address, nonce, signature);
    const transfer = await authorize('TransferWithAuthorization', nonce);
    expect(
      await refusal(bob, `transferWithAuthorization${BYTES}`, ...transfer.args, transfer.signature),
    ).toBe('AuthorizationUsedOrCanceled');
  });
});
