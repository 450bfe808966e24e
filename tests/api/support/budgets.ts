import type { Database } from '../../../db/database.ts';
import { beginWindow, holdInBudget, lockBudgets } from '../../../db/repositories/budgets.ts';
import type { Period } from '../../../domain/budgets/budget.ts';
import { windowAt, type Window } from '../../../domain/budgets/windows.ts';
import type { PaymentStatus } from '../../../schemas/core/payment.ts';
import type pg from 'pg';

export interface Held {
  budget: string;
  run: string;
  amount: bigint;
  /** The budget's own; default: that of today's month. */
  window?: Window;
  status?: PaymentStatus;
  alerted?: number[];
}

/** The period that counts now. */
export const windowNow = (period: Period, run = ''): Window =>
  windowAt({ period, createdAtMs: 0 }, Date.now(), run);

let payments = 0;

/** Holds for a payment of a run, by the writers of production. Answers the payment's id. */
export async function holdIn(client: pg.PoolClient, held: Held): Promise<string> {
  const { budget, run, amount, window = windowNow('month'), status = 'submitted', alerted = [] } = held;
  payments += 1;
  const paymentId = `payment-${payments}-${run}`;
  await lockBudgets(client, [budget], true);
  await client.query(
    `insert into payment (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed)
     values ($1, 'default', $2, $1, 1, 'x402-solana', 'solana:test', 'solana:test/token:mint', $3, 'seller', $4, 'x')`,
    [paymentId, run, amount.toString(), status],
  );
  await beginWindow(client, budget, window, 0n);
  const names = { budget, window: window.key, paymentId, transferId: `t-${paymentId}`, runId: run };
  await holdInBudget(client, { ...names, amount, alerted });
  return paymentId;
}

/** What production's trigger calls when the payment's transfer closes. */
export const close = async (
  { pool }: Database,
  paymentId: string,
  kind: 'spend' | 'release',
): Promise<void> => void (await pool.query('select budget_close($1, $2)', [`t-${paymentId}`, kind]));
