import { formatUnits } from '../../domain/money.ts';
import type { FinishRequest } from '../../domain/ports/ledger.ts';
import type { UndoRecord } from './saga.ts';
import type { StepContext } from './step-context.ts';

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

function announce(context: StepContext, { key, outcome }: UndoRecord): void {
  const { run, budget, plan } = context;
  const undone = outcome.kind === 'ok';
  const status = undone ? 'compensated' : 'compensation_failed';
  const refunded = undone ? BigInt(outcome.refunded ?? 0) : 0n;
  budget.refunded += refunded;
  const result = {
    stepId: key,
    status,
    success: undone,
    cost: '0',
    time: 0,
    attempts: 1,
    ...(undone ? { output: outcome.detail } : { error: outcome.message, code: outcome.code }),
    ...(refunded > 0n ? { refunded: formatUnits(refunded, plan.decimals) } : {}),
  };
  run.journal.emit({
    key: `step.${status}:${key}`,
    type: `step.${status}`,
    data: { step: key, result },
    step: { id: key, status, data: { compensation: result } },
  });
  if (!undone)
    run.needsAttention('compensation_failed', `Step ${key} could not be undone: ${outcome.message}`, {
      step: key,
    });
}
