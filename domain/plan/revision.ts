import type { Plan, PlanStep, SpendLimits } from './plan.ts';
import type { Quote } from '../ports/calling.ts';

export interface Escalation {
  change: {
    limits: SpendLimits;
    steps: { id: string; estimatedCost?: string; maxPrice?: string; pay?: NonNullable<PlanStep['pay']> }[];
  };
  /** Everything the run would have drawn once the rest is done, minor units. */
  upTo: bigint;
}

/**
 * The change to ask for when steps are parked: their quoted prices and payees, and limits that cover what was
 * committed plus everything still to do. Done steps keep what they cost.
 */
export function escalated(
  plan: Plan,
  parked: readonly { id: string; quote: Quote | undefined }[],
  committed: bigint,
  done: readonly string[],
): Escalation {
  const quotes = new Map(
    parked.flatMap(({ id, quote }) => (quote === undefined ? [] : [[id, quote] as const])),
  );
  const rest = plan.steps.filter((step) => !done.includes(step.id));
  const upTo = rest.reduce(
    (sum, step) => sum + BigInt(quotes.get(step.id)?.amount ?? step.estimatedCost),
    committed,
  );
  const steps = [...quotes].map(([id, { amount, scheme, network, asset, payTo }]) => ({
    id,
    estimatedCost: amount,
    maxPrice: amount,
    pay: { scheme, network, asset, payTo },
  }));
  return { change: { limits: { ...plan.limits, ...raised(plan.limits, upTo, quotes) }, steps }, upTo };
}

/** Limits are raised only as far as the quotes need, never lowered. */
function raised(limits: SpendLimits, upTo: bigint, quotes: ReadonlyMap<string, Quote>): Partial<SpendLimits> {
  const largest = [...quotes.values()].reduce(
    (max, { amount }) => (BigInt(amount) > max ? BigInt(amount) : max),
    0n,
  );
  return {
    ...(upTo > BigInt(limits.maxTotalAmount) ? { maxTotalAmount: upTo.toString() } : {}),
    ...(limits.maxPerTransaction !== undefined && largest > BigInt(limits.maxPerTransaction)
      ? { maxPerTransaction: largest.toString() }
      : {}),
    ...(limits.allowedRecipients === undefined
      ? {}
      : {
          allowedRecipients: [
            ...new Set([...limits.allowedRecipients, ...[...quotes.values()].map(({ payTo }) => payTo)]),
          ],
        }),
  };
}
