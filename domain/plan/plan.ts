import type { JsonObject } from '../../schemas/core/json.ts';
import type { Understanding } from './understanding/understanding.ts';

/** How a call is repeated: delays in ms, min(initial * multiplier^(n-1), max) plus jitter. */
export interface RetryPolicy {
  maxAttempts: number;
  backoffMultiplier: number;
  initialDelayMs: number;
  maxDelayMs: number;
}

/** The payment terms that were approved with the plan; a quote must match them. `asset` is the token address or mint. */
export interface PayTerms {
  scheme: string;
  network: string;
  asset: string;
  payTo: string;
}

/** The undo of a step: called with the resolved params and an idempotency key of its own. */
export interface Compensation {
  url: string;
  method: string;
  params: JsonObject;
  inputMapping?: { [param: string]: string };
}

/** One step of a priced plan. Amounts are minor units of the plan's asset as strings; times are ms. */
export interface PlanStep {
  id: string;
  type: 'service_call' | 'data_transform' | 'conditional';
  serviceId?: string;
  serviceName: string;
  serviceUrl?: string;
  method?: string;
  action: string;
  params: JsonObject;
  inputMapping?: { [param: string]: string };
  outputKey: string;
  dependencies: string[];
  parallelizable: boolean;
  estimatedCost: string;
  estimatedTime: number;
  maxPrice: string;
  pay?: PayTerms;
  compensation?: Compensation;
  retryPolicy: RetryPolicy;
}

/** What an approval allows to be spent. Amounts are minor units of the plan's asset. */
export interface SpendLimits {
  maxTotalAmount: string;
  maxPerTransaction?: string;
  allowedRecipients?: string[];
}

/** A validated, priced and hashed plan. `planHash` is sha256 over RFC 8785 JSON of steps, limits, asset, revision, understanding. */
export interface Plan {
  steps: PlanStep[];
  dag: { [stepId: string]: string[] };
  criticalPath: string[];
  parallelGroups: string[][];
  totalEstimatedCost: string;
  totalEstimatedTime: number;
  asset: string;
  decimals: number;
  revision: number;
  limits: SpendLimits;
  /** What the planner made of the request's words; absent where the plan is no answer to words. */
  understanding?: Understanding;
  planHash: string;
}
