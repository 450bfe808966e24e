import { expect } from 'vitest';
import type { CallRequest } from '../../../domain/ports/calling.ts';
import type { ReconcileOutcome } from '../../../domain/ports/payments.ts';
import { quoteFor, request, soon } from './buying.ts';
import { holdBooks, type HostileStack } from './hostile-stack.ts';
import { paymentOf, reserveOf, sellerHas, sweepUntil, type Way } from './looking.ts';
import { paidStep, type Activities } from './money-stack.ts';

export const PRICE = 250_000n;

/** One purchased step, with the questions that every test asks afterwards. */
export interface Purchase {
  runId: string;
  call: CallRequest;
  /** Quotes and signs; answers the intent. */
  sign(activities: Activities, call?: CallRequest): Promise<string>;
  reconcile(activities: Activities, intentId: string): Promise<ReconcileOutcome>;
  /**
   * Sweeps until the payment is final, then requires one transfer on the chain, nothing held, and books like the chain.
   */
  endsPaidOnce(activities: Activities, intentId: string): Promise<void>;
  /** Requires that nothing is on the chain and the whole price is back in the reserve. */
  endsUnpaid(intentId: string): Promise<void>;
}

export async function startPurchase(
  stack: HostileStack,
  way: Way,
  { seller = stack.shop.url, timeoutMs = 2_000 } = {},
): Promise<Purchase> {
  const { path, code } = way;
  await sweepUntil(stack.activities(), async () => (await countSettling(stack)) === 0);
  const agree = await holdBooks(stack);
  const { runId } = await stack.newRun(code, 1_000_000n);
  const had = await sellerHas(stack, way);
  const call = request(runId, paidStep(seller + path), code, { timeoutMs });
  const ride = { runId, events: [] };
  return {
    runId,
    call,
    async sign(activities, asked = call) {
      const intentId = await quoteFor(activities, asked);
      const signed = await activities.signPayment({ ride, intentId, signBeforeMs: soon() });
      expect(signed).toEqual({ kind: 'signed' });
      return intentId;
    },
    reconcile: (activities, intentId) => activities.reconcilePayment({ ride, intentId }),
    async endsPaidOnce(activities, intentId) {
      await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
      expect((await sellerHas(stack, way)) - had).toBe(PRICE);
      expect(await reserveOf(stack, runId, code)).toMatchObject({ held: 0n });
      await agree();
    },
    async endsUnpaid(intentId) {
      expect((await paymentOf(stack, intentId)).status).toBe('void');
      expect(await sellerHas(stack, way)).toBe(had);
      expect(await reserveOf(stack, runId, code)).toEqual({ posted: PRICE, held: 0n, available: PRICE });
      await agree();
    },
  };
}

/** Payments of earlier tests that the chain shows and the ledger has not posted yet. */
async function countSettling({ db }: HostileStack): Promise<number> {
  const { rowCount } = await db.pool.query(
    `select 1 from payment where status = 'settled' and not finalized`,
  );
  return rowCount ?? 0;
}
