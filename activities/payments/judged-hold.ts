import type pg from 'pg';
import type { DirectOrder } from '../../domain/ports/direct-payments.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';

/** What there is to pay with, minor units, read under the lock of the asset. */
export interface HoldFunds {
  /** What the run's purse may draw: the account on the ledger. */
  ledger: bigint;
  /** What the paying account holds on the chain; null where no node says it. */
  chain: bigint | null;
  /** Promised by payments that may not have left the chain account. */
  promised: bigint;
}

/** A budget that is used up to a share that is told, as the hold made it. Amounts are whole units. */
export interface BudgetAlert {
  id: string;
  budget: string;
  window: string;
  share: number;
  used: string;
  cap: string;
}

/**
 * What a family decides about a payment of its run, and writes down, in the transaction that holds the money: both are there
 * or neither. It is called under the locks of the run's money and of the asset, so no other hold of the asset lies in between.
 */
export interface HoldJudge {
  /** `decline`: nothing is quoted and held; what was written stays. */
  judge(client: pg.PoolClient, funds: HoldFunds): Promise<'hold' | 'decline'>;
  /** It is held: called last. */
  held(client: pg.PoolClient, hold: { intentId: string; alerts: readonly BudgetAlert[] }): Promise<void>;
  /** The engine could not hold it after all (another budget, fees, a run that ends): nothing of the hold is left. */
  overruled(client: pg.PoolClient, refused: Extract<SignOutcome, { kind: 'refused' }>): Promise<void>;
}

/** `refused` recorded only what `overruled` wrote. A repetition of what is held answers `held` and asks no judge. */
export type Reserved =
  | { kind: 'held'; intentId: string }
  | { kind: 'declined' }
  | { kind: 'refused'; message: string };

/** A direct payment that is quoted, judged and held in one transaction. Its life from there on is `PaymentActivities`. */
export type ReserveDirect = (order: Omit<DirectOrder, 'ride'>, judge: HoldJudge) => Promise<Reserved>;
