import type { RunRow, StepRow } from '../../db/repositories/runs.ts';
import { isTerminal } from '../../domain/run-states.ts';
import { Waiting } from '../../schemas/core/run.ts';

/** The outage that a run waits out, as planning or a step has noted it; undefined when there is none. */
export function waitingOf(
  { status, view }: Pick<RunRow, 'status' | 'view'>,
  steps: readonly Pick<StepRow, 'step_id' | 'status' | 'data'>[],
): Waiting | undefined {
  if (isTerminal(status)) return undefined;
  const planning = Waiting.safeParse(view['waiting']);
  if (planning.success) return planning.data;
  for (const step of steps) {
    const waiting = step.status === 'running' ? Waiting.safeParse(step.data['waiting']) : undefined;
    if (waiting?.success) return { ...waiting.data, step_id: step.step_id };
  }
  return undefined;
}
