import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buy, quoteFor, request, soon } from './support/buying.ts';
import type { Fault } from './support/faulting-rpc.ts';
import { holdBooks, PATIENCE_MS, startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { paymentOf, reserveOf, sellerHas, sweepUntil, type Way } from './support/looking.ts';
import { paidStep } from './support/money-stack.ts';

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

/** What the facilitator's node does with the transaction that settles. */
const SENDING: [what: string, landed: boolean, fault: Fault][] = [
  ['takes the transaction and never answers', true, { kind: 'silent' }],
  ['takes the transaction and says that it failed', true, { kind: 'lie', message: 'internal error' }],
  ['refuses the transaction', false, { kind: 'error', message: 'mempool is full' }],
];

const RAILS: (Way & { chain: 'evm' | 'solana'; sends: string })[] = [
  { path: '/evm', code: 'USDC', chain: 'evm', sends: 'eth_sendRawTransaction' },
  { path: '/solana', code: 'USDC', chain: 'solana', sends: 'sendTransaction' },
];

describe.each(RAILS)('paying at $path', ({ path, code, chain, sends }) => {
  const way = { path, code };

  async function prepare() {
    const { runId } = await stack.newRun(code, 1_000_000n);
    const before = await sellerHas(stack, way);
    const call = request(runId, paidStep(stack.shop.url + path), code, { timeoutMs: 2_000 });
    return {
      runId,
      call,
      ride: { runId, events: [] },
      got: async () => (await sellerHas(stack, way)) - before,
    };
  }

  test('over a node that fails in any way: delivered work is kept, nothing is paid twice or given up', async () => {
    const agree = await holdBooks(stack);
    const activities = stack.activities({ confirmMs: 0 });
    const { runId, call, ride, got } = await prepare();
    const intentId = await quoteFor(activities, call);
    await activities.signPayment({ ride, runId, intentId, signBeforeMs: soon() });
    stack.ours[chain].fault('*', { kind: 'down' });
    expect(await activities.submitPayment({ ...call, intentId })).toMatchObject({
      kind: 'unclear',
      code: 'UNCONFIRMED',
    });
    const handled = stack.shop.handled.length;
    for (const [what, fault] of FAULTS) {
      stack.ours[chain].fault('*', fault);
      const truth = await activities.reconcilePayment({ ride, runId, intentId });
      expect({ what, kind: truth.kind }).toEqual({ what, kind: 'unknown' });
    }
    expect(await reserveOf(stack, runId, code)).toMatchObject({ held: 250_000n });
    stack.heal();
    expect(await activities.reconcilePayment({ ride, runId, intentId })).toMatchObject({ kind: 'settled' });
    expect(await activities.submitPayment({ ...call, attempt: 2, intentId })).toMatchObject({
      kind: 'settled',
    });
    expect(stack.shop.handled).toHaveLength(handled); // what was delivered is not asked for again
    await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
    expect(await got()).toBe(250_000n);
    expect(await reserveOf(stack, runId, code)).toEqual({ posted: 0n, held: 0n, available: 0n });
    await agree();
  });

  test.each(SENDING)('through a facilitator whose node %s pays once', async (_, lands, fault) => {
    const agree = await holdBooks(stack);
    const activities = stack.activities();
    const { runId, call, ride, got } = await prepare();
    stack.theirs[chain].fault(sends, fault);
    const { intentId, outcome } = await buy(activities, call);
    expect(outcome.kind).toBe('unclear');
    expect(stack.theirs[chain].calls(sends)).toBeGreaterThan(0);
    if (!lands) {
      expect(await activities.reconcilePayment({ ride, runId, intentId })).toMatchObject({ kind: 'alive' });
      stack.heal();
      expect(await activities.submitPayment({ ...call, attempt: 2, intentId })).toMatchObject({
        kind: 'settled',
      });
    }
    await expect
      .poll(() => activities.reconcilePayment({ ride, runId, intentId }))
      .toMatchObject({ kind: 'settled' });
    await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
    expect(await got()).toBe(250_000n);
    expect(await reserveOf(stack, runId, code)).toEqual({ posted: 0n, held: 0n, available: 0n });
    await agree();
  });
});
