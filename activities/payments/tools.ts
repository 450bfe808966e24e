import type { Database } from '../../db/database.ts';
import type { Journal } from '../../db/journal.ts';
import {
  getPayment,
  type PaymentRow,
  type StepPayment,
  type SweepAges,
} from '../../db/repositories/payments-write.ts';
import { getRun, type RunRow } from '../../db/repositories/runs.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { Values } from '../../db/values.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import { EngineError } from '../../domain/errors.ts';
import type { CostLimits } from '../../domain/payments/cost-limits.ts';
import type { PaymentFacts } from '../../domain/payments/events.ts';
import { purseFor, type RunPurse } from '../../domain/payments/purse.ts';
import type { Rail, Rails } from '../../domain/payments/rail.ts';
import { databaseNow } from '../../db/clock.ts';
import type { Queryable } from '../../db/ledger.ts';
import type { Seller } from '../../domain/payments/seller.ts';

export interface IntakeWaits {
  /** Nothing is done when somebody looked less than this ago. */
  everyMs: number;
  /** How long what came in may stay unclaimed before it is booked as surplus. */
  restMs: number;
}

export interface PaymentDeps {
  db: Database;
  journal: Journal;
  values: Values;
  sealer: Sealer;
  seller: Seller;
  assets: AssetBook;
  rails: Rails;
  now?: () => number;
  /** What time it is for budgets, ms: their periods begin by one clock for all workers, the database's. */
  periodNow?: (db: Queryable) => Promise<number>;
  checkpoint?: Checkpoint;
  /** How long a chain may take to show a payment that its seller calls settled. */
  confirmMs?: number;
  /** After this long without an answer from the chain's node a person is told. */
  attentionAfterMs?: number;
  /** How long a node must have been unable to prove a payment before a person may decide about it. */
  decideAfterMs?: number;
  /** The most that transactions may cost the operator in a day; none where it is not given. */
  costLimits?: CostLimits;
  /** How long payments rest between two looks of the sweeper: settled ones, and signed ones that nobody touches. */
  sweepAges?: SweepAges;
  /** How often the sweeper looks for money that came in, and how long it waits for somebody to claim it. */
  intakeWaits?: IntakeWaits;
}

export type PaymentTools = Required<PaymentDeps>;

export const withDefaults = (deps: PaymentDeps): PaymentTools => ({
  now: Date.now,
  periodNow: databaseNow,
  checkpoint: () => undefined,
  confirmMs: 5_000,
  attentionAfterMs: 60_000,
  decideAfterMs: 600_000,
  costLimits: {},
  sweepAges: { settledMs: 2_000, orphanMs: 60_000 },
  intakeWaits: { everyMs: 10_000, restMs: 60_000 },
  ...deps,
});

export async function mustGetPayment(tools: PaymentTools, id: string): Promise<PaymentRow> {
  const payment = await getPayment(tools.db.pool, id);
  if (payment === undefined) throw new EngineError('payment_not_found', `There is no payment ${id}.`);
  return payment;
}

export async function mustGetRun(tools: PaymentTools, id: string): Promise<RunRow> {
  const run = await getRun(tools.db.pool, id);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${id} has no row.`);
  return run;
}

export const findRail = ({ rails }: Pick<PaymentTools, 'rails'>, payment: PaymentRow): Rail | undefined =>
  rails.find(payment.network, payment.rail);

/** The rail that made a signature must be there to look after it. */
export function mustFindRail(tools: PaymentTools, payment: PaymentRow): Rail {
  const rail = findRail(tools, payment);
  if (rail === undefined)
    throw new EngineError(
      'rail_missing',
      `Payment ${payment.id} goes over ${payment.rail} on ${payment.network}, which is not configured here.`,
    );
  return rail;
}

export function factsOf(payment: StepPayment, txHash = payment.tx_hash): PaymentFacts {
  return {
    intentId: payment.id,
    stepId: payment.step_id,
    network: payment.network,
    asset: payment.asset,
    amountMinor: payment.amount,
    payTo: payment.pay_to,
    txHash,
  };
}

export const purseOf = (
  { assets }: Pick<PaymentTools, 'assets'>,
  payment: StepPayment,
  run: RunRow,
): RunPurse => purseFor(assets, run, payment.asset);

/** Where a look at the chain begins: the transaction that settled the payment, else the one that its seller named. */
export function hintOf({ tx_hash: settled, proof }: PaymentRow): string | null {
  const { hint } = proof;
  return settled ?? (typeof hint === 'string' ? hint : null);
}
