import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sending } from './support/buying.ts';
import type { Fault } from './support/faulting-rpc.ts';
import { PATIENCE_MS, startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, reserveOf, type Way } from './support/looking.ts';
import { PRICE, startPurchase } from './support/purchase.ts';

let stack: HostileStack;
beforeAll(async () => {
  stack = await startHostileStack();
});
afterEach(() => stack.heal());
afterAll(() => stack.stop());

const FAULTS: [what: string, fault: Fault][] = [
  ['is down', { kind: 'down' }],
  ['answers 429', { kind: 'status', status: 429 }],
  ['answers 502', { kind: 'status', status: 502 }],
  ['answers half a message', { kind: 'garbage' }],
  ['answers null to everything', { kind: 'answer', result: () => null }],
  ['answers with an error', { kind: 'error', message: 'header not found' }],
  ['answers too late', { kind: 'late', ms: PATIENCE_MS * 2 }],
  ['never answers', { kind: 'silent' }],
];

/** What the facilitator's node does with the settling transaction. */
const SENDING: [what: string, lands: boolean, fault: Fault][] = [
  ['takes the transaction and never answers', true, { kind: 'silent' }],
  ['takes the transaction and says that it failed', true, { kind: 'lie', message: 'internal error' }],
  ['refuses the transaction', false, { kind: 'error', message: 'mempool is full' }],
];

const RAILS: (Way & { chain: 'evm' | 'solana'; sends: string })[] = [
  { path: '/evm', code: 'USDC', chain: 'evm', sends: 'eth_sendRawTransaction' },
  { path: '/solana', code: 'USDC', chain: 'solana', sends: 'sendTransaction' },
];

describe.each(RAILS)('paying at $path', ({ path, code, chain, sends }) => {
  test('over a node that fails in any way keeps delivered work, and nothing is given up or paid twice', async () => {
    const activities = stack.activities({ confirmMs: 0 });
    const purchase = await startPurchase(stack, { path, code });
    const intentId = await purchase.sign(activities);
    stack.ours[chain].fault('*', { kind: 'down' });
    const outcome = await activities.submitPayment(sending(purchase.call, intentId));
    expect(outcome).toMatchObject({ kind: 'unclear', code: 'UNCONFIRMED' });
    const handled = stack.shop.handled.length;
    for (const [what, fault] of FAULTS) {
      stack.ours[chain].fault('*', fault);
      const { kind } = await purchase.reconcile(activities, intentId);
      expect({ what, kind }).toEqual({ what, kind: 'unknown' });
    }
    expect(await reserveOf(stack, purchase.runId, code)).toMatchObject({ held: PRICE });
    stack.heal();
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'settled' });
    const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'settled' });
    expect(stack.shop.handled).toHaveLength(handled); // what was delivered is not asked for again
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('over a node that is down for minutes tells a person once for each long silence', async () => {
    const clock = { now: Date.now() };
    const activities = stack.activities({ now: () => clock.now, attentionAfterMs: 60_000 });
    const purchase = await startPurchase(stack, { path, code });
    const intentId = await purchase.sign(activities);
    const lookAfter = async (minutes: number) => {
      clock.now += minutes * 60_000;
      const { kind } = await purchase.reconcile(activities, intentId);
      return { kind, told: await attentionKinds(stack, purchase.runId) };
    };
    stack.ours[chain].fault('*', { kind: 'down' });
    expect(await lookAfter(0)).toEqual({ kind: 'unknown', told: [] });
    stack.heal();
    expect(await lookAfter(0)).toEqual({ kind: 'alive', told: [] });
    stack.ours[chain].fault('*', { kind: 'down' });
    expect(await lookAfter(10)).toEqual({ kind: 'unknown', told: [] }); // it may have been well until now
    expect(await lookAfter(2)).toEqual({ kind: 'unknown', told: ['payment_unknown'] });
    stack.heal();
    const outcome = await activities.submitPayment(sending(purchase.call, intentId));
    expect(outcome).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
    expect(await attentionKinds(stack, purchase.runId)).toEqual([]);
  });

  test.each(SENDING)('through a facilitator whose node %s pays once', async (_, lands, fault) => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, { path, code });
    const intentId = await purchase.sign(activities);
    stack.theirs[chain].fault(sends, fault);
    const outcome = await activities.submitPayment(sending(purchase.call, intentId));
    expect(outcome.kind).toBe('unclear');
    expect(stack.theirs[chain].calls(sends)).toBeGreaterThan(0);
    stack.heal();
    if (!lands) {
      expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
      const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
      expect(again).toMatchObject({ kind: 'settled' });
    }
    await expect.poll(() => purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
  });
});
