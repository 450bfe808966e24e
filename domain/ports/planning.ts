import type { Grant } from '../plan/approval-state.ts';
import type { Plan, SpendLimits } from '../plan/plan.ts';
import type { Understanding, WordLimits } from '../plan/understanding/understanding.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { Ride } from './journal.ts';
import type { Outputs } from './values.ts';

export interface PlanRequest {
  ride: Ride;
  runId: string;
  /** Plan only with every catalogue: an earlier try found no plan with those that answered. */
  whole?: boolean;
  /** Time left for planning, ms. No call of a model takes longer. */
  withinMs?: number;
  /** Answers to what planning asked, in order; a later one wins. Their values are kept beside the run. */
  answers?: { question: string; hash: string }[];
}

/** What a run uses of an ended run of the same plan. */
export interface ReusedResults {
  /** Its run id. */
  of: string;
  /** Outputs of the steps that are not run again. */
  outputs: Outputs;
  done: string[];
  skipped: string[];
  /** What the ended run paid for steps that are run again; minor units of the plan's asset. */
  paidAgain: { stepId: string; amount: string }[];
}

/** `needs_model`: no cached plan and a model is configured: plan on the llm queue. Codes are the contract's. */
export type PlanOutcome =
  | {
      kind: 'planned';
      plan: Plan;
      cached: boolean;
      model: string;
      /** Set when the plan is that of an ended run: what is used of it. */
      past?: ReusedResults;
      /** Set when this very plan was approved before its workflow was reset. */
      granted?: Grant;
      /** People have seen this plan: it was announced before the workflow was reset. */
      seen?: true;
      /** Limits that the request's words set; the run keeps the lower of these and its own. */
      limits?: WordLimits;
      intent: {
        classification: string;
        entities: { [name: string]: string | number | string[] };
        confidence: number;
        requiredCapabilities: string[];
      };
    }
  | { kind: 'needs_model' }
  | PlanNeedsDetail
  /** The run has ended: its workflow was reset afterwards. */
  | { kind: 'over'; status: 'completed' | 'failed' | 'cancelled' }
  /** The run is being undone, and its workflow was reset. */
  | { kind: 'undoing' }
  | PlanWait
  | PlanFailure;

export interface PlanFailure {
  kind: 'failed';
  code: string;
  message: string;
  recoverable: boolean;
  /** What a client can do about it: the contract's `error.details`. */
  details?: Json;
  understanding?: Understanding;
}

/** Something that decides what is bought is missing: `understanding.questions` ask for it. `message` is for a client that cannot answer. */
export interface PlanNeedsDetail {
  kind: 'needs_detail';
  message: string;
  understanding: Understanding;
}

/** Something outside is away: try again later. `otherwise` is the failure once the time is over. */
export interface PlanWait {
  kind: 'waiting';
  for: 'catalogue' | 'model';
  otherwise: PlanFailure;
  /** Only a part of the catalogue answered, and it was not enough. */
  whole?: boolean;
  retryAfterMs?: number;
}

export interface PlanningActivities {
  /** Cache or offline rules: milliseconds, idempotent, run as a local activity. */
  planFast(request: PlanRequest): Promise<PlanOutcome>;
  /** A language model: seconds, on the llm queue. */
  planWithModel(request: PlanRequest): Promise<PlanOutcome>;
  /** The plan of the ended run that the run's settings name, priced for what is left of it. */
  planAgain(request: PlanRequest): Promise<PlanOutcome>;
  /** Writes down that these steps have the results they had in the ended run; idempotent. */
  adoptSteps(request: {
    ride: Ride;
    runId: string;
    of: string;
    done: string[];
    skipped: string[];
  }): Promise<void>;
  /** The same plan with other prices, payees or limits: a new revision and hash. */
  revisePlan(request: {
    ride: Ride;
    plan: Plan;
    limits: SpendLimits;
    steps: { id: string; estimatedCost?: string; maxPrice?: string; pay?: Plan['steps'][number]['pay'] }[];
  }): Promise<Plan>;
}
