import type { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createBooks } from './support/books.ts';
import {
  DIRECT_WAYS,
  openRegistry,
  payeeHas,
  PRICE,
  startDirect,
  type DirectPurchase,
  type DirectWay,
} from './support/direct.ts';
import { eventTypes, evmProvider, paymentOf, reserveOf } from './support/looking.ts';
import { startMoneyStack, type MoneyStack } from './support/money-stack.ts';

const TOKENS: DirectWay = { rail: 'solana-transfer', code: 'USDC' };

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

describe('the check of chains against books', () => {
  /** Nobody approved the payments of these tests. */
  const found = async (): Promise<unknown[]> =>
    (await createBooks(stack).check()).filter(({ kind }) => kind !== 'over_approval');

  /** A signed payment, in books that agree with the chains although tests invent deposits. */
  async function signed(way: DirectWay): Promise<DirectPurchase> {
    const purchase = await startDirect(stack, way, { agree: async () => undefined });
    await createBooks(stack).level();
    await purchase.sign(stack.activities());
    return purchase;
  }

  test.each(DIRECT_WAYS)('finds nothing after a $rail in $code', async (way) => {
    const activities = stack.activities();
    const purchase = await signed(way);
    await purchase.submit(activities);
    await purchase.endsPaid(activities);
    expect(await found()).toEqual([]);
  });

  test('expects what a transfer costs before that is booked', async () => {
    const rail = stack.deps().rails.find(stack.assets.solanaNetwork, 'solana-transfer')!;
    const had = await rail.holdsFinally(null);
    const activities = stack.activities();
    const purchase = await signed(TOKENS);
    await purchase.submit(activities);
    await expect.poll(() => rail.holdsFinally(null)).toBeLessThan(had);
    expect(await found()).toEqual([]);
    await purchase.endsPaid(activities);
  });
});
