import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callRpc } from '../../embedded/chains/json-rpc.ts';
import { quoteFor, sending, soon, untilDone } from './support/buying.ts';
import { startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, paymentOf, reserveOf, type Way } from './support/looking.ts';
import { PRICE, startPurchase } from './support/purchase.ts';
import { holdBackSlots, showNothing } from './support/solana-hands.ts';

const USDC: Way = { path: '/solana', code: 'USDC' };
const WRAPPED: Way = { path: '/sol', code: 'SOL' };
const OTHER_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';

let stack: HostileStack;
beforeAll(async () => {
  stack = await startHostileStack();
});
afterEach(() => stack.heal());
afterAll(() => stack.stop());

const statusOf = async (intentId: string) => (await paymentOf(stack, intentId)).status;

/** Bought and settled, not final yet. */
async function settled() {
  const activities = stack.activities();
  const purchase = await startPurchase(stack, USDC);
  const intentId = await purchase.sign(activities);
  const before = await stack.wallets.connection.getSlot('confirmed');
  const outcome = await activities.submitPayment(sending(purchase.call, intentId));
  expect(outcome).toMatchObject({ kind: 'settled' });
  return { ...purchase, activities, intentId, before };
}

test('a blockhash that expires while the node is down voids the payment only when its absence is final', async () => {
  const activities = stack.activities({ confirmMs: 0 });
  const purchase = await startPurchase(stack, USDC);
  const intentId = await purchase.sign(activities);
  stack.theirs.solana.fault('sendTransaction', { kind: 'down' });
  stack.ours.solana.fault('*', { kind: 'down' });
  expect((await activities.submitPayment(sending(purchase.call, intentId))).kind).toBe('unclear');
  const { lastValidBlockHeight } = (await paymentOf(stack, intentId)).proof as {
    lastValidBlockHeight: number;
  };
  await expect
    .poll(() => stack.wallets.connection.getBlockHeight('confirmed'))
    .toBeGreaterThan(lastValidBlockHeight);
  expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
  expect(await reserveOf(stack, purchase.runId, 'USDC')).toMatchObject({ held: PRICE });
  stack.heal();
  expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
  await expect.poll(() => purchase.reconcile(activities, intentId)).toEqual({ kind: 'void' });
  await purchase.endsUnpaid(intentId);

  const again = { ...purchase.call, generation: 2, attempt: 2 };
  const second = await purchase.sign(activities, again);
  expect(second).not.toBe(intentId);
  const paid = stack.activities();
  expect(await paid.submitPayment(sending(again, second))).toMatchObject({ kind: 'settled' });
  await purchase.endsPaidOnce(paid, second);
});

describe('a node', () => {
  test('that lags behind a settled payment takes nothing back', async () => {
    const { activities, intentId, runId, before, reconcile, endsPaidOnce } = await settled();
    holdBackSlots(stack.ours.solana, before);
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
    expect(await statusOf(intentId)).toBe('settled');
    expect(await attentionKinds(stack, runId)).toEqual([]);
    stack.heal();
    await endsPaidOnce(activities, intentId);
  });

  test('of another cluster neither proves a payment void nor takes it back', async () => {
    const { activities, intentId, runId, reconcile, endsPaidOnce } = await settled();
    showNothing(stack.ours.solana);
    stack.ours.solana.fault('getGenesisHash', { kind: 'answer', result: () => OTHER_GENESIS });
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
    expect(await statusOf(intentId)).toBe('settled');
    expect(await attentionKinds(stack, runId)).toEqual([]);
    stack.heal();
    await endsPaidOnce(activities, intentId);
  });

  test('without the history of a payment neither proves it void nor takes it back', async () => {
    const { activities, intentId, runId, reconcile, endsPaidOnce } = await settled();
    showNothing(stack.ours.solana);
    stack.ours.solana.fault('getFirstAvailableBlock', { kind: 'answer', result: () => 999_999_999 });
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
    expect(await statusOf(intentId)).toBe('settled');
    expect(await attentionKinds(stack, runId)).toEqual([]);
    stack.heal();
    await endsPaidOnce(activities, intentId);
  });

  test('on a fork where the payment failed does not void what the finalized chain shows', async () => {
    const { activities, intentId, reconcile, endsPaidOnce } = await settled();
    stack.ours.solana.fault('getEpochInfo', {
      kind: 'change',
      result: (info) => ({ ...(info as object), absoluteSlot: 1_000_000_000 }),
    });
    stack.ours.solana.fault('getTransaction', {
      kind: 'change',
      result: (found, params) => {
        const [, { commitment }] = params as [string, { commitment: string }];
        const { meta, ...rest } = found as { meta: object };
        return commitment === 'finalized' ? null : { ...rest, meta: { ...meta, err: 'AccountInUse' } };
      },
    });
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
    expect(await statusOf(intentId)).toBe('unknown');
    stack.heal();
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'settled' });
    await endsPaidOnce(activities, intentId);
  });
});

test('equal payments that a stuck node would give one signature get different ones', async () => {
  const activities = stack.activities();
  const { url: seller } = await stack.openShop({ memo: 'order 7' });
  const first = await startPurchase(stack, USDC, { seller });
  const second = await startPurchase(stack, USDC, { seller });
  const latest = await stack.wallets.connection.getLatestBlockhashAndContext('confirmed');
  stack.ours.solana.fault('getLatestBlockhash', { kind: 'answer', result: () => latest });
  const intentId = await first.sign(activities);
  const other = await quoteFor(activities, second.call);
  const ride = { runId: second.runId, events: [] };
  const sign = () => activities.signPayment({ ride, intentId: other, signBeforeMs: soon() });
  await expect(sign()).rejects.toThrow(/equal payments/);
  expect(await paymentOf(stack, other)).toMatchObject({ status: 'prepared', fingerprint: null });
  stack.heal();
  expect(await sign()).toEqual({ kind: 'signed' });
  expect(await activities.submitPayment(sending(first.call, intentId))).toMatchObject({ kind: 'settled' });
  await first.endsPaidOnce(activities, intentId);
  expect(await activities.submitPayment(sending(second.call, other))).toMatchObject({
    kind: 'settled',
  });
  const hashes = await Promise.all([intentId, other].map(async (id) => (await paymentOf(stack, id)).tx_hash));
  expect(new Set(hashes).size).toBe(2);
});

describe('wrapping coins', () => {
  test.each([
    ['takes the transaction and never answers', { kind: 'silent' }],
    ['takes the transaction and says that it failed', { kind: 'lie', message: 'internal error' }],
  ] as const)('over a node that %s costs what the books say', async (_, fault) => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, WRAPPED);
    const intentId = await quoteFor(activities, purchase.call);
    stack.ours.solana.fault('sendTransaction', fault);
    const sent = stack.ours.solana.calls('sendTransaction');
    const ride = { runId: purchase.runId, events: [] };
    const sign = () => activities.signPayment({ ride, intentId, signBeforeMs: soon() });
    expect(await untilDone(sign)).toEqual({ kind: 'signed' });
    expect(stack.ours.solana.calls('sendTransaction')).toBeGreaterThan(sent);
    stack.heal();
    expect(await activities.submitPayment(sending(purchase.call, intentId))).toMatchObject({
      kind: 'settled',
    });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('whose costs the node does not show yet is booked by the next try', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, WRAPPED);
    const intentId = await quoteFor(activities, purchase.call);
    stack.ours.solana.fault('getTransaction', { kind: 'error', message: 'not indexed yet' });
    const ride = { runId: purchase.runId, events: [] };
    const sign = () => activities.signPayment({ ride, intentId, signBeforeMs: soon() });
    await expect(sign()).rejects.toThrow(/not indexed yet/);
    stack.heal();
    expect(await sign()).toEqual({ kind: 'signed' });
    expect(await activities.submitPayment(sending(purchase.call, intentId))).toMatchObject({
      kind: 'settled',
    });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that the escrow cannot afford is refused before anything is signed, and the operator is told', async () => {
    const { connection, escrow } = stack.wallets;
    const activities = stack.activities();
    const purchase = await startPurchase(stack, WRAPPED);
    const intentId = await quoteFor(activities, purchase.call);
    const { lamports } = (await connection.getAccountInfo(escrow))!;
    const setLamports = (to: number) =>
      callRpc(stack.assets.solana.rpcUrl, 'surfnet_setAccount', [escrow.toBase58(), { lamports: to }]);
    await setLamports(5_000_000 + Number(PRICE) - 1);
    const ride = { runId: purchase.runId, events: [] };
    const sign = () => activities.signPayment({ ride, intentId, signBeforeMs: soon() });
    expect(await sign()).toMatchObject({ kind: 'refused', reason: 'float_short' });
    expect(await attentionKinds(stack, purchase.runId)).toEqual(['float_short']);
    expect(await reserveOf(stack, purchase.runId, 'SOL')).toMatchObject({ held: 0n });
    await setLamports(lamports);
    expect(await sign()).toEqual({ kind: 'signed' });
    expect(await activities.submitPayment(sending(purchase.call, intentId))).toMatchObject({
      kind: 'settled',
    });
    await purchase.endsPaidOnce(activities, intentId);
  });
});
