import { plainMarkdown } from '../../domain/plain-text.ts';
import type { DagState } from '../../domain/plan/dag.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { StepContext, StepFailure } from './step-context.ts';

/** Announces that a step failed for good. The called service's own words were announced before. */
export function announceFailure(context: StepContext, step: PlanStep, failure: StepFailure): void {
  const result: JsonObject = {
    stepId: step.id,
    status: failure.code === 'PAYMENT_UNKNOWN' ? 'payment_unknown' : 'failed',
    success: false,
    cost: failure.cost ?? '0',
    time: 0,
    attempts: context.attempts[step.id] ?? 1,
    error: failure.message,
    code: failure.code,
  };
  context.run.journal.emit({
    key: `step.failed:${step.id}`,
    type: 'step.failed',
    data: { step: step.id, result },
    step: {
      id: step.id,
      status: failure.code === 'PAYMENT_UNKNOWN' ? 'payment_unknown' : 'failed',
      data: { result },
    },
  });
}

/** What an operator reads on the run's page. */
export function describeProgress(context: StepContext, state: DagState): void {
  const lines = context.plan.steps.map(
    (step) => `- ${step.id} (${plainMarkdown(step.serviceName)}): ${state.nodes[step.id]}`,
  );
  context.run.describe([`**Running**`, lines.join('\n')], { steps: { ...state.nodes }, waitingFor: null });
}
