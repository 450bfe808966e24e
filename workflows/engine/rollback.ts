import type { FinishRequest } from '../../domain/ports/ledger.ts';
import type { UndoRecord } from './saga.ts';
import type { StepContext } from './step-context.ts';
import { refundOf, undoEvent } from './undo.ts';

/** Why a run is undone and how it will end. */
export interface RollbackCause {
  status: 'failed' | 'cancelled';
  reason: string;
  error?: NonNullable<FinishRequest['error']>;
}

/** Undoes what was done, in reverse order, and records every outcome. A failed undo leaves an item for a person. */
export async function rollBack(context: StepContext, cause: RollbackCause): Promise<void> {
  const { run } = context;
  run.describe([`**Rolling back**: ${cause.reason}`], { waitingFor: null });
  run.move('compensating', 'run.compensating', 'run.compensating', { reason: cause.reason });
  const records = await run.saga.compensate((record) => announce(context, record));
  run.journal.emit({
    key: 'run.compensated',
    type: 'run.compensated',
    data: { steps: records.filter(({ outcome }) => outcome.kind === 'ok').map(({ key }) => key) },
  });
}

function announce(context: StepContext, record: UndoRecord): void {
  const { run, budget, plan } = context;
  const { key, outcome } = record;
  budget.refunded += refundOf(outcome);
  run.journal.emit(undoEvent(record, plan.decimals));
  if (outcome.kind !== 'ok')
    run.needsAttention('compensation_failed', `Step ${key} could not be undone: ${outcome.message}`, {
      step: key,
    });
}
