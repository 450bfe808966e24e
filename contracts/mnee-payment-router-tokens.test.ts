import { AbiCoder, type Contract, Interface, MaxUint256, id, parseEther } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ContractArtifact, compileContract } from './build.ts';
import { deployContract } from './deploy.ts';
import { mneePaymentRouter } from './mnee-payment-router.ts';
import { logsOf, read, refusal, send } from './test/chain.ts';
import { CALL_HASH, approve, moved, pay, routerFor, startRouter } from './test/router.ts';

let stack: Awaited<ReturnType<typeof startRouter>>;
let hostileToken: ContractArtifact;
let reentrantToken: ContractArtifact;
const PRICE = parseEther('1');
const OTHER = id('PRICE_ORACLE');

beforeAll(async () => {
  hostileToken = compileContract('test/HostileToken');
  reentrantToken = compileContract('test/ReentrantToken');
  stack = await startRouter();
  // Another provider, so that a nested payment does not show in the balance of the first.
  await send(stack.registry, 'registerService', OTHER, stack.owner.address, PRICE, '', false);
}, 60_000);

afterAll(() => stack.chain.stop());

/** A router for one more token, of which the treasury has enough. */
async function routerWith(artifact: ContractArtifact, ...args: unknown[]) {
  const { owner, treasury, registry } = stack;
  const token = await deployContract(artifact, owner, treasury.address, ...args);
  const router = await routerFor(token, registry, treasury);
  await approve(token, treasury, router, MaxUint256);
  return { token, router };
}

const changesOf = (token: Contract, work: () => Promise<unknown>) =>
  moved(token, [stack.treasury, stack.provider], work);
const word = (value: bigint) => AbiCoder.defaultAbiCoder().encode(['uint256'], [value]);
const [YES, NO, NOTHING] = [word(1n), word(0n), '0x'];

describe('the payment router with tokens that are not what they should be', () => {
  it('accepts one that answers nothing, as long as the provider got the amount', async () => {
    const { token, router } = await routerWith(hostileToken, 100, NOTHING);
    const changes = await changesOf(token, async () => {
      expect(await logsOf(await pay(router), router)).toHaveLength(1);
    });
    expect(changes).toEqual([-PRICE, PRICE]);
  });

  it.each([
    ['answers no and delivers nothing', 0, NO],
    ['answers no and delivers the amount', 100, NO],
    ['answers nothing and delivers nothing', 0, NOTHING],
    ['answers yes and delivers nothing', 0, YES],
    ['takes a fee on transfer', 99, YES],
    ['delivers more than it was asked to', 101, YES],
    ['answers neither yes nor no', 100, word(2n)],
    ['answers less than a word', 100, '0x01'],
  ])('refuses one that %s', async (_, percent, answer) => {
    const { token, router } = await routerWith(hostileToken, percent, answer);
    const changes = await changesOf(token, async () => {
      expect(await refusal(pay(router), router)).toBe('Transfer failed');
    });
    expect(changes).toEqual([0n, 0n]);
  });

  it('refuses a fee also where the caller is the provider', async () => {
    const { token, router } = await routerWith(hostileToken, 99, YES);
    await send(stack.registry, 'registerService', id('OWN'), stack.treasury.address, PRICE, '', false);
    const changes = await changesOf(token, async () => {
      expect(await refusal(pay(router, { serviceId: id('OWN') }), router)).toBe('Transfer failed');
    });
    expect(changes).toEqual([0n, 0n]);
  });
});

describe('the payment router with a token that calls it back', () => {
  const router = new Interface(mneePaymentRouter.abi);
  const nested = router.encodeFunctionData('payForService', [OTHER, 'thief', 'task-2', 1n, CALL_HASH]);

  it('pays once: the nested payment is refused, though it could be paid', async () => {
    const { token, router: called } = await routerWith(reentrantToken, nested, false);
    const changes = await changesOf(token, async () => {
      expect(await logsOf(await pay(called), called)).toHaveLength(1);
    });
    expect(changes).toEqual([-PRICE, PRICE]);
    expect(await read(token, 'balanceOf', stack.owner.address)).toBe(0n);
    expect(router.parseError((await read(token, 'answer')) as string)?.name).toBe(
      'ReentrancyGuardReentrantCall',
    );
  });

  it('pays nothing where the token gives up over that', async () => {
    const { token, router: called } = await routerWith(reentrantToken, nested, true);
    const changes = await changesOf(token, async () => {
      expect(await refusal(pay(called), called)).toBe('Transfer failed');
    });
    expect(changes).toEqual([0n, 0n]);
  });

  it('can be paid through again in the next transaction', async () => {
    const { router: called } = await routerWith(reentrantToken, nested, false);
    await pay(called);
    expect(await logsOf(await pay(called), called)).toHaveLength(1);
  });
});
