import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CrashPoint } from '../../domain/crash-points.ts';
import { quoteFor, request, sending, soon, untilDone } from './support/buying.ts';
import {
  paymentOf,
  reserveOf,
  sellerBooked,
  sellerHas,
  sweepUntil,
  WAYS,
  type Way,
} from './support/looking.ts';
import {
  crashAt,
  paidStep,
  startMoneyStack,
  type Activities,
  type MoneyStack,
} from './support/money-stack.ts';

const POINTS: CrashPoint[] = [
  'payment.prepared',
  'payment.created',
  'payment.signed',
  'payment.submitted',
  'payment.answered',
  'payment.settled',
];

let stack: MoneyStack;
beforeAll(async () => {
  stack = await startMoneyStack();
});
afterAll(() => stack.stop());

/**
 * What the workflow does after a submit: it looks at the chain, and submits again once when the payment landed without
 * an output.
 */
async function follow(
  activities: Activities,
  runId: string,
  code: string,
  path: string,
  intentId: string,
): Promise<string> {
  const call = request(runId, paidStep(stack.seller.url + path), code);
  const ride = { runId, events: [] };
  for (let attempt = 1; attempt <= 5; attempt++) {
    const outcome = await untilDone(() => activities.submitPayment(sending({ ...call, attempt }, intentId)));
    if (outcome.kind === 'settled') return 'settled';
    const truth = await activities.reconcilePayment({ ride, intentId });
    if (truth.kind === 'settled' && attempt > 1) return 'paid without an output';
  }
  return 'unknown';
}

async function transactionsOf(way: Way, before: bigint): Promise<bigint> {
  return ((await sellerHas(stack, way)) - before) / 250_000n;
}

describe.each(WAYS)('paying $code at $path', ({ path, code }) => {
  test.each(POINTS)(
    'survives a crash at %s with one transfer on the chain, and the ledger says the same',
    async (point) => {
      const way = { path, code };
      const activities = stack.activities({ checkpoint: crashAt(point) });
      const { runId } = await stack.newRun(code, 1_000_000n);
      const before = await sellerHas(stack, way);
      const booked = await sellerBooked(stack, way);
      const intentId = await quoteFor(activities, request(runId, paidStep(stack.seller.url + path), code));
      const ride = { runId, events: [] };
      await untilDone(() => activities.signPayment({ ride, intentId, signBeforeMs: soon() }));
      const end = await follow(activities, runId, code, path, intentId);

      // A seller that forgets cannot repeat an answer which we lost; the money is still accounted for.
      expect(end).toBe(point === 'payment.answered' ? 'paid without an output' : 'settled');
      await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
      expect(await transactionsOf(way, before)).toBe(1n);
      expect((await sellerBooked(stack, way)) - booked).toBe(250_000n);
      expect(await reserveOf(stack, runId, code)).toEqual({ posted: 0n, held: 0n, available: 0n });
    },
  );

  test('signs once although two workers sign and submit at the same time', async () => {
    const way = { path, code };
    const activities = stack.activities();
    const { runId } = await stack.newRun(code, 1_000_000n);
    const before = await sellerHas(stack, way);
    const call = request(runId, paidStep(stack.seller.url + path), code);
    const intentId = await quoteFor(activities, call);
    const ride = { runId, events: [] };
    const sign = () => activities.signPayment({ ride, intentId, signBeforeMs: soon() });
    expect(await Promise.all([sign(), sign(), sign()])).toEqual(
      Array.from({ length: 3 }, () => ({ kind: 'signed' })),
    );
    const submit = () => activities.submitPayment(sending(call, intentId));
    const outcomes = await Promise.all([submit(), submit()]);
    expect(outcomes.some(({ kind }) => kind === 'settled')).toBe(true);
    await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
    expect(await transactionsOf(way, before)).toBe(1n);
    expect(await reserveOf(stack, runId, code)).toEqual({ posted: 0n, held: 0n, available: 0n });
  });
});
