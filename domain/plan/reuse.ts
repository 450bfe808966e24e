import type { StepStatus } from '../../schemas/core/run.ts';
import type { Plan, PlanStep } from './plan.ts';

/** The steps of an ended run, sorted for another run of its plan. */
export interface Reuse {
  /** Completed and not undone: their results are used as they are. */
  done: string[];
  /** Ruled out by a conditional whose result is used. */
  skipped: string[];
  /** To be run again, in the plan's order. */
  redo: string[];
}

export type ReuseRefusal = { kind: 'unknown_step' | 'nothing_to_do' };

/**
 * What another run of a plan uses of an ended one and what it does again: `fromStep`, everything that did not end well
 * or was undone, and all that depends on either.
 */
export function splitForRerun(
  steps: readonly Pick<PlanStep, 'id' | 'dependencies'>[],
  statusOf: ReadonlyMap<string, StepStatus>,
  fromStep?: string,
): Reuse | ReuseRefusal {
  if (fromStep !== undefined && !steps.some(({ id }) => id === fromStep)) return { kind: 'unknown_step' };
  const redo = new Set(
    steps.map(({ id }) => id).filter((id) => id === fromStep || !isUsable(statusOf.get(id))),
  );
  for (let size = -1; size !== redo.size;) {
    size = redo.size;
    for (const { id, dependencies } of steps) if (dependencies.some((on) => redo.has(on))) redo.add(id);
  }
  if (redo.size === 0) return { kind: 'nothing_to_do' };
  const kept = steps.map(({ id }) => id).filter((id) => !redo.has(id));
  return {
    done: kept.filter((id) => statusOf.get(id) === 'completed'),
    skipped: kept.filter((id) => statusOf.get(id) === 'skipped'),
    redo: steps.map(({ id }) => id).filter((id) => redo.has(id)),
  };
}

const isUsable = (status: StepStatus | undefined): boolean => status === 'completed' || status === 'skipped';

/** The plan as its next run asks approval for it: what is used again costs nothing and is paid to nobody. */
export function planOfRest(plan: Plan, { redo }: Reuse, maxCost: string | undefined): Omit<Plan, 'planHash'> {
  const steps = plan.steps.map((step) => (redo.includes(step.id) ? step : freeOfCharge(step)));
  const total = steps.reduce((sum, { estimatedCost }) => sum + BigInt(estimatedCost), 0n).toString();
  const { planHash: _old, ...rest } = plan;
  return {
    ...rest,
    steps,
    totalEstimatedCost: total,
    revision: 1,
    limits: { maxTotalAmount: maxCost ?? total },
  };
}

function freeOfCharge({ pay: _pay, ...step }: PlanStep): PlanStep {
  return { ...step, estimatedCost: '0', maxPrice: '0' };
}
