import { parseUnits } from '../money.ts';
import type { RunSettings } from '../run-settings.ts';
import type { Plan } from './plan.ts';
import type { WordLimits } from './understanding/understanding.ts';

type Ceilings = Pick<RunSettings, 'maxCost' | 'maxTimeMs'>;

export type Bounded = { ok: true; ceilings: Ceilings } | { ok: false; message: string };

/**
 * The run's ceilings with those of its words: the lower one counts. A limit in another asset than the plan's bounds nothing, and a
 * limit is never dropped, so such a plan must not begin.
 */
export function lowerCeilings(
  { maxCost, maxTimeMs }: Ceilings,
  { asset, decimals }: Pick<Plan, 'asset' | 'decimals'>,
  words: WordLimits = {},
): Bounded {
  const most = words.maxCost;
  if (most !== undefined && most.asset !== asset)
    return {
      ok: false,
      message: `The request limits the cost to ${most.amount} ${most.asset}, but the plan is priced in ${asset}. Name the limit in ${asset}.`,
    };
  const inWords = most === undefined ? undefined : floorUnits(most.amount, decimals);
  const cost = lower(maxCost === undefined ? undefined : BigInt(maxCost), inWords);
  return {
    ok: true,
    ceilings: {
      ...(cost === undefined ? {} : { maxCost: cost.toString() }),
      maxTimeMs: Math.min(maxTimeMs, words.maxTimeMs ?? Infinity),
    },
  };
}

const lower = (one: bigint | undefined, other: bigint | undefined): bigint | undefined =>
  one === undefined || (other !== undefined && other < one) ? other : one;

/** Decimals that the asset does not have are cut off: a limit is never rounded up. */
export function floorUnits(amount: string, decimals: number): bigint {
  const [whole = '0', fraction = ''] = amount.split('.');
  const kept = fraction.slice(0, decimals);
  return parseUnits(kept === '' ? whole : `${whole}.${kept}`, decimals);
}
