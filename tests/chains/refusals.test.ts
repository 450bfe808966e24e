import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import type { Rail, Rails } from '../../domain/payments/rail.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { quoteFor, request, soon } from './support/buying.ts';
import { attentionKinds, eventTypes, paymentOf, reserveOf } from './support/looking.ts';
import { paidStep, startMoneyStack, TENANT, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
beforeAll(async () => {
  stack = await startMoneyStack();
});
afterAll(() => stack.stop());

const escrowOf = (userId: string) =>
  readBalance(stack.db.pool, escrowAccount(TENANT, userId, escrowAsset(stack.book, 'USDC')!).account);

async function quoted(balance: bigint, path = '/solana') {
  const run = await stack.newRun('USDC', balance);
  const step = paidStep(stack.seller.url + path);
  const intentId = await quoteFor(stack.activities(), request(run.runId, step, 'USDC'));
  return { ...run, intentId, ride: { runId: run.runId, events: [] } };
}

describe('before anything is signed', () => {
  test('the reserve is topped up from the escrow by exactly what it lacks', async () => {
    const { runId, userId, intentId, ride } = await quoted(1_000_000n);
    const activities = stack.activities();
    await activities.reserveForRun({ ride, runId, revision: 1, upTo: '100000', asset: 'USDC' });
    expect(await activities.signPayment({ ride, intentId, signBeforeMs: soon() })).toEqual({
      kind: 'signed',
    });
    expect(await reserveOf(stack, runId, 'USDC')).toEqual({
      posted: 250_000n,
      held: 250_000n,
      available: 0n,
    });
    expect((await escrowOf(userId)).available).toBe(750_000n);
  });

  test('an escrow that has too little refuses with low_balance and keeps everything where it was', async () => {
    const { userId, intentId, ride } = await quoted(249_999n);
    const outcome = await stack.activities().signPayment({ ride, intentId, signBeforeMs: soon() });
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'low_balance', shortBy: '1' });
    expect((await escrowOf(userId)).available).toBe(249_999n);
    expect((await paymentOf(stack, intentId)).status).toBe('quoted');
  });

  test('an escrow with too little is enough as soon as the missing amount is there', async () => {
    const activities = stack.activities();
    const { runId, userId, intentId, ride } = await quoted(249_999n);
    expect(await activities.checkFunds({ intentId })).toEqual({ funded: false });
    const usdc = escrowAsset(stack.book, 'USDC')!;
    const entries = move(worldAccount(usdc), escrowAccount(TENANT, userId, usdc), 1n);
    const id = `deposit:more:${runId}`;
    await applyTransfer(stack.db.pool, { id, kind: 'deposit', state: 'posted', tenant: TENANT, entries });
    expect(await activities.checkFunds({ intentId })).toEqual({ funded: true });
    expect(await stack.activities({ rails: poorer(stack.deps().rails) }).checkFunds({ intentId })).toEqual({
      funded: false,
    });
    expect(await activities.signPayment({ ride, intentId, signBeforeMs: soon() })).toEqual({
      kind: 'signed',
    });
  });

  test('an approval that has expired refuses, even when the money was held already', async () => {
    const { runId, intentId, ride } = await quoted(1_000_000n);
    const late = { ride, runId, intentId, signBeforeMs: Date.now() - 1 };
    expect(await stack.activities().signPayment(late)).toMatchObject({ kind: 'refused', reason: 'expired' });
    const crashing = stack.activities({
      checkpoint: (name) => {
        if (name === 'payment.prepared') throw new Error('crash');
      },
    });
    await expect(crashing.signPayment({ ...late, signBeforeMs: soon() })).rejects.toThrow('crash');
    expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 250_000n });
    expect(await stack.activities().signPayment(late)).toMatchObject({ kind: 'refused', reason: 'expired' });
    expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 0n });

    // After another approval there is a new hold, and the same intent is paid.
    expect(await stack.activities().signPayment({ ...late, signBeforeMs: soon() })).toEqual({
      kind: 'signed',
    });
    expect(await reserveOf(stack, runId, 'USDC')).toEqual({
      posted: 250_000n,
      held: 250_000n,
      available: 0n,
    });
  });

  test('a float that cannot cover the payment refuses and tells the operator', async () => {
    const { runId, intentId, ride } = await quoted(1_000_000n, '/evm');
    const rails = poorer(stack.deps().rails);
    const outcome = await stack.activities({ rails }).signPayment({ ride, intentId, signBeforeMs: soon() });
    expect(outcome).toMatchObject({ kind: 'refused', reason: 'float_short', shortBy: '1' });
    expect(await attentionKinds(stack, runId)).toEqual(['float_short']);
    expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 0n });
    expect(await stack.activities().checkFunds({ intentId })).toEqual({ funded: true });
    expect(await attentionKinds(stack, runId)).toEqual([]);
  });

  test('coins that are owed to others are not wrapped for a seller, and the item closes when the account has more', async () => {
    const sol = escrowAsset(stack.book, 'SOL')!;
    const activities = stack.activities();
    const { runId } = await stack.newRun('SOL', 1_000_000_000n);
    const ride = { runId, events: [] };
    const intentId = await quoteFor(activities, request(runId, paidStep(`${stack.seller.url}/sol`), 'SOL'));
    const { userId } = await stack.newRun('SOL', 0n);
    const owed = escrowAccount(TENANT, userId, sol);
    await stack.fund(userId, sol, 100_000_000_000n); // more than there is
    const sign = () => activities.signPayment({ ride, intentId, signBeforeMs: soon() });
    await expect(sign()).rejects.toThrow(/are owed to others/);
    expect(await attentionKinds(stack, runId)).toContain('payment_unfunded');
    const { posted } = await readBalance(stack.db.pool, owed.account);
    const entries = move(owed, worldAccount(sol), posted);
    const back = { id: `back:${userId}`, kind: 'withdrawal', state: 'posted', tenant: TENANT } as const;
    expect(await applyTransfer(stack.db.pool, { ...back, entries })).toBe('applied');
    expect(await sign()).toEqual({ kind: 'signed' });
    expect(await attentionKinds(stack, runId)).toEqual([]);
  });

  test('a quoted price may change until something is held for it', async () => {
    const { runId, intentId, ride } = await quoted(1_000_000n);
    const call = request(
      runId,
      paidStep(`${stack.chains.servicesUrl}/statistics`, { params: { series: [1, 2, 3] } }),
      'USDC',
    );
    await stack.db.pool.query(`update payment set amount = 1 where id = $1`, [intentId]);
    expect(await stack.activities().callService(call)).toMatchObject({
      intentId,
      quote: { amount: '20000' },
    });
    await stack.activities().signPayment({ ride, intentId, signBeforeMs: soon() });
    const dearer = request(runId, paidStep(`${stack.seller.url}/solana`), 'USDC', { attempt: 2 });
    expect(await stack.activities().callService(dearer)).toMatchObject({
      intentId,
      quote: { amount: '20000' },
    });
  });
});

/** A wallet with one unit too little for the test seller's price. */
function poorer(rails: Rails): Rails {
  const poor = (rail: Rail | undefined): Rail | undefined =>
    rail && { ...rail, available: async () => 249_999n };
  return { ...rails, find: (...which) => poor(rails.find(...which)) };
}

describe('a call that does not lead to a payment', () => {
  const call = async (over: Parameters<typeof paidStep>[1], url = `${stack.seller.url}/solana`) => {
    const { runId } = await stack.newRun('USDC', 0n);
    const step = paidStep(url, over);
    return { runId, outcome: await stack.activities().callService(request(runId, step, 'USDC')) };
  };

  test('fails unpaid when its mapping leads nowhere', async () => {
    const { outcome } = await call({ inputMapping: { what: 'nothing.there' } });
    expect(outcome).toMatchObject({ kind: 'failed', code: 'INPUT_MISSING' });
  });

  test('fails when the seller takes only another asset', async () => {
    const { outcome } = await call({}, `${stack.seller.url}/sol`);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'PAYMENT_UNSUPPORTED' });
  });

  test('may be repeated when the service is busy, after the time it asks for', async () => {
    const { runId, outcome } = await call({}, `${stack.seller.url}/flaky`);
    expect(outcome).toMatchObject({ kind: 'retry', code: 'HTTP_503', retryAfterMs: 2000 });
    expect(await eventTypes(stack, runId)).toEqual(['step.started', 'step.progress']);
  });

  test('may be repeated when nobody answers', async () => {
    const { outcome } = await call({}, 'http://127.0.0.1:1/none');
    expect(outcome).toMatchObject({ kind: 'retry', code: 'NETWORK' });
  });

  test('fails when the service says that the request is wrong', async () => {
    const { outcome } = await call({ method: 'GET' }, `${stack.seller.url}/nothing-here`);
    expect(outcome).toMatchObject({ kind: 'failed', code: 'HTTP_404' });
  });
});

test('a run that ends gives back what is not signed and keeps what is', async () => {
  const { runId, userId, intentId, ride } = await quoted(1_000_000n);
  const activities = stack.activities();
  await activities.reserveForRun({ ride, runId, revision: 1, upTo: '800000', asset: 'USDC' });
  await activities.signPayment({ ride, intentId, signBeforeMs: soon() });
  const other = request(runId, paidStep(`${stack.seller.url}/solana`, { id: 'other' }), 'USDC');
  const unsigned = await quoteFor(activities, other);
  const totals = { cost: '0', timeMs: 5, asset: 'USDC', decimals: 6 };
  const finish = { ride, runId, status: 'cancelled', outputs: {}, totals, attention: [] } as const;
  await activities.finishRun({ ...finish, attention: [] });
  await activities.finishRun({ ...finish, attention: [] });
  expect(await escrowOf(userId)).toMatchObject({ available: 750_000n });
  expect(await reserveOf(stack, runId, 'USDC')).toEqual({ posted: 250_000n, held: 250_000n, available: 0n });
  expect((await paymentOf(stack, unsigned)).status).toBe('rejected');
  expect((await eventTypes(stack, runId)).at(-1)).toBe('run.cancelled');
});
