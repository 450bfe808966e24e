import type { Asset } from '../../schemas/core/money.ts';
import { formatUnits } from '../money.ts';
import { fromUnits, toUnits, type Budget } from './budget.ts';
import { TOKENS } from './tokens.ts';
import { periodsBetween, type Window } from './windows.ts';

/** How one period of a budget stands, in its minor units. */
export interface WindowUse {
  carried: bigint;
  held: bigint;
  spent: bigint;
}

/** What may still be held; never below zero, also where the amount was lowered under what is spent. */
export function leftOf(budget: Pick<Budget, 'amount'>, { carried, held, spent }: WindowUse): bigint {
  const left = budget.amount + carried - held - spent;
  return left > 0n ? left : 0n;
}

/**
 * What a new period takes over. `last` is the newest earlier one; without one the budget's first period counts as unused.
 * What is still held there counts as used: it belongs to that period whatever becomes of it.
 */
export function carriedInto(
  budget: Pick<Budget, 'amount' | 'rollover' | 'period' | 'createdAtMs'>,
  { startsAtMs, endsAtMs }: Window,
  last: (WindowUse & { startsAtMs: number }) | undefined,
): bigint {
  if (budget.rollover === undefined || endsAtMs === null) return 0n;
  const between = periodsBetween(budget.period, last?.startsAtMs ?? budget.createdAtMs, startsAtMs);
  if (between < 0) return 0n;
  const left = last === undefined ? budget.amount : leftOf(budget, last);
  const all = left + BigInt(between) * budget.amount;
  const { cap } = budget.rollover;
  return cap !== undefined && cap < all ? cap : all;
}

/** Shares of the cap that are used now and were not told in this period. */
export function dueAlerts(
  { amount, alerts }: Pick<Budget, 'amount' | 'alerts'>,
  { carried, held, spent }: WindowUse,
  told: readonly number[],
): number[] {
  const [used, cap] = [held + spent, amount + carried];
  return alerts.filter((share) => !told.includes(share) && used * 10_000n >= cap * shareOf(share));
}

const shareOf = (share: number): bigint => BigInt(Math.round(share * 10_000));

/** A budget that is in the way of a payment, as its run tells it. `missing` is minor units of the payment's asset. */
export interface NoRoom {
  budget: string;
  name: string;
  missing: string;
  renewsAtMs: number | null;
  message: string;
}

/** Why this budget does not let the payment through; undefined when it does. */
export function noRoom(
  budget: Budget,
  use: WindowUse & Pick<Window, 'endsAtMs'>,
  asset: Asset,
  amount: bigint,
): NoRoom | undefined {
  const left = leftOf(budget, use);
  const lack = toUnits(amount, asset.decimals, budget.decimals) - left;
  if (budget.mode === 'warn' || lack <= 0n) return undefined;
  const missing = fromUnits(lack, budget.decimals, asset.decimals);
  const [has, needs] = [left, left + lack].map((units) => formatUnits(units, budget.decimals));
  const renews =
    use.endsAtMs === null ? 'It does not renew.' : `It renews at ${new Date(use.endsAtMs).toISOString()}.`;
  return {
    budget: budget.id,
    name: budget.name,
    missing: missing.toString(),
    renewsAtMs: use.endsAtMs,
    message: `Budget "${budget.name}" has ${has} left in this period, and the ${asset.id === TOKENS.id ? 'call of the model' : 'payment'} needs ${needs}. ${renews}`,
  };
}

/** True when a person must agree to this one payment. What was agreed to is minor units of the payment's asset. */
export function asksPerson(
  budget: Pick<Budget, 'approveAbove' | 'decimals'>,
  asset: Asset,
  amount: bigint,
  agreed: bigint,
): boolean {
  if (budget.approveAbove === undefined || amount <= agreed) return false;
  return toUnits(amount, asset.decimals, budget.decimals) > budget.approveAbove;
}
