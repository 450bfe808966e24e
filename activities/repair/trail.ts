import type { Queryable } from '../../db/ledger.ts';
import { stepFacts, stepMarks, type StepFact } from '../../db/repositories/lost-runs.ts';
import { listSteps, type RunRow, type StepRow } from '../../db/repositories/runs.ts';
import { isObject } from '../../domain/json.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { StepTrail } from '../../domain/plan/undo.ts';
import type { Outputs, ValueRef } from '../../domain/ports/values.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';

/** What is written down of a run's work: its plan, results and payments. */
export interface Trail {
  plan: Plan | undefined;
  outputs: Outputs;
  payments: StepFact[];
  trailOf(stepId: string): StepTrail;
}

/** Reads what a run has done so far, whoever did it. */
export async function readTrail(db: Queryable, run: Pick<RunRow, 'id' | 'view'>): Promise<Trail> {
  const [steps, payments, completed, retried] = await Promise.all([
    listSteps(db, run.id),
    stepFacts(db, run.id),
    stepMarks(db, run.id, 'step.completed'),
    stepMarks(db, run.id, 'step.retrying'),
  ]);
  const plan = isObject(run.view['plan']) ? (run.view['plan'] as unknown as Plan) : undefined;
  const rows = new Map(steps.map((step) => [step.step_id, step]));
  return {
    plan,
    payments,
    outputs: Object.fromEntries(
      (plan?.steps ?? []).flatMap(({ id, outputKey }) => {
        const output = outputOf(rows.get(id));
        return output === undefined ? [] : [[outputKey, output] as const];
      }),
    ),
    trailOf(id) {
      const completedAt = completed.get(id);
      return {
        status: rows.get(id)?.status,
        unanswered: retried.has(id),
        payments: payments.filter(({ step_id }) => step_id === id),
        ...(completedAt === undefined ? {} : { completedAt }),
      };
    },
  };
}

/** The output of a completed step as it is kept; undefined while there is none. */
export function outputOf(step: StepRow | undefined): ValueRef | undefined {
  const result = step?.status === 'completed' ? step.data['result'] : undefined;
  if (!isObject(result)) return undefined;
  const { output, outputRef } = result;
  return isRef(outputRef) ? outputRef : { inline: output ?? null };
}

const isRef = (value: Json | undefined): value is Exclude<ValueRef, { inline: Json }> & JsonObject =>
  isObject(value) && typeof value['ref'] === 'string';
