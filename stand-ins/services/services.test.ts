import { randomUUID } from 'node:crypto';
import { Connection, PublicKey } from '@solana/web3.js';
import { Contract, JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleToken } from '../../contracts/sample-token.ts';
import { startTestStack, type TestStack } from '../../embedded/chains/test-stack.ts';
import { createBuyer, type Buyer } from './test-buyer.ts';

let stack: TestStack;
let onEvm: Buyer;
let onSolana: Buyer;
let provider: JsonRpcProvider;

beforeAll(async () => {
  stack = await startTestStack();
  [onEvm, onSolana] = await Promise.all([
    createBuyer(stack.assets, 'evm'),
    createBuyer(stack.assets, 'solana'),
  ]);
  provider = new JsonRpcProvider(stack.assets.evm.rpcUrl, undefined, {
    staticNetwork: true,
    cacheTimeout: -1,
  });
}, 60_000);

afterAll(async () => {
  provider.destroy();
  await stack.stop();
});

const url = (path: string): string => `${stack.servicesUrl}${path}`;

async function evmBalance(owner: string): Promise<bigint> {
  const token = new Contract(stack.assets.evm.token.address, sampleToken.abi, provider);
  return (await token.getFunction('balanceOf')(owner)) as bigint;
}

async function solanaBalance(tokenAccount: string): Promise<bigint> {
  const connection = new Connection(stack.assets.solana.rpcUrl, 'confirmed');
  return BigInt((await connection.getTokenAccountBalance(new PublicKey(tokenAccount))).value.amount);
}

describe('a paid service', () => {
  it('takes its price on the EVM chain and answers', async () => {
    const seller = stack.assets.evm.sellers.studio.address;
    const before = await evmBalance(seller);
    const bought = await onEvm.buy({
      url: url('/summarize'),
      body: { text: 'Solana rose. Rain fell. Solana rose again.' },
    });
    expect(bought.status).toBe(200);
    expect(bought.body['summary']).toContain('Solana rose');
    expect(bought.receipt).toMatchObject({ success: true, network: stack.assets.evm.network });
    expect((await evmBalance(seller)) - before).toBe(30_000n);
  });

  it('takes its price on Solana and answers', async () => {
    const seller = stack.assets.solana.sellers.studio.usdcAccount;
    const before = await solanaBalance(seller);
    const bought = await onSolana.buy({ url: url('/statistics'), body: { values: [1, 2, 3, 4] } });
    expect(bought.body).toMatchObject({ mean: 2.5, median: 2.5, trend: { slope: 1, direction: 'rising' } });
    expect(bought.receipt).toMatchObject({ success: true, network: stack.assets.solanaNetwork });
    expect((await solanaBalance(seller)) - before).toBe(20_000n);
  });

  it('is sold over x402 v1 as well, where it says so', async () => {
    const call = { url: url('/sentiment'), body: { text: 'Strong growth, good profit.' } };
    const required = await onSolana.quoteV1(call);
    expect(required).toMatchObject({
      x402Version: 1,
      accepts: [{ network: 'solana-devnet', maxAmountRequired: '10000' }],
    });
    const seller = stack.assets.solana.sellers.studio.usdcAccount;
    const before = await solanaBalance(seller);
    const bought = await onSolana.submit(call, await onSolana.sign(required));
    expect(bought.status).toBe(200);
    expect(bought.body['sentiment']).toBe('positive');
    expect(bought.receipt).toMatchObject({ success: true, network: 'solana-devnet' });
    expect((await solanaBalance(seller)) - before).toBe(10_000n);
  });

  it('refuses bad input before it names a price', async () => {
    const response = await fetch(url('/price-history?symbol=NOPE'));
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'invalid_input' });
  });

  it('gives the same answer again for the same key, and charges once', async () => {
    const call = { url: url('/price-history?symbol=SOL&days=5'), method: 'GET' as const, key: randomUUID() };
    const seller = stack.assets.evm.sellers.market.address;
    const payload = await onEvm.sign(await onEvm.quote(call));
    const before = await evmBalance(seller);
    const first = await onEvm.submit(call, payload);
    const again = await onEvm.submit(call, payload);
    expect(first.body['series']).toHaveLength(5);
    expect(again.body).toEqual(first.body);
    expect(again.receipt?.transaction).toBe(first.receipt?.transaction);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect((await evmBalance(seller)) - before).toBe(50_000n);
  });

  it('keeps what was paid for when the buyer hangs up', async () => {
    const call = { url: url('/forecast'), body: { values: [1, 2, 4], steps: 2 }, key: randomUUID() };
    const seller = stack.assets.evm.sellers.market.address;
    const before = await evmBalance(seller);
    const payload = await onEvm.sign(await onEvm.quote(call));
    await expect(onEvm.submit({ ...call, signal: AbortSignal.timeout(100) }, payload)).rejects.toThrow(
      /abort/i,
    );
    const again = await onEvm.submit(call, payload);
    expect([again.status, again.receipt?.success]).toEqual([200, true]);
    expect((await evmBalance(seller)) - before).toBe(500_000n);
  });

  it('refuses a key that was used for another request', async () => {
    const key = randomUUID();
    await onEvm.buy({ url: url('/summarize'), body: { text: 'One.' }, key });
    const other = await onEvm.buy({ url: url('/report'), body: { data: { a: 1 } }, key });
    expect(other.status).toBe(200);
    const response = await fetch(url('/summarize'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ text: 'Two.' }),
    });
    expect(response.status).toBe(409);
  });

  it('can have its price changed while it runs, and no longer accepts the old one', async () => {
    const call = { url: url('/chart'), body: { values: [1, 2] } };
    const old = await onSolana.sign(await onSolana.quote(call));
    const change = (price: string) => postJson('/_control/price', { id: 'line-chart', price });
    expect(await (await change('0.06')).json()).toEqual({ id: 'line-chart', price: '0.06' });
    expect((await onSolana.submit(call, old)).status).toBe(402);
    expect((await onSolana.quote(call)).accepts[0]?.amount).toBe('60000');
    expect((await change('0')).status).toBe(400);
  });
});

describe('a service that behaves badly', () => {
  it('answers a key only the second time when it is flaky, for one payment', async () => {
    const call = { url: url('/exchange-rate?from=SOL&to=USDC'), method: 'GET' as const, key: randomUUID() };
    const seller = stack.assets.evm.sellers.market.address;
    const before = await evmBalance(seller);
    const payload = await onEvm.sign(await onEvm.quote(call));
    const first = await onEvm.submit(call, payload);
    expect([first.status, first.headers.get('retry-after'), first.receipt]).toEqual([503, '1', undefined]);
    expect(await evmBalance(seller)).toBe(before);
    const second = await onEvm.submit(call, payload);
    expect(second.body['rate']).toBeGreaterThan(0);
    expect((await evmBalance(seller)) - before).toBe(10_000n);
  });

  it('takes no money when it refuses', async () => {
    const seller = stack.assets.evm.sellers.market.address;
    const before = await evmBalance(seller);
    const bought = await onEvm.buy({ url: url('/credit-rating'), body: { company: 'Acme' } });
    expect([bought.status, bought.receipt]).toEqual([422, undefined]);
    expect(await evmBalance(seller)).toBe(before);
  });

  it('takes its time and is paid all the same when it is slow', async () => {
    const bought = await onSolana.buy({ url: url('/forecast'), body: { values: [1, 2, 4, 7], steps: 3 } });
    expect(bought.status).toBe(200);
    expect(bought.body).toMatchObject({ paths: 2000, steps: 3 });
    expect(Number(bought.body['p10'])).toBeLessThan(Number(bought.body['p90']));
  });
});

const postJson = (path: string, body: unknown, key?: string): Promise<Response> =>
  fetch(url(path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
    body: JSON.stringify(body),
  });

describe('a booking', () => {
  const input = { city: 'Lisbon', checkIn: '2027-01-10', nights: 2 };

  for (const chain of ['evm', 'solana'] as const) {
    it(`is paid back on chain when it is cancelled, once (${chain})`, async () => {
      const buyer = chain === 'evm' ? onEvm : onSolana;
      const { evm, solana } = stack.assets;
      const balance = () =>
        chain === 'evm' ? evmBalance(evm.demoUser.address) : solanaBalance(solana.demoUser.usdcAccount);
      const before = await balance();
      const { body } = await buyer.buy({ url: url('/bookings'), body: input, key: randomUUID() });
      expect(before - (await balance())).toBe(300_000n);
      const { bookingId } = body;
      const key = randomUUID();
      const cancelled = await (await postJson('/bookings/cancel', { bookingId }, key)).json();
      expect(cancelled).toMatchObject({ refunded: true, refund: { amount: '300000' } });
      expect(await balance()).toBe(before);
      const again = await (await postJson('/bookings/cancel', { bookingId }, key)).json();
      const otherKey = await (await postJson('/bookings/cancel', { bookingId })).json();
      expect([again, otherKey]).toEqual([cancelled, cancelled]);
      expect(await balance()).toBe(before);
    });
  }

  it('that does not exist cannot be cancelled', async () => {
    expect((await postJson('/bookings/cancel', { bookingId: 'bk_none' })).status).toBe(404);
    expect((await postJson('/bookings/cancel', {})).status).toBe(400);
  });

  it('gets a room that nobody else has for those nights', async () => {
    const [one, two] = await Promise.all([
      onEvm.buy({ url: url('/bookings'), body: { ...input, city: 'Porto' } }),
      onSolana.buy({ url: url('/bookings'), body: { ...input, city: 'Porto' } }),
    ]);
    expect(one.body['room']).not.toBe(two.body['room']);
  });
});

describe('the registry', () => {
  it('lists every service with its price, by category too', async () => {
    const all = (await (await fetch(url('/services'))).json()) as { services: Record<string, unknown>[] };
    expect(all.services.map(({ id }) => id)).toContain('hotel-booking');
    const travel = (await (await fetch(url('/services?category=travel'))).json()) as typeof all;
    expect(travel.services).toMatchObject([
      {
        id: 'hotel-booking',
        pricePerCall: 0.3,
        currency: 'USDC',
        compensation: { url: url('/bookings/cancel'), method: 'POST' },
      },
    ]);
  });

  it('gives the free service away', async () => {
    const response = await fetch(url('/symbols'));
    expect(response.status).toBe(200);
  });
});
