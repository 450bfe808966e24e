import type { PlanStep } from '../../domain/plan/plan.ts';
import type { Understanding, WordLimits } from '../../domain/plan/understanding/understanding.ts';

/** What a planner answers, as far as the scoring reads it. */
export type Outcome =
  | {
      ok: true;
      plan: {
        steps: PlanStep[];
        totalEstimatedCost: string;
        decimals: number;
        understanding?: Understanding;
      };
      intent: { confidence: number };
      limits?: WordLimits;
    }
  | { ok: false; code: string; message: string; problems?: string[]; understanding?: Understanding };

export type Planned = Extract<Outcome, { ok: true }>;
export type Refused = Extract<Outcome, { ok: false }>;
export type Planner = (text: string) => Promise<Outcome>;

export const paidCalls = (outcome: Planned): PlanStep[] =>
  outcome.plan.steps.filter((step) => step.type === 'service_call' && step.estimatedCost !== '0');
