import { sampleBook, SOLANA } from '../../support/sample-catalogue.ts';
import { aPlan, aStep } from '../../workflows/support/fakes.ts';
import { until } from '../../workflows/support/run.ts';
import type { Plan, PlanStep } from '../../../domain/plan/plan.ts';
import type { Caller } from './http.ts';
import { hashOf } from './reasoning-activities.ts';

const USDC = sampleBook.assets.find(({ code, network }) => code === 'USDC' && network === SOLANA)!;
export const SELLER = '9xQeWvG816bUx9EPjHmaT23yvVM2ZWbrrpZb9PusVFin';

const retryPolicy = { maxAttempts: 3, backoffMultiplier: 2, initialDelayMs: 100, maxDelayMs: 1000 };

export const freeStep = (id: string, overrides: Partial<PlanStep> = {}): PlanStep =>
  aStep(id, { retryPolicy, ...overrides });

/** Steps one after the other, all free. */
export const aFreePlan = (name: string, ...ids: string[]): Plan =>
  aPlan(
    ids.map((id, index) => freeStep(id, { dependencies: ids.slice(Math.max(0, index - 1), index) })),
    { planHash: hashOf(name) },
  );

/** A step paid in USDC; the price is minor units. */
export const paidStep = (id: string, price: string, overrides: Partial<PlanStep> = {}): PlanStep =>
  freeStep(id, {
    estimatedCost: price,
    maxPrice: price,
    pay: { scheme: 'exact', network: SOLANA, asset: USDC.address!, payTo: SELLER },
    ...overrides,
  });

/** Two paid steps, 1.25 USDC together. */
export const aPaidPlan = (): Plan =>
  aPlan([paidStep('a', '750000'), paidStep('b', '500000', { dependencies: ['a'] })], {
    planHash: hashOf('paid'),
  });

/** Waits until a workflow has this status. Any other end fails the test at once. */
export async function untilStatus(
  api: Caller,
  id: string,
  status: string,
  wrong = /^(completed|failed|cancelled)$/,
): Promise<Record<string, unknown>> {
  let seen: Record<string, unknown> = {};
  await until(async () => {
    const { status: code, body, text } = await api.get(`/workflows/${id}`);
    if (code !== 200) throw new Error(`GET /workflows/${id}: ${text}`);
    seen = body.workflow;
    if (seen['status'] !== status && wrong.test(String(seen['status'])))
      throw new Error(`${id} ended as ${JSON.stringify(seen)}`);
    return seen['status'] === status;
  }, `${id} is ${status}`);
  return seen;
}
