import type { Grant } from '../../domain/plan/approval-state.ts';

/** The money of one run as its workflow knows it, in minor units. The ledger has the last word. */
export interface Budget {
  settled: bigint;
  held: bigint;
  refunded: bigint;
  grant: Grant | undefined;
}

export const createBudget = (): Budget => ({ settled: 0n, held: 0n, refunded: 0n, grant: undefined });

/** Spent or about to be. */
export const committed = (budget: Budget): bigint => budget.settled + budget.held;

/** What the run cost in the end, less the refunds that were verified. */
export const netCost = (budget: Budget): string => (budget.settled - budget.refunded).toString();
