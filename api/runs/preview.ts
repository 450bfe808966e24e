import { listPayments } from '../../db/repositories/payments.ts';
import { availableToRun } from '../../db/repositories/run-money.ts';
import type { RunRow } from '../../db/repositories/runs.ts';
import { previewMoney, type PreviewPayment } from '../../domain/payments/cancel-preview.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { CancelPreview } from '../../schemas/core/api.ts';
import { PaymentStatus } from '../../schemas/core/payment.ts';
import { ApiError } from '../problem.ts';
import type { CommandCtx } from '../context.ts';
import { askCancelPlan } from './commands.ts';

const PAYMENTS_AT_MOST = 1000; // 50 steps, ten generations each

/** What a cancel would do now: the workflow's own undos, in its order, and where the money is. Changes nothing. */
export async function previewCancel(ctx: CommandCtx, run: RunRow): Promise<CancelPreview> {
  if (isTerminal(run.status))
    throw new ApiError('cannot_cancel', `The run is ${run.status}; there is nothing left to cancel.`);
  const { db } = ctx.deps;
  const [{ undo }, rows, returned] = await Promise.all([
    askCancelPlan(ctx, run),
    listPayments(db.em(), run.tenant, { kind: 'step', runId: run.id }, undefined, PAYMENTS_AT_MOST),
    availableToRun(db.pool, run.tenant, run.id),
  ]);
  const payments = rows.map((row): PreviewPayment => ({
    id: row.id,
    step_id: row.stepId ?? '',
    asset: row.asset,
    amount: row.amount,
    status: PaymentStatus.parse(row.status),
  }));
  return {
    run_id: run.id,
    status: run.status,
    undo: undo.map(({ key, certain }) => ({ step_id: key, certain })),
    ...previewMoney(payments, new Set(undo.map(({ key }) => key))),
    returned,
  };
}
