import { id, parseEther } from 'ethers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { send } from '../../contracts/test/chain.ts';
import { logArchive } from './log-archive.ts';
import { mockProof } from './mock-proof.fixture.ts';
import { priceOracle } from './price-oracle.ts';
import { CALL, open, startMarket, type Market } from './test-provider.ts';

let market: Market;
beforeAll(async () => (market = await startMarket()), 60_000);
afterAll(() => market.stop());

type Provider = Awaited<ReturnType<typeof open>>;
let oracle: Provider;
let clock: number;
beforeEach(async () => {
  clock = 1_800_000_000_000;
  oracle = await open(
    priceOracle('seed', () => (clock += 30_000)),
    { chain: market.settings },
  );
});
afterEach(() => oracle.stop());

const ETH = { base: 'ETH', quote: 'MNEE' };
let count = 0;
const newTask = (): string => `task-${++count}`;

describe('a payment on the chain', () => {
  test('gets the work done, once: the same task has the same answer, and another call hash form is the same', async () => {
    const proof = await market.pay(newTask());
    const first = await oracle.buy(ETH, proof);
    expect(first).toMatchObject({ status: 200, body: { ...ETH, taskId: proof.taskId } });
    expect(first.body['serviceCallHash']).toBe(proof.serviceCallHash);
    expect(first.body).not.toHaveProperty('mock');
    const again = await oracle.buy(ETH, { ...proof, serviceCallHash: `0x${proof.serviceCallHash}` });
    expect(again.body['price']).toBe(first.body['price']);
    const later = await oracle.buy(ETH, await market.pay(newTask()));
    expect(later.body['price']).not.toBe(first.body['price']); // the clock went on, so "the same" above is no accident
  });

  test('is good for one task', async () => {
    const proof = await market.pay(newTask());
    expect((await oracle.buy(ETH, proof)).status).toBe(200);
    const other = await oracle.buy(ETH, { ...proof, taskId: newTask() });
    expect(other).toMatchObject({ status: 402, body: { detail: 'paymentTx pays for another taskId.' } });
  });

  test.each([
    ['another service', async () => market.pay(newTask(), { service: 'LOG_ARCHIVE' }), 'another service'],
    [
      'another call',
      async () => ({ ...(await market.pay(newTask())), serviceCallHash: id('other').slice(2) }),
      'another serviceCallHash',
    ],
    [
      'nothing at all',
      async () => ({ ...(await market.pay(newTask())), paymentTx: id('absent') }),
      'not mined',
    ],
    [
      'a transaction that reverted',
      async () => {
        const sent = (await market.router.getFunction('payForService')(
          id('UNKNOWN'),
          'agent',
          'x',
          1n,
          CALL,
          { gasLimit: 300_000n },
        )) as { hash: string; wait(): Promise<unknown> };
        await sent.wait().catch(() => undefined);
        return { taskId: 'x', serviceCallHash: CALL.slice(2), paymentTx: sent.hash };
      },
      'reverted',
    ],
    [
      'a transaction that pays nobody',
      async () => {
        const { hash } = await send(
          market.registry,
          'updateService',
          id('BATCH_COMPUTE'),
          await market.router.getAddress(),
          1n,
          true,
          '',
          true,
        );
        return { taskId: newTask(), serviceCallHash: CALL.slice(2), paymentTx: hash };
      },
      'no payment of the router',
    ],
  ])('of %s is refused', async (_what, make, why) => {
    const { status, body } = await oracle.buy(ETH, await make());
    expect({ status, title: body['title'] }).toEqual({ status: 402, title: 'Payment Required' });
    expect(body['detail']).toContain(why);
  });

  test('of another router is refused', async () => {
    const other = await open(priceOracle('seed'), {
      chain: { ...market.settings, router: `0x${'12'.repeat(20)}` },
    });
    const { status, body } = await other.buy(ETH, await market.pay(newTask()));
    expect([status, body['detail']]).toEqual([402, 'paymentTx has no payment of the router.']);
    await other.stop();
  });

  test('of the mock mode is refused', async () => {
    const proof = mockProof(newTask());
    expect((await oracle.buy(ETH, proof)).status).toBe(402);
  });

  test('stays good when the price changes afterwards', async () => {
    const proof = await market.pay(newTask());
    const provider = (await oracle.buy(ETH, await market.pay(newTask()))).status;
    expect(provider).toBe(200);
    const { provider: payee } = (await market.registry.getFunction('getService')(id('PRICE_ORACLE'))) as {
      provider: string;
    };
    const price = (units: string) =>
      send(market.registry, 'updateService', id('PRICE_ORACLE'), payee, parseEther(units), true, '', true);
    await price('0.07');
    expect((await oracle.buy(ETH, proof)).status).toBe(200);
    await price('0.05');
  });

  test('for several units counts with its quantity', async () => {
    expect((await oracle.buy(ETH, await market.pay(newTask(), { quantity: 3n }))).status).toBe(200);
  });
});

test('a chain that does not answer is said: 503, come again', async () => {
  const chain = { ...market.settings, rpcUrl: 'http://127.0.0.1:9' };
  const lost = await open(priceOracle('seed'), { chain });
  const { status, body } = await lost.buy(ETH, await market.pay(newTask()));
  expect([status, body['title']]).toEqual([503, 'Service Unavailable']);
  await lost.stop();
});

test('a payment that is mined a moment later is waited for', async () => {
  const patient = await open(priceOracle('seed'), { chain: market.settings, waitMs: 5000 });
  await market.chain.provider.send('evm_setAutomine', [false]);
  try {
    const taskId = newTask();
    const sent = (await market.router.getFunction('payForService')(
      id('PRICE_ORACLE'),
      'agent',
      taskId,
      1n,
      CALL,
    )) as { hash: string };
    const asked = patient.buy(ETH, { taskId, serviceCallHash: CALL, paymentTx: sent.hash });
    await market.chain.provider.send('evm_mine', []);
    expect((await asked).status).toBe(200);
  } finally {
    await market.chain.provider.send('evm_setAutomine', [true]);
    await patient.stop();
  }
});

describe('over a restart', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'providers-'))));
  afterEach(() => rmSync(dir, { recursive: true }));
  const entry = { content: 'a line', agent_id: 'agent' };
  const pay = () => market.pay(newTask(), { service: 'LOG_ARCHIVE' });
  const options = () => ({ chain: market.settings, dir });

  test('a task keeps its answer, and its payment buys no other', async () => {
    const first = await open(logArchive, options());
    const proof = await pay();
    const answer = await first.buy(entry, proof);
    await first.stop();
    const second = await open(logArchive, options());
    expect(await second.buy(entry, proof)).toEqual(answer);
    expect((await second.buy(entry, { ...proof, taskId: newTask() })).status).toBe(402);
    expect((await second.ask('/logs/stats')).body).toEqual({ total_logs: 1 });
    await second.stop();
  });

  test('a payment whose task was forgotten buys nothing again', async () => {
    const first = await open(logArchive, { ...options(), limit: 1 });
    const [old, young] = [await pay(), await pay()];
    expect((await first.buy(entry, old)).status).toBe(200);
    expect((await first.buy(entry, young)).status).toBe(200);
    expect((await first.buy(entry, old)).body['detail']).toContain('too old');
    await first.stop();
    const second = await open(logArchive, { ...options(), limit: 1 });
    expect((await second.buy(entry, old)).body['detail']).toContain('too old');
    expect((await second.buy(entry, young)).status).toBe(200);
    await second.stop();
  });

  test('equal requests at once are one piece of work', async () => {
    const archive = await open(logArchive, options());
    const proof = await pay();
    const answers = await Promise.all(Array.from({ length: 8 }, () => archive.buy(entry, proof)));
    for (const { status, body } of answers)
      expect({ status, totalLogs: body['totalLogs'] }).toEqual({ status: 200, totalLogs: 1 });
    expect((await archive.ask('/logs/stats')).body).toEqual({ total_logs: 1 });
    await archive.stop();
  });
});
