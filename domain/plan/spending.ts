import type { Plan, PlanStep, SpendLimits } from './plan.ts';
import { sameAddress } from '../payments/networks.ts';
import type { Quote } from '../ports/calling.ts';

/** Why nothing is signed and the run pauses instead (reasoning.md, "Execution"). */
export type PauseReason =
  | 'cost_overrun'
  | 'price_changed'
  | 'approval_expired'
  | 'low_balance'
  | 'approve_above'
  | 'budget_exhausted';

export interface SpendState {
  /** Settled and held so far, minor units. */
  committed: bigint;
  limits: SpendLimits;
  /** The user's own ceiling for the run, if any. */
  maxCost?: string;
  expiresAtMs: number;
}

/** Checks one quote against what was approved; undefined when it may be paid. */
export function checkQuote(
  step: PlanStep,
  quote: Quote,
  state: SpendState,
  nowMs: number,
): PauseReason | undefined {
  const amount = BigInt(quote.amount);
  const { limits } = state;
  if (nowMs >= state.expiresAtMs) return 'approval_expired';
  if (step.pay === undefined || !sameTerms(step.pay, quote)) return 'price_changed';
  const { allowedRecipients } = limits;
  const isPayee = (allowed: string): boolean => sameAddress(quote.network, allowed, quote.payTo);
  if (allowedRecipients !== undefined && !allowedRecipients.some(isPayee)) return 'price_changed';
  if (amount > BigInt(step.maxPrice)) return 'price_changed';
  if (limits.maxPerTransaction !== undefined && amount > BigInt(limits.maxPerTransaction))
    return 'cost_overrun';
  const total = state.committed + amount;
  if (total > BigInt(limits.maxTotalAmount)) return 'cost_overrun';
  if (state.maxCost !== undefined && total > BigInt(state.maxCost)) return 'cost_overrun';
  return undefined;
}

function sameTerms(planned: NonNullable<PlanStep['pay']>, quote: Quote): boolean {
  return (
    planned.scheme === quote.scheme &&
    planned.network === quote.network &&
    sameAddress(quote.network, planned.payTo, quote.payTo) &&
    sameAddress(quote.network, planned.asset, quote.asset)
  );
}

/** Distinct payees of a plan, in its order. */
export function payees(plan: Plan): string[] {
  return [...new Set(plan.steps.flatMap((step) => (step.pay === undefined ? [] : [step.pay.payTo])))];
}

/** What an approval allows: its own limits where it names some, else the plan's (the run's ceiling or the estimate). */
export function approvedLimits(plan: Plan, asked: Partial<SpendLimits> | undefined): SpendLimits {
  return { ...plan.limits, ...asked };
}
