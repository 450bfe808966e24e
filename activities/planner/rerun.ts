import type { Journal } from '../../db/journal.ts';
import type { Queryable } from '../../db/ledger.ts';
import { paymentsOfRun } from '../../db/repositories/payments-write.ts';
import { getRun, listSteps, type RunRow, type StepRow } from '../../db/repositories/runs.ts';
import type { Sealer } from '../../db/sealing.ts';
import { createValues, type Values } from '../../db/values.ts';
import { EngineError } from '../../domain/errors.ts';
import { isOpen } from '../../domain/payments/actions.ts';
import { stepCompleted, stepSkipped } from '../../domain/payments/events.ts';
import { planOfRest, splitForRerun, type Reuse } from '../../domain/plan/reuse.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { WordLimits } from '../../domain/plan/understanding/understanding.ts';
import { lowerCeilings } from '../../domain/plan/word-limits.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { ReusedResults, PlanningActivities, PlanOutcome } from '../../domain/ports/planning.ts';
import type { Outputs, ValueRef } from '../../domain/ports/values.ts';
import type { Rerun } from '../../domain/run-settings.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { withRide } from '../journal/ride.ts';
import { withHash } from './plan-hash.ts';
import { takeUp } from './take-up.ts';
import { isObject } from '../../domain/json.ts';

export interface RerunDeps {
  db: Queryable;
  journal: Journal;
  sealer: Sealer;
}

type RerunActivities = Pick<PlanningActivities, 'planAgain' | 'adoptSteps'>;
type Planned = Extract<PlanOutcome, { kind: 'planned' }>;

/** Plans an ended run again. Results that were paid for are used again, and what would be paid again is listed. */
export function createRerunActivities({ db, journal, sealer }: RerunDeps): RerunActivities {
  return {
    planAgain: ({ ride, runId }) => withRide(journal, ride, () => takeUpOrPlan(db, sealer, runId)),
    adoptSteps: async ({ ride, runId, of, done, skipped }) => {
      const steps = new Map((await listSteps(db, of)).map((step) => [step.step_id, step]));
      const events = [
        ...done.map((id) => adopted(steps.get(id), id)),
        ...skipped.map((id) => stepSkipped(id)),
      ];
      await journal.append({ runId, events: [...ride.events, ...events] });
    },
  };
}

/** What is used of the ended run stays the same, with the plan that people have seen. */
async function takeUpOrPlan(db: Queryable, sealer: Sealer, runId: string): Promise<PlanOutcome> {
  const before = await takeUp(db, runId);
  if (before !== undefined && before.kind !== 'planned') return before;
  const outcome = await planAgain(db, sealer, runId);
  if (before === undefined || outcome.kind !== 'planned') return outcome;
  return { ...before, ...(outcome.past && { past: outcome.past }) };
}

async function planAgain(db: Queryable, sealer: Sealer, runId: string): Promise<PlanOutcome> {
  const run = await mustGetRun(db, runId);
  const { of, fromStep } = run.settings['rerun'] as unknown as Rerun;
  const [past, steps, payments] = await Promise.all([
    mustGetRun(db, of),
    listSteps(db, of),
    paymentsOfRun(db, of),
  ]);
  const { plan, intent, model } = past.view as unknown as Partial<Pick<Planned, 'plan' | 'intent' | 'model'>>;
  if (plan === undefined || intent === undefined) return failed('PLAN_INVALID', `Run ${of} has no plan.`);
  const split = splitForRerun(
    plan.steps,
    new Map(steps.map((step) => [step.step_id, step.status])),
    fromStep,
  );
  if ('kind' in split) return failed('PLAN_INVALID', `Of run ${of} there is nothing to run again.`);
  const again = payments.filter(({ step_id }) => split.redo.includes(step_id));
  const open = again.find(({ status }) => isOpen(status));
  if (open !== undefined)
    return failed(
      'PAYMENT_UNKNOWN',
      `Whether ${open.step_id} was paid in run ${of} is not known yet; wait.`,
      true,
    );
  const limits = isObject(past.view['limits']) ? (past.view['limits'] as WordLimits) : undefined;
  const { maxCost } = run.settings;
  const field = typeof maxCost === 'string' ? { maxCost } : {};
  const bounded = lowerCeilings({ ...field, maxTimeMs: Infinity }, plan, limits);
  if (!bounded.ok) return failed('PLAN_INVALID', bounded.message);
  return {
    kind: 'planned',
    plan: withHash(planOfRest(plan, split, bounded.ceilings.maxCost)),
    cached: false,
    model: model ?? 'offline',
    intent,
    ...(limits && { limits }),
    past: {
      of,
      outputs: await outputsOf(createValues(db, sealer), runId, plan, split, steps),
      done: split.done,
      skipped: split.skipped,
      paidAgain: paidBefore(again),
    },
  };
}

/** One line for each step, however many payments it took. */
function paidBefore(
  payments: readonly { step_id: string; status: string; amount: string }[],
): ReusedResults['paidAgain'] {
  const sums = new Map<string, bigint>();
  for (const { step_id, status, amount } of payments)
    if (status === 'settled') sums.set(step_id, (sums.get(step_id) ?? 0n) + BigInt(amount));
  return [...sums].map(([stepId, amount]) => ({ stepId, amount: amount.toString() }));
}

/** Kept again where events show the value of a reference. */
async function outputsOf(
  values: Values,
  runId: string,
  plan: Plan,
  { done }: Reuse,
  steps: readonly StepRow[],
): Promise<Outputs> {
  const results = new Map(steps.map((step) => [step.step_id, resultOf(step)]));
  const used = plan.steps.filter(({ id }) => done.includes(id));
  return Object.fromEntries(
    await Promise.all(
      used.map(async ({ id, outputKey }) => {
        const output = outputOf(results.get(id) ?? {});
        return [outputKey, 'inline' in output ? await values.keep(runId, output.inline) : output] as const;
      }),
    ),
  );
}

const resultOf = (step: StepRow | undefined): JsonObject => (step?.data['result'] ?? {}) as JsonObject;

function outputOf({ output, outputRef }: JsonObject): ValueRef {
  return isRef(outputRef) ? outputRef : { inline: output ?? null };
}

const isRef = (value: Json | undefined): value is Exclude<ValueRef, { inline: Json }> & JsonObject =>
  isObject(value) && typeof value['ref'] === 'string';

/** The same output. Its cost is in the run that paid for it. */
function adopted(step: StepRow | undefined, stepId: string): JournalEvent {
  const output = outputOf(resultOf(step));
  return stepCompleted({ stepId, output, cost: '0', timeMs: 0, attempts: 0 });
}

async function mustGetRun(db: Queryable, id: string): Promise<RunRow> {
  const run = await getRun(db, id);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${id} has no row.`);
  return run;
}

const failed = (
  code: string,
  message: string,
  recoverable = false,
): Extract<PlanOutcome, { kind: 'failed' }> => ({
  kind: 'failed',
  code,
  message,
  recoverable,
});
