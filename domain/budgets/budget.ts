import type { Asset } from '../../schemas/core/money.ts';
import type { AssetGroup } from '../assets.ts';
import { sameAddress } from '../payments/networks.ts';
import { TOKENS_UNIT } from './tokens.ts';

/** Which calendar period (UTC, ISO weeks) a budget renews with; `run`: each run has its own; `total`: never. */
export type Period = 'run' | 'hour' | 'day' | 'week' | 'month' | 'total';

/** Whose payments a budget counts. All that is named must fit; nothing named is every payment of the tenant. */
export interface BudgetScope {
  subject?: string;
  agent?: string;
  family?: string;
  service?: string;
  payee?: string;
}

/** A cap on payments. Amounts are minor units of `decimals`, those of its asset (CAIP-19) or of its unit. */
export interface Budget {
  id: string;
  tenant: string;
  name: string;
  appliesTo: BudgetScope;
  asset?: string;
  unit?: string;
  decimals: number;
  amount: bigint;
  period: Period;
  /** `warn` is counted and told, and never in the way. */
  mode: 'hard' | 'warn';
  /** What is left goes into the next period, up to `cap`. */
  rollover?: { cap?: bigint };
  /** Shares of the cap at which it is told how much is used. */
  alerts: readonly number[];
  approveAbove?: bigint;
  createdAtMs: number;
}

/** What budgets ask of a payment, or of a call of a model, which has no payee. `funding`: the budget that its run's purse names, which counts it in any case. */
export interface PaymentScope {
  runId: string;
  subject: string;
  family: string;
  agent?: string;
  service?: string;
  payee: string;
  asset: Asset;
  funding?: string;
}

/** True when a budget is for such payments, whatever they are made in. */
export function covers({ id, appliesTo }: Pick<Budget, 'id' | 'appliesTo'>, payment: PaymentScope): boolean {
  if (id === payment.funding) return true;
  const { payee, ...named } = appliesTo;
  if (payee !== undefined && !sameAddress(payment.asset.network, payee, payment.payee)) return false;
  return (Object.keys(named) as (keyof typeof named)[]).every(
    (key) => named[key] === undefined || named[key] === payment[key],
  );
}

/** True when a budget counts the asset: it is the budget's own, or one of its unit. */
export function counts(
  budget: Pick<Budget, 'asset' | 'unit'>,
  asset: Asset,
  groups: readonly AssetGroup[],
): boolean {
  if (budget.asset !== undefined) return budget.asset === asset.id;
  return unitsOf(groups).some(({ name, assets }) => name === budget.unit && assets.includes(asset.id));
}

/** True without a unit, too: then the budget counts one asset. */
export const isKnownUnit = (unit: string | undefined, groups: readonly AssetGroup[]): boolean =>
  unit === undefined || unitsOf(groups).some(({ name }) => name === unit);

/** Those of ASSET_GROUPS, and the one that is built in. */
export const unitsOf = (groups: readonly AssetGroup[]): AssetGroup[] => [...groups, TOKENS_UNIT];

/** A payment's amount as the budget counts it: what its decimals cannot express is rounded up. */
export function toUnits(amount: bigint, from: number, to: number): bigint {
  if (to >= from) return amount * 10n ** BigInt(to - from);
  const divisor = 10n ** BigInt(from - to);
  return (amount + divisor - 1n) / divisor;
}

/** The same the other way, rounded up: with so much more room the payment fits. */
export const fromUnits = (amount: bigint, budget: number, asset: number): bigint =>
  toUnits(amount, budget, asset);
