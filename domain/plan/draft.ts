import type { JsonObject } from '../../schemas/core/json.ts';
import type { PlanStep, RetryPolicy } from './plan.ts';
import type { PlanOutcome } from '../ports/planning.ts';

/** What a planner understood of the request. */
export type PlanIntent = Extract<PlanOutcome, { kind: 'planned' }>['intent'];

/** A step as a planner proposes it: not yet matched, priced or checked. `serviceId` is the service it had in mind. */
export interface DraftStep {
  id: string;
  type: PlanStep['type'];
  serviceId?: string;
  action: string;
  params: JsonObject;
  inputMapping?: { [param: string]: string };
  outputKey: string;
  dependencies: string[];
  parallelizable?: boolean;
  retryPolicy?: Partial<RetryPolicy>;
}

/** A proposed plan. */
export interface Draft {
  steps: DraftStep[];
  intent: PlanIntent;
}

/** The contract's retry policy where a planner names none; delays in ms. */
export const DEFAULT_RETRY: Readonly<RetryPolicy> = {
  maxAttempts: 3,
  backoffMultiplier: 2,
  initialDelayMs: 1000,
  maxDelayMs: 30_000,
};

/** Bounds of a retry policy (reasoning.md, "Step"). */
export const RETRY_BOUNDS: { readonly [key in keyof RetryPolicy]: readonly [number, number] } = {
  maxAttempts: [1, 10],
  backoffMultiplier: [1, 10],
  initialDelayMs: [100, 10_000],
  maxDelayMs: [1000, 60_000],
};
