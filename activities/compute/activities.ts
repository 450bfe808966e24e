import type { Journal } from '../../db/journal.ts';
import type { Values } from '../../db/values.ts';
import { stepCalled, stepCompleted } from '../../domain/payments/events.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import type { CallingActivities, ComputeOutcome } from '../../domain/ports/calling.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import type { Outputs } from '../../domain/ports/values.ts';
import { checkConditional, decide } from '../../domain/plan/conditional.ts';
import { parsePath } from '../../domain/plan/paths.ts';
import { checkTransform } from '../../domain/plan/transform-check.ts';
import { runTransform } from '../../domain/plan/transform.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';

export interface ComputeDeps {
  journal: Journal;
  values: Values;
  clock?: () => number;
}

type Result =
  | { ok: true; value: Json; branch?: 'then' | 'else' }
  | { ok: false; code: string; message: string };

/** Data transforms and conditions: pure over stored outputs, free, and safe to repeat. */
export function createComputeActivities(deps: ComputeDeps): Pick<CallingActivities, 'computeStep'> {
  const { journal, values, clock = Date.now } = deps;
  return {
    async computeStep({ ride, runId, step, outputs }) {
      const started = clock();
      const result = compute(step, await loadNeeded(values, step, outputs));
      const timeMs = Math.max(0, clock() - started);
      const outcome: ComputeOutcome = result.ok
        ? {
            kind: 'ok',
            output: await values.keep(runId, result.value),
            ...(result.branch === undefined ? {} : { branch: result.branch }),
          }
        : { kind: 'failed', code: result.code, message: result.message };
      const shown = outcome.kind === 'ok' ? await values.show(outcome.output) : undefined;
      const events = [...ride.events, stepCalled(step.id, 1, 1), endEvent(step.id, outcome, shown, timeMs)];
      await journal.append({ runId, events });
      return outcome;
    },
  };
}

function compute(step: PlanStep, outputs: JsonObject): Result {
  if (step.type === 'data_transform') return runTransform(step, outputs);
  if (step.type === 'conditional') return decide(step, outputs);
  return {
    ok: false,
    code: 'PLAN_INVALID',
    message: `Step ${step.id} calls a service; there is nothing to compute.`,
  };
}

/** Only the outputs that the step's paths begin with are loaded. */
async function loadNeeded(values: Values, step: PlanStep, outputs: Outputs): Promise<JsonObject> {
  const mapping = step.inputMapping ?? {};
  const check = step.type === 'conditional' ? checkConditional : checkTransform;
  const roots = new Set([
    ...check(step.params, Object.keys(mapping)).roots,
    ...Object.values(mapping).flatMap((path) => parsePath(path)?.root ?? []),
  ]);
  const needed = Object.entries(outputs).filter(([key]) => roots.has(key));
  return Object.fromEntries(
    await Promise.all(needed.map(async ([key, ref]) => [key, await values.load(ref)] as const)),
  );
}

function endEvent(
  stepId: string,
  outcome: ComputeOutcome,
  shown: Json | undefined,
  timeMs: number,
): JournalEvent {
  if (outcome.kind === 'ok')
    return stepCompleted({ stepId, output: outcome.output, shown, cost: '0', timeMs, attempts: 1 });
  const result: JsonObject = {
    stepId,
    status: 'failed',
    success: false,
    cost: '0',
    time: timeMs,
    attempts: 1,
    error: outcome.message,
    code: outcome.code,
  };
  return {
    key: `step.failed:${stepId}`,
    type: 'step.failed',
    data: { step: stepId, result },
    step: { id: stepId, status: 'failed', data: { result } },
  };
}
