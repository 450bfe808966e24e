import type { Plan, SpendLimits } from '../plan.ts';
import type { Ride } from './journal.ts';

export interface PlanRequest {
  ride: Ride;
  runId: string;
}

/** `needs_model`: no cached plan and a model is configured: plan on the llm queue. Codes are the contract's. */
export type PlanOutcome =
  | {
      kind: 'planned';
      plan: Plan;
      cached: boolean;
      model: string;
      intent: {
        classification: string;
        entities: { [name: string]: string | number | string[] };
        confidence: number;
        requiredCapabilities: string[];
      };
    }
  | { kind: 'needs_model' }
  | { kind: 'failed'; code: string; message: string; recoverable: boolean };

export interface PlanningActivities {
  /** Cache or offline rules: milliseconds, idempotent, run as a local activity. */
  planFast(request: PlanRequest): Promise<PlanOutcome>;
  /** A language model: seconds, on the llm queue. */
  planWithModel(request: PlanRequest): Promise<PlanOutcome>;
  /** The same plan with other prices, payees or limits: a new revision and hash. */
  revisePlan(request: {
    ride: Ride;
    plan: Plan;
    limits: SpendLimits;
    steps: { id: string; estimatedCost?: string; maxPrice?: string; pay?: Plan['steps'][number]['pay'] }[];
  }): Promise<Plan>;
}
