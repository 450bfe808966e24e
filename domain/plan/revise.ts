import { sumMinor } from '../money.ts';
import type { Plan, PlanStep, SpendLimits } from './plan.ts';
import { graphOf, type UnhashedPlan } from './assemble.ts';

/** What changes of one step in a revision; amounts are minor units. */
export interface StepRevision {
  id: string;
  estimatedCost?: string;
  maxPrice?: string;
  pay?: PlanStep['pay'];
}

/** The same plan with other prices, payees or limits, as its next revision. */
export function revise(plan: Plan, limits: SpendLimits, revisions: readonly StepRevision[]): UnhashedPlan {
  const changes = new Map(revisions.map((revision) => [revision.id, revision]));
  const steps = plan.steps.map((step) => {
    const { pay, ...amounts } = changes.get(step.id) ?? {};
    const { pay: planned, ...rest } = { ...step, ...amounts };
    const terms = pay ?? planned;
    return terms === undefined ? rest : { ...rest, pay: terms };
  });
  return {
    ...graphOf(steps),
    totalEstimatedCost: sumMinor(steps.map((step) => step.estimatedCost)).toString(),
    asset: plan.asset,
    decimals: plan.decimals,
    revision: plan.revision + 1,
    limits,
    ...(plan.understanding && { understanding: plan.understanding }),
  };
}
