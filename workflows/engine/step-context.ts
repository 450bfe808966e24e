import type { NoRoom } from '../../domain/budgets/room.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { PauseReason } from '../../domain/plan/spending.ts';
import type { Quote } from '../../domain/ports/calling.ts';
import type { Outputs } from '../../domain/ports/values.ts';
import type { Budget } from './budget.ts';
import type { NodeEnd } from './dag.ts';
import type { Run } from './run.ts';

/** Why a step waits for a person, with the price that was asked, if it was about one. */
export interface Parked {
  reason: PauseReason;
  quote?: Quote;
  /** The payment that a balance was too short for, by how much (minor units), and whose balance. */
  short?: { intentId: string; amount: string; of: 'user' | 'operator' };
  /** The payment that a budget has no room for, and which budget that is. */
  room?: NoRoom & { intentId: string };
}

export interface StepFailure {
  code: string;
  message: string;
  recoverable: boolean;
  /** What it cost all the same, minor units. */
  cost?: string;
}

export type StepEnd = NodeEnd<Parked, StepFailure>;

/** What the steps of one plan share. `plan` changes when a revision is approved. */
export interface StepContext {
  readonly run: Run;
  readonly outputs: Outputs;
  readonly budget: Budget;
  /** Calls made so far by step: event keys and idempotency need a number that never repeats. */
  readonly attempts: { [stepId: string]: number };
  plan: Plan;
  /** The user's own ceiling, minor units; raised only by the approval of a plan that says it costs more. */
  maxCost: string | undefined;
  /** What people have agreed to pay for a step although a budget asks for that, minor units. */
  readonly agreed: { [stepId: string]: string };
}

export const failed = (code: string, message: string, recoverable = false, cost?: string): StepEnd => ({
  kind: 'failed',
  failure: { code, message, recoverable, ...(cost === undefined ? {} : { cost }) },
});

/** A paid call shares the attempt of its quote; every repetition gets the next number. */
export function nextAttempt(context: StepContext, stepId: string): number {
  const attempt = (context.attempts[stepId] ?? 0) + 1;
  context.attempts[stepId] = attempt;
  return attempt;
}
