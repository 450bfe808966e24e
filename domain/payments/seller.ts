import type { PlanStep } from '../plan/plan.ts';
import type { Outputs } from '../ports/values.ts';
import type { HttpAnswer } from './http.ts';

/** One call of a step's service, or of its compensation. Paid calls carry the payment in `headers`. */
export interface SellerCall {
  step: Pick<PlanStep, 'params' | 'inputMapping'> & { url: string; method: string };
  outputs: Outputs;
  idempotencyKey: string;
  timeoutMs: number;
  headers?: { [name: string]: string };
}

/** `silent`: no answer came, the call may or may not have arrived (`away`: it did not); `blocked`: it never left. */
export type SellerAnswer =
  | { kind: 'answered'; answer: HttpAnswer; timeMs: number }
  | { kind: 'silent'; code: string; message: string; away?: boolean }
  | { kind: 'blocked'; code: string; message: string };

/** Calls services. Everything that can go wrong out there is data. */
export interface Seller {
  call(call: SellerCall): Promise<SellerAnswer>;
}

/** Reads addresses that services named. Nothing of ours goes along: no payment, no key, no params. */
export interface StatusReader {
  ask(url: string, timeoutMs: number): Promise<SellerAnswer>;
}

/** The key that makes repeated calls of one generation one request for the service. */
export const callKey = (runId: string, stepId: string, generation: number): string =>
  `${runId}:${stepId}:${generation}`;

/** The key of a step's undo (reasoning.md, "Execution"). */
export const compensationKey = (runId: string, stepId: string): string => `comp:${runId}:${stepId}`;
