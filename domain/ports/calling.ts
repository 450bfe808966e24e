import type { JsonObject } from '../../schemas/core/json.ts';
import type { Compensation, PayTerms, PlanStep } from '../plan/plan.ts';
import type { Ride } from './journal.ts';
import type { StatusPoint } from '../payments/accepted-work.ts';
import type { Outputs, ValueRef } from './values.ts';

/** A price and where it is to be paid. `assetId` is CAIP-19, `asset` the address or mint, `amount` minor units. */
export interface Quote extends PayTerms {
  assetId: string;
  amount: string;
  maxTimeoutSeconds: number;
}

/** One call of a service. `generation` counts payments of the step, `attempt` calls within it. */
export interface CallRequest {
  ride: Ride;
  runId: string;
  step: PlanStep;
  outputs: Outputs;
  generation: number;
  attempt: number;
  timeoutMs: number;
  asset: string;
  /** Whom the approval lets the run pay; everybody when it does not say. */
  recipients?: string[];
}

/**
 * `accepted`: the service works on it and tells at `status` how far it is. `input_missing` and other refusals are `failed`; `retry` is worth repeating after the delay. `away`: the service was not
 * reached, or says itself that it is away. It has refused nothing.
 */
export type CallOutcome =
  | { kind: 'ok'; output: ValueRef; timeMs: number }
  | { kind: 'accepted'; status: StatusPoint }
  /** `signed`: the journal says that it was signed before. Nobody was called, and nothing is agreed to anew. */
  | { kind: 'payment_required'; intentId: string; quote: Quote; signed?: true }
  | { kind: 'retry'; code: string; message: string; retryAfterMs?: number; away?: boolean }
  | { kind: 'failed'; code: string; message: string }
  /** It was done before, as the journal says; `paid` is what settled for it (minor units). Nobody was called. */
  | { kind: 'done'; output: ValueRef; paid?: { intentId: string; amount: string } }
  /** Its last payment was proven void, or is a later one. Nobody was called. */
  | { kind: 'superseded'; generation: number }
  /** The run is being undone, or is over. Nobody was called. */
  | { kind: 'undoing' };

/** One look at accepted work. `intentId` is the payment that has bought it; `sinceMs` when it was accepted. */
export interface PollRequest {
  ride: Ride;
  runId: string;
  step: Pick<PlanStep, 'id' | 'serviceName'>;
  url: string;
  /** Counts the looks. */
  look: number;
  /** How often the step was called, for its result. */
  attempts: number;
  sinceMs: number;
  timeoutMs: number;
  intentId?: string;
}

/** `working` names where and when to ask next; `retry` is a look that brought nothing. */
export type PollOutcome =
  | { kind: 'ok'; output: ValueRef }
  | { kind: 'working'; status: StatusPoint }
  | { kind: 'retry'; code: string; message: string; retryAfterMs?: number }
  | { kind: 'failed'; code: string; message: string };

export type ComputeOutcome =
  | { kind: 'ok'; output: ValueRef; branch?: 'then' | 'else' }
  | { kind: 'failed'; code: string; message: string };

export interface CompensateRequest {
  ride: Ride;
  runId: string;
  stepId: string;
  compensation: Compensation;
  outputs: Outputs;
  attempt: number;
  timeoutMs: number;
  /** The settled payment that a refund would give back, if the step was paid. */
  intentId?: string;
}

/** `refunded` is the amount credited back (minor units) when the seller's refund was verified on its chain. */
export type CompensateOutcome =
  | { kind: 'ok'; refunded?: string; detail: JsonObject }
  | { kind: 'retry'; code: string; message: string; retryAfterMs?: number; away?: boolean }
  | { kind: 'failed'; code: string; message: string };

export interface CallingActivities {
  /** The unpaid call: a free answer, or a price (an intent `quoted` is committed before this returns). */
  callService(request: CallRequest): Promise<CallOutcome>;
  /** Asks for work that a service has accepted. It carries no payment and no key, so it may be repeated at will. */
  pollService(request: PollRequest): Promise<PollOutcome>;
  /** Data transforms and predicates over outputs: pure, local. */
  computeStep(request: {
    ride: Ride;
    runId: string;
    step: PlanStep;
    outputs: Outputs;
  }): Promise<ComputeOutcome>;
  compensateStep(request: CompensateRequest): Promise<CompensateOutcome>;
}
