import { AbiCoder, type Contract, Interface, type Wallet, ZeroAddress, id, zeroPadValue } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findStaleArtifacts } from './build.ts';
import { deployServiceRegistry, mneeServiceRegistry } from './mnee-service-registry.ts';
import { as, logsOf, read, refusal, send, startTestChain } from './test/chain.ts';

let chain: Awaited<ReturnType<typeof startTestChain>>;
let owner: Wallet;
let stranger: Wallet;
let registry: Contract;
const PROVIDER = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
const OTHER = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
const PRICE = 50_000_000_000_000_000n;
const ORACLE = id('PRICE_ORACLE');

beforeAll(async () => {
  chain = await startTestChain();
  [owner, stranger] = [await chain.wallet('owner'), await chain.wallet('stranger')];
  registry = await deployServiceRegistry(owner);
}, 30_000);

afterAll(() => chain.stop());

const register = (...args: unknown[]) => send(registry, 'registerService', ...args);
const update = (...args: unknown[]) => send(registry, 'updateService', ...args);
const refused = (work: Promise<unknown>) => refusal(work, registry);
const get = async (serviceId: string): Promise<unknown[]> => [
  ...((await read(registry, 'getService', serviceId)) as Iterable<unknown>),
];

describe('the service registry', () => {
  it('is committed as its source compiles', () => {
    expect(findStaleArtifacts(['MNEEServiceRegistry'])).toEqual([]);
  }, 30_000);

  it('has the functions that others were promised, to the letter', () => {
    const promised = new Interface([
      'function registerService(bytes32,address,uint256,string,bool)',
      'function updateService(bytes32,address,uint256,bool,string,bool)',
      'function getService(bytes32) view returns ((address,uint256,bool,string,bool))',
    ]);
    const compiled = new Interface(mneeServiceRegistry.abi);
    promised.forEachFunction((promise) => {
      expect(compiled.getFunction(promise.selector)?.format('sighash')).toBe(promise.format('sighash'));
      const outputs = compiled.getFunction(promise.selector)?.outputs.map((output) => output.format());
      expect(outputs).toEqual(promise.outputs.map((output) => output.format()));
    });
  });

  it('belongs to whoever deployed it, who may hand it over', async () => {
    const another = await deployServiceRegistry(owner);
    expect(await read(another, 'owner')).toBe(owner.address);
    await send(another, 'transferOwnership', stranger.address);
    const values = [ORACLE, PROVIDER, PRICE, '', false];
    expect(await refused(send(another, 'registerService', ...values))).toBe(
      `OwnableUnauthorizedAccount(${owner.address})`,
    );
    await send(as(another, stranger), 'registerService', ...values);
  });

  it('adds a service that is active from the start', async () => {
    await register(ORACLE, PROVIDER, PRICE, 'ipfs://oracle', true);
    expect(await get(ORACLE)).toEqual([PROVIDER, PRICE, true, 'ipfs://oracle', true]);
  });

  it('replaces every value of a service, and only of that one', async () => {
    const [batch, archive] = [id('BATCH_COMPUTE'), id('LOG_ARCHIVE')];
    await register(batch, PROVIDER, 3n, 'ipfs://batch', true);
    await register(archive, PROVIDER, 1n, '', false);
    await update(batch, OTHER, 4n, false, '', false);
    expect(await get(batch)).toEqual([OTHER, 4n, false, '', false]);
    expect(await get(archive)).toEqual([PROVIDER, 1n, true, '', false]);
    await update(batch, PROVIDER, 5n, true, 'ipfs://again', true);
    expect(await get(batch)).toEqual([PROVIDER, 5n, true, 'ipfs://again', true]);
  });

  it('keeps a price of 256 bits and a long text as they are', async () => {
    const [dear, uri] = [2n ** 256n - 1n, `data:,${'ü'.repeat(300)}`];
    await register(id('DEAR'), PROVIDER, dear, uri, false);
    expect(await get(id('DEAR'))).toEqual([PROVIDER, dear, true, uri, false]);
  });

  it('answers nothing at all for a service it does not know', async () => {
    expect(await get(id('UNKNOWN'))).toEqual([ZeroAddress, 0n, false, '', false]);
  });
});

describe('the events of the service registry', () => {
  const coder = AbiCoder.defaultAbiCoder();

  it('say what was registered', async () => {
    const logs = await logsOf(await register(id('NEW'), PROVIDER, PRICE, 'ipfs://new', true), registry);
    expect(logs.map(({ topics, data }) => ({ topics, data }))).toEqual([
      {
        topics: [
          id('ServiceRegistered(bytes32,address,uint256,string,bool)'),
          id('NEW'),
          zeroPadValue(PROVIDER, 32).toLowerCase(),
        ],
        data: coder.encode(['uint256', 'string', 'bool'], [PRICE, 'ipfs://new', true]),
      },
    ]);
  });

  it('say what it was updated to', async () => {
    await register(id('CHANGING'), PROVIDER, PRICE, '', true);
    const logs = await logsOf(await update(id('CHANGING'), OTHER, 7n, false, 'x', false), registry);
    expect(logs.map(({ topics, data }) => ({ topics, data }))).toEqual([
      {
        topics: [
          id('ServiceUpdated(bytes32,address,uint256,bool,string,bool)'),
          id('CHANGING'),
          zeroPadValue(OTHER, 32).toLowerCase(),
        ],
        data: coder.encode(['uint256', 'bool', 'string', 'bool'], [7n, false, 'x', false]),
      },
    ]);
  });
});

describe('the service registry refuses', () => {
  const KNOWN = id('KNOWN');
  beforeAll(async () => {
    await register(KNOWN, PROVIDER, PRICE, '', true);
  });

  it('writes of anybody but its owner', async () => {
    const foreign = as(registry, stranger);
    const reason = `OwnableUnauthorizedAccount(${stranger.address})`;
    expect(await refused(send(foreign, 'registerService', id('MINE'), PROVIDER, 1n, '', true))).toBe(reason);
    expect(await refused(send(foreign, 'updateService', KNOWN, PROVIDER, 1n, true, '', true))).toBe(reason);
  });

  it('to register a service twice, even an inactive one', async () => {
    expect(await refused(register(KNOWN, OTHER, 1n, '', true))).toBe('Service already exists');
    await update(KNOWN, PROVIDER, PRICE, false, '', true);
    expect(await refused(register(KNOWN, OTHER, 1n, '', true))).toBe('Service already exists');
    expect(await get(KNOWN)).toEqual([PROVIDER, PRICE, false, '', true]);
  });

  it('to update a service it does not know', async () => {
    expect(await refused(update(id('UNKNOWN'), PROVIDER, 1n, true, '', true))).toBe('Service not found');
  });

  it('a provider of zero, which would make a service unknown again', async () => {
    const reason = 'Provider must not be zero';
    expect(await refused(register(id('NOBODY'), ZeroAddress, 1n, '', true))).toBe(reason);
    expect(await refused(update(KNOWN, ZeroAddress, 1n, true, '', true))).toBe(reason);
  });

  it('a price of zero, which could never be paid', async () => {
    const reason = 'Unit price must be > 0';
    expect(await refused(register(id('FREE'), PROVIDER, 0n, '', true))).toBe(reason);
    expect(await refused(update(KNOWN, PROVIDER, 0n, true, '', true))).toBe(reason);
  });
});
