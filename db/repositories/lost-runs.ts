import type { PaymentStatus } from '../../schemas/core/payment.ts';
import type { Queryable } from '../ledger.ts';
import type { StepRow } from './runs.ts';

/** A run that is not over. `namespace` is null where nobody wrote down in which its workflow was started. */
export interface LiveRun {
  id: string;
  workflow_id: string;
  namespace: string | null;
}

/** Runs that are called live and were started. A younger one may not be listed at Temporal yet. */
export async function listLive(db: Queryable, olderMs: number): Promise<LiveRun[]> {
  const { rows } = await db.query<LiveRun>(
    `select id, workflow_id, namespace from run
     where finished_at is null and start_state = 'started' and created_at < now() - $1 * interval '1 millisecond'`,
    [olderMs],
  );
  return rows;
}

/** A payment of a step, as far as undoing and going on must know it. */
export interface StepFact {
  id: string;
  step_id: string;
  generation: number;
  status: PaymentStatus;
  amount: string;
}

/** Payments of a run, in the order in which they were asked for. */
export async function stepFacts(db: Queryable, runId: string): Promise<StepFact[]> {
  const { rows } = await db.query<StepFact>(
    `select id, step_id, generation, status, amount from payment
     where run_id = $1 and kind = 'step' order by created_at, id`,
    [runId],
  );
  return rows;
}

/** One step of a run, if it was begun, and whether the run is being undone or is over. */
export async function findStep(
  db: Queryable,
  runId: string,
  stepId: string,
): Promise<{ isUndone: boolean; step: StepRow | undefined }> {
  const { rows } = await db.query<{ undone: boolean } & (StepRow | { step_id: null })>({
    name: 'run_step_find',
    text: `select r.finished_at is not null or r.status = 'compensating' as undone, s.step_id, s.status, s.data
           from run r left join run_step s on s.run_id = r.id and s.step_id = $2 where r.id = $1`,
    values: [runId, stepId],
  });
  const row = rows[0];
  return {
    isUndone: row?.undone ?? false,
    step: row === undefined || row.step_id === null ? undefined : row,
  };
}

/** Places of the events of these types in a run's journal, by step. Of several the last counts. */
export async function stepMarks(
  db: Queryable,
  runId: string,
  keys: 'step.completed' | 'step.retrying',
): Promise<Map<string, number>> {
  const { rows } = await db.query<{ step: string; seq: number }>(
    `select data ->> 'step' as step, max(seq) as seq from event
     where run_id = $1 and event_key like $2 || ':%' and data ? 'step' group by 1`,
    [runId, keys],
  );
  return new Map(rows.map(({ step, seq }) => [step, seq]));
}
