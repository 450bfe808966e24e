import { paymentsOfRun } from '../../db/repositories/payments-write.ts';
import type { Finding } from '../../domain/reconciliation.ts';
import { isOpen } from '../../domain/payments/actions.ts';
import { undoOrder } from '../../domain/plan/undo.ts';
import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import { finishRun } from '../ledger/finish-run.ts';
import { mustGetRun } from '../payments/tools.ts';
import { readTrail } from '../repair/trail.ts';
import type { BookTools } from './tools.ts';

/**
 * Ends a run whose workflow somebody terminated, where the watch over runs has not seen it. What is to be undone is left to the
 * watch, which has it repaired (`workflows/engine/repair-run.ts`). Its payments come first: while one is open the sweep follows it and
 * the run stays as it is. A workflow that is missing may be in another namespace, so a person decides about it.
 */
export async function endStranded(tools: BookTools, { runId }: Finding): Promise<boolean> {
  const run = await mustGetRun(tools, runId!);
  if ((await tools.workflowState(run.workflow_id)) !== 'closed') return false;
  const payments = await paymentsOfRun(tools.db.pool, run.id);
  if (payments.some(({ status }) => isOpen(status))) return false;
  const { plan, trailOf } = await readTrail(tools.db.pool, run);
  if (undoOrder(plan?.steps ?? [], trailOf).length > 0) return false;
  const settled = payments.some(({ status }) => status === 'settled');
  await finishRun(tools, {
    ride: { runId: run.id, events: [] },
    runId: run.id,
    status: 'failed',
    error: {
      code: 'WORKFLOW_LOST',
      message: 'The workflow of the run was ended from outside. What nothing held went back to the user.',
      recoverable: false,
    },
    outputs: {},
    totals: UNKNOWN_TOTALS,
    attention: settled
      ? [
          {
            kind: 'rollback_incomplete',
            detail: `Run ${run.id} lost its workflow after payments had settled: none of its steps was undone.`,
            data: {},
          },
        ]
      : [],
  });
  return true;
}
