import type { NoRoom } from '../../domain/budgets/room.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { PauseReason } from '../../domain/plan/spending.ts';
import type { Quote } from '../../domain/ports/calling.ts';
import type { Outputs } from '../../domain/ports/values.ts';
import type { Budget } from './budget.ts';
import type { NodeEnd } from './dag.ts';
import type { Run } from './run.ts';

/** Why a step waits for a person. `quote` is the price that the seller asked, if the price is the reason. */
export interface Parked {
  reason: PauseReason;
  quote?: Quote;
  /** The payment that could not be covered, how much was missing (minor units), and in whose balance. */
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
  /** How often each step was called. Event keys and idempotency keys need a number that never repeats. */
  readonly attempts: { [stepId: string]: number };
  /** The payment a step is at, from 1: the next one follows when this one is proven void, also after a pause in between. */
  readonly generations: { [stepId: string]: number };
  plan: Plan;
  /** The user's own ceiling in minor units. Only the approval of a dearer plan raises it. */
  maxCost: string | undefined;
  /** What people have agreed to pay for a step although a budget asks for that, minor units. */
  readonly agreed: { [stepId: string]: string };
}

export const failed = (
  code: string,
  message: string,
  recoverable = false,
  cost?: string,
): Extract<StepEnd, { kind: 'failed' }> => ({
  kind: 'failed',
  failure: { code, message, recoverable, ...(cost === undefined ? {} : { cost }) },
});

/** The number of the next call. A paid call has the number of its quote. */
export function nextAttempt(context: StepContext, stepId: string): number {
  const attempt = (context.attempts[stepId] ?? 0) + 1;
  context.attempts[stepId] = attempt;
  return attempt;
}
