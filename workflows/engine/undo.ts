import { sleep } from '@temporalio/workflow';
import { formatUnits } from '../../domain/money.ts';
import type { RetryPolicy } from '../../domain/plan/plan.ts';
import type { CompensateOutcome } from '../../domain/ports/calling.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import { retryDelay } from '../../domain/retry.ts';
import type { UndoRecord } from './saga.ts';

export const refundOf = (outcome: CompensateOutcome): bigint =>
  outcome.kind === 'ok' ? BigInt(outcome.refunded ?? 0) : 0n;

/** The event that tells of an undo, one for each step, whoever undid it. */
export function undoEvent({ key, outcome }: UndoRecord, decimals: number): JournalEvent {
  const undone = outcome.kind === 'ok';
  const status = undone ? 'compensated' : 'compensation_failed';
  const refunded = refundOf(outcome);
  const result = {
    stepId: key,
    status,
    success: undone,
    cost: '0',
    time: 0,
    attempts: 1,
    ...(undone ? { output: outcome.detail } : { error: outcome.message, code: outcome.code }),
    ...(refunded > 0n ? { refunded: formatUnits(refunded, decimals) } : {}),
  };
  return {
    key: `step.${status}:${key}`,
    type: `step.${status}`,
    data: { step: key, result },
    step: { id: key, status, data: { compensation: result } },
  };
}

/** Repeats an undo within the step's retry policy, and longer while the service is away. Nothing cuts its waits short. */
export async function repeatUndo(
  stepId: string,
  policy: RetryPolicy,
  forMs: number,
  undo: (attempt: number) => Promise<CompensateOutcome>,
): Promise<CompensateOutcome> {
  const untilMs = Date.now() + forMs;
  for (let attempt = 1; ; attempt++) {
    const outcome = await undo(attempt);
    if (outcome.kind !== 'retry') return outcome;
    const isWaitedFor = outcome.away === true && Date.now() < untilMs;
    if (attempt >= policy.maxAttempts && !isWaitedFor) return outcome;
    await sleep(retryDelay(policy, attempt, Math.random(), outcome.retryAfterMs), {
      summary: `undo ${stepId}: retry ${attempt + 1}`,
    });
  }
}
