import type { Grant } from '../../domain/plan/approval-state.ts';

/** Money of one run as its workflow knows it, minor units. The ledger guards; this decides before asking it. */
export interface Budget {
  settled: bigint;
  held: bigint;
  refunded: bigint;
  grant: Grant | undefined;
}

export const createBudget = (): Budget => ({ settled: 0n, held: 0n, refunded: 0n, grant: undefined });

/** Spent or about to be. */
export const committed = (budget: Budget): bigint => budget.settled + budget.held;

/** What the run cost in the end: verified refunds are given back. */
export const netCost = (budget: Budget): string => (budget.settled - budget.refunded).toString();
