import type pg from 'pg';
import { endWithdrawal, getWithdrawal } from '../../db/escrow/withdrawals.ts';
import { closeTransfer } from '../../db/ledger.ts';
import { lockRunMoney, transferOf, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { releaseReserve } from '../../db/repositories/run-money.ts';
import { getRun } from '../../db/repositories/runs.ts';
import type { NetworkFee } from '../../domain/payments/rail.ts';
import { isTerminal } from '../../domain/run-states.ts';
import { bookFees } from './fees.ts';
import { purseOf, type PaymentTools } from './tools.ts';
import { bookWithdrawalFees } from './withdrawal-fees.ts';

/** Ends the hold of a payment, whose row is locked as `current`, and everything that hangs on it: `fees` are what it cost. */
export type EndMoney = (
  current: PaymentRow,
  end: 'posted' | 'voided',
  fees?: readonly NetworkFee[],
) => Promise<void>;

/**
 * Says what a payment's end does to its money. That depends on the payment's kind. It takes the locks that come before the
 * payment's row, and is in one transaction with the payment's end: after a crash there is all of it or nothing.
 */
export async function lockMoney(
  tools: PaymentTools,
  client: pg.PoolClient,
  payment: PaymentRow,
): Promise<EndMoney> {
  return payment.kind === 'step' ? runMoney(tools, client, payment.run_id) : escrowMoney(tools, client);
}

/** A run's reserve holds it. For a run that has ended, what is voided goes home; one that ends later gives back itself. */
async function runMoney(tools: PaymentTools, client: pg.PoolClient, runId: string): Promise<EndMoney> {
  await lockRunMoney(client, runId);
  return async (current, end, fees = []) => {
    await closeTransfer(client, transferOf(current), end);
    if (end === 'voided' && current.kind === 'step') {
      const run = await getRun(client, runId); // under the lock, and on its own connection
      if (run !== undefined && isTerminal(run.status))
        await releaseReserve(client, purseOf(tools, current, run));
    }
    await bookFees(client, tools, current, fees);
  };
}

/** The user's escrow holds it: what is voided is available again, and the user's record ends with it. */
const escrowMoney =
  (tools: PaymentTools, client: pg.PoolClient): EndMoney =>
  async (current, end, fees = []) => {
    await closeTransfer(client, transferOf(current), end);
    if (current.kind !== 'withdrawal') return;
    const row = await getWithdrawal(client, current.id);
    await endWithdrawal(client, current.id, end === 'posted' ? 'finalized' : 'released');
    if (row !== undefined) await bookWithdrawalFees(client, tools, { payment: current, row, end, fees });
  };
