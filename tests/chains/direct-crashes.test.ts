import type { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CrashPoint } from '../../domain/crash-points.ts';
import { openDatabase } from '../../db/database.ts';
import { DIRECT_WAYS, openRegistry, payeeHas, PRICE, startDirect } from './support/direct.ts';
import { holdBooks } from './support/hostile-stack.ts';
import { evmProvider, paymentOf } from './support/looking.ts';
import { crashAt, startMoneyStack, type Activities, type MoneyStack } from './support/money-stack.ts';

const POINTS: CrashPoint[] = [
  'payment.prepared',
  'payment.created',
  'payment.signed',
  'payment.submitted',
  'payment.answered',
  'payment.settled',
];
const ROUTER = DIRECT_WAYS[0]!;
const WRITERS = 10;

let stack: MoneyStack;
let evm: JsonRpcProvider;
beforeAll(async () => {
  stack = await startMoneyStack();
  evm = evmProvider(stack.assets.evm.rpcUrl);
  await openRegistry(stack, evm);
});
afterAll(async () => {
  evm.destroy();
  await stack.stop();
});

const nonceOf = async (intentId: string): Promise<number> =>
  Number((await paymentOf(stack, intentId)).proof['nonce']);

const minedOf = (): Promise<number> => evm.getTransactionCount(stack.assets.evm.operator.address, 'latest');

describe.each(DIRECT_WAYS)('a $rail in $code', (way) => {
  test.each(POINTS)('survives a crash at %s with one transfer, and the books agree', async (point) => {
    const activities = stack.activities({ checkpoint: crashAt(point) });
    const purchase = await startDirect(stack, way);
    await purchase.sign(activities);
    expect(await purchase.submit(activities)).toMatchObject({ kind: 'settled' });
    await purchase.endsPaid(activities);
  });

  test('whose process dies after posting is found posted', async () => {
    const activities = stack.activities({ checkpoint: crashAt('payment.posted') });
    const purchase = await startDirect(stack, way);
    await purchase.sign(activities);
    await purchase.submit(activities);
    await purchase.endsPaid(activities);
  });

  test('is signed and sent once by several workers at the same time', async () => {
    const activities = stack.activities();
    const purchase = await startDirect(stack, way);
    await Promise.all([1, 2, 3].map(() => purchase.sign(activities)));
    const outcomes = await Promise.all([1, 2].map(() => purchase.submit(activities)));
    expect(outcomes.map(({ kind }) => kind)).toEqual(['settled', 'settled']);
    await purchase.endsPaid(activities);
  });
});

describe('the queue of an account', () => {
  test('leaves no gap when a process dies with a number that it has signed with', async () => {
    const before = await minedOf();
    const crashing = stack.activities({ checkpoint: crashAt('payment.created') });
    const purchase = await startDirect(stack, ROUTER);
    await purchase.sign(crashing);
    expect(await nonceOf(purchase.intentId)).toBe(before + 1); // the number before allows the amount
    await purchase.submit(crashing);
    await purchase.endsPaid(crashing);
    expect(await minedOf()).toBe(before + 2);
  });

  test('gives consecutive numbers to ten writers with connections of their own, and each payment lands once', async () => {
    const before = await minedOf();
    const had = await payeeHas(stack, ROUTER);
    const agree = await holdBooks(stack);
    const writers = await Promise.all(Array.from({ length: WRITERS }, () => openWriter()));
    const apart = { agree: async () => undefined }; // all are compared together, below
    const purchases = await Promise.all(writers.map(() => startDirect(stack, ROUTER, apart)));
    await Promise.all(purchases.map((purchase, index) => purchase.sign(writers[index]!.activities)));
    const numbers = await Promise.all(purchases.map(({ intentId }) => nonceOf(intentId)));
    expect(numbers.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: WRITERS }, (_, index) => before + 2 * index + 1),
    );
    // In any order: what is too early waits in the pool.
    await Promise.all(
      purchases.toReversed().map((purchase, index) => purchase.submit(writers[index]!.activities)),
    );
    const activities = stack.activities();
    for (const purchase of purchases) await purchase.endsPaid(activities);
    expect((await payeeHas(stack, ROUTER)) - had).toBe(BigInt(WRITERS) * PRICE);
    await agree();
    expect(await minedOf()).toBe(before + 2 * WRITERS);
    await Promise.all(writers.map(({ close }) => close()));
  });
});

/** Activities with a pool of connections of their own, like another process. */
async function openWriter(): Promise<{ activities: Activities; close(): Promise<void> }> {
  const db = await openDatabase(stack.databaseUrl, { poolSize: 2 });
  return { activities: stack.activities({ db }), close: () => db.close() };
}
