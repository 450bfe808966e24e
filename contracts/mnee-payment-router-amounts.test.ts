import { MaxUint256, ZeroAddress, ZeroHash, id, parseEther } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deployContract } from './deploy.ts';
import { sampleToken } from './sample-token.ts';
import { as, read, refusal, send } from './test/chain.ts';
import { IMAGE, approve, moved, pay, routerFor, startRouter } from './test/router.ts';

let stack: Awaited<ReturnType<typeof startRouter>>;

beforeAll(async () => {
  stack = await startRouter();
}, 30_000);

afterAll(() => stack.chain.stop());

const register = (name: string, unitPrice: bigint, provider = stack.provider.address) =>
  send(stack.registry, 'registerService', id(name), provider, unitPrice, '', false);
const refused = (order: Parameters<typeof pay>[1]) => refusal(pay(stack.router, order), stack.router);
const OVERFLOW = 'Panic(17)';

/** A second token, all 2^256 - 1 of which the treasury has and may spend. */
async function wholeSupply() {
  const { owner, treasury, registry } = stack;
  const token = await deployContract(sampleToken, owner, 'Whole', 'WHL', 18, owner.address);
  const router = await routerFor(token, registry, treasury);
  await send(token, 'mint', treasury.address, MaxUint256);
  await approve(token, treasury, router, MaxUint256);
  return { token, router };
}

describe('the payment router moves unit price × quantity', () => {
  it('straight from caller to provider, and keeps nothing', async () => {
    const { token, router, treasury, provider } = stack;
    const changes = await moved(token, [treasury, provider], () => pay(router, { quantity: 3n }));
    expect(changes).toEqual([parseEther('-3'), parseEther('3')]);
    expect(await read(token, 'balanceOf', await router.getAddress())).toBe(0n);
  });

  it.each([
    ['0.000000000000000001', 1n, 1n],
    ['0.000000000000000001', 1000n, 1000n],
    ['0.05', 7n, 350_000_000_000_000_000n],
    ['0.01', 1000n, 10_000_000_000_000_000_000n],
    ['3.000000000000000001', 333n, 999_000_000_000_000_000_333n],
    ['123456.789012345678901234', 5n, 617_283_945_061_728_394_506_170n],
  ])('%s MNEE × %i', async (price, quantity, amount) => {
    const { token, router, treasury, provider } = stack;
    await register(`${price}×${quantity}`, parseEther(price));
    const changes = await moved(token, [treasury, provider], () =>
      pay(router, { serviceId: id(`${price}×${quantity}`), quantity }),
    );
    expect(changes).toEqual([-amount, amount]);
  });

  it('at the price of the block it is mined in', async () => {
    const { token, router, registry, treasury, provider } = stack;
    await register('RISING', 1n);
    await send(registry, 'updateService', id('RISING'), provider.address, 5n, true, '', false);
    const changes = await moved(token, [treasury, provider], () =>
      pay(router, { serviceId: id('RISING'), quantity: 2n }),
    );
    expect(changes).toEqual([-10n, 10n]);
  });

  it('up to 256 bits', async () => {
    const { token, router } = await wholeSupply();
    await register('HALF', 2n ** 255n);
    await register('REST', (2n ** 255n - 1n) / 7n);
    const changes = await moved(token, [stack.treasury, stack.provider], async () => {
      await pay(router, { serviceId: id('HALF') });
      await pay(router, { serviceId: id('REST'), quantity: 7n });
    });
    expect(changes).toEqual([-MaxUint256, MaxUint256]);
  });

  it('and nothing where the caller is the provider, though it is a payment', async () => {
    const { token, router, treasury } = stack;
    await register('OWN', parseEther('1'), treasury.address);
    const changes = await moved(token, [treasury], async () => {
      expect((await pay(router, { serviceId: id('OWN') })).status).toBe(1);
    });
    expect(changes).toEqual([0n]);
  });
});

describe('the payment router refuses', () => {
  it('a service the registry does not know, in whatever quantity', async () => {
    expect(await refused({ serviceId: id('UNKNOWN') })).toBe('Service not found');
    expect(await refused({ serviceId: ZeroHash, quantity: 0n })).toBe('Service not found');
  });

  it('an inactive service, until it is active again', async () => {
    const { registry, provider, router } = stack;
    const values = [provider.address, 1n];
    await register('PAUSED', 1n);
    await send(registry, 'updateService', id('PAUSED'), ...values, false, '', false);
    expect(await refused({ serviceId: id('PAUSED') })).toBe('Service not active');
    await send(registry, 'updateService', id('PAUSED'), ...values, true, '', false);
    expect((await pay(router, { serviceId: id('PAUSED') })).status).toBe(1);
  });

  it('a quantity of zero', async () => {
    expect(await refused({ quantity: 0n })).toBe('Amount must be > 0');
  });

  it('an amount of more than 256 bits, also where what is left of it would be zero', async () => {
    await register('DEAR', MaxUint256);
    await register('ROUND', 2n ** 128n);
    expect(await refused({ serviceId: id('DEAR'), quantity: 2n })).toBe(OVERFLOW);
    expect(await refused({ serviceId: id('ROUND'), quantity: 2n ** 128n })).toBe(OVERFLOW);
    expect(await refused({ quantity: MaxUint256 })).toBe(OVERFLOW);
  });

  it('an allowance that is short by one unit, and moves nothing', async () => {
    const { token, router, treasury, provider } = stack;
    await approve(token, treasury, router, parseEther('2') - 1n);
    const changes = await moved(token, [treasury, provider], async () => {
      expect(await refused({ quantity: 2n })).toBe('Transfer failed');
      await pay(router);
      expect(await refused({})).toBe('Transfer failed');
    });
    expect(changes).toEqual([parseEther('-1'), parseEther('1')]);
    await approve(token, treasury, router, parseEther('1000000'));
  });

  it('a balance that is short', async () => {
    const { token, router, owner } = stack;
    await approve(token, owner, router, MaxUint256);
    expect(await refusal(pay(as(router, owner)), router)).toBe('Transfer failed');
  });

  it('to spend what others than the caller allowed it', async () => {
    const stranger = await stack.chain.wallet('stranger');
    expect(await refusal(pay(as(stack.router, stranger)), stack.router)).toBe('Transfer failed');
  });

  it('a payment that was mined after the service was paused: it reverts and costs no tokens', async () => {
    const { chain, token, router, registry, treasury, provider } = stack;
    await send(registry, 'updateService', IMAGE, provider.address, parseEther('1'), false, '', true);
    const changes = await moved(token, [treasury, provider], async () => {
      await expect(pay(router, { overrides: { gasLimit: 300_000n } })).rejects.toThrow();
    });
    expect(changes).toEqual([0n, 0n]);
    const block = await chain.provider.getBlock('latest');
    expect(await chain.provider.getTransactionReceipt(block?.transactions[0] ?? ZeroAddress)).toMatchObject({
      status: 0,
      logs: [],
    });
  });
});
