import type { PlanStep } from '../../domain/plan/plan.ts';
import type { CallOutcome } from '../../domain/ports/calling.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { createPatience, type Patience, type Wait } from './patience.ts';
import type { StepContext } from './step-context.ts';

/** How a step waits while its service is away. */
export interface Outage {
  /** Waits for the next try. False when the time is over or the run must stop. */
  waitOut(outcome: Extract<CallOutcome, { kind: 'retry' }>): Promise<boolean>;
  /** The service has answered, whatever it said. */
  end(): void;
}

/** The events' keys have the step's count of calls, which never repeats. */
export function createOutage(context: StepContext, step: PlanStep, generation: number): Outage {
  const { run } = context;
  let patience: Patience | undefined;
  const show = (key: string, data: JsonObject): void =>
    run.journal.emit({
      key: `step.${key}:${step.id}:${generation}:${context.attempts[step.id] ?? 0}`,
      type: 'step.progress',
      data: { step: step.id, ...data },
      step: { id: step.id, data },
    });
  const announce = (wait: Wait): void => show('waiting', { waiting: wait });
  return {
    waitOut({ message, retryAfterMs }) {
      patience ??= createPatience(run, run.input.settings.sellerTimeoutMs, announce);
      return patience.again({ for: 'seller', detail: message, retryAfterMs });
    },
    end() {
      if (patience?.waited() === true) show('waited', { waiting: null });
      patience = undefined;
    },
  };
}
