import type { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBooks } from './support/books.ts';
import { DIRECT_WAYS, openRegistry, payeeHas, PRICE, startDirect } from './support/direct.ts';
import { eventTypes, evmProvider, paymentOf, reserveOf } from './support/looking.ts';
import { startMoneyStack, type MoneyStack } from './support/money-stack.ts';

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

test('the check of chains against books knows the direct rails, and finds nothing', async () => {
  const books = createBooks(stack);
  await books.level();
  const activities = stack.activities();
  for (const way of DIRECT_WAYS) {
    const purchase = await startDirect(stack, way);
    await purchase.sign(activities);
    await purchase.submit(activities);
    await purchase.endsPaid(activities);
  }
  expect(await books.check()).toEqual([]);
});

test('what a transfer costs is expected by that check before it is booked', async () => {
  const books = createBooks(stack);
  await books.level();
  const [, way] = DIRECT_WAYS;
  const rail = stack.deps().rails.find(stack.assets.solanaNetwork, 'solana-transfer')!;
  const had = await rail.holdsFinally(null);
  const activities = stack.activities();
  const purchase = await startDirect(stack, way!);
  await purchase.sign(activities);
  await purchase.submit(activities);
  await expect.poll(() => rail.holdsFinally(null)).toBeLessThan(had);
  expect(await books.check()).toEqual([]);
  await purchase.endsPaid(activities);
});

describe.each(DIRECT_WAYS)('a $rail in $code', (way) => {
  test('pays the payee once and is posted when its chain calls it final', async () => {
    const activities = stack.activities();
    const before = await payeeHas(stack, way);
    const purchase = await startDirect(stack, way);
    const { runId, intentId } = purchase;
    await purchase.sign(activities);
    expect(await payeeHas(stack, way)).toBe(before);
    const outcome = await purchase.submit(activities);
    expect(outcome).toMatchObject({ kind: 'settled' });
    expect(await paymentOf(stack, intentId)).toMatchObject({
      status: 'settled',
      rail: way.rail,
      finalized: false,
    });
    expect(await payeeHas(stack, way)).toBe(before + PRICE);
    expect(await reserveOf(stack, runId, way.code)).toEqual({ posted: PRICE, held: PRICE, available: 0n });
    await purchase.endsPaid(activities);
    expect(await eventTypes(stack, runId)).toEqual([
      'payment.quoted',
      'payment.signed',
      'payment.submitted',
      'payment.settled',
      'step.completed',
    ]);
  });

  test('costs nothing more when every activity is repeated', async () => {
    const activities = stack.activities();
    const purchase = await startDirect(stack, way);
    await purchase.sign(activities);
    await purchase.sign(activities);
    const first = await purchase.submit(activities);
    const second = await purchase.submit(activities);
    expect(second).toEqual(first);
    await purchase.endsPaid(activities);
    expect(await purchase.submit(activities)).toEqual(first);
    expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'settled' });
  });
});
