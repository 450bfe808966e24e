import type { PaymentStatus } from '../../schemas/core/payment.ts';
import type { StepStatus } from '../../schemas/core/run.ts';
import type { PlanStep } from './plan.ts';

/** What is written down of a step whose workflow is gone. */
export interface StepTrail {
  status: StepStatus | undefined;
  /** Where its completion stands among the run's events. */
  completedAt?: number;
  /** A call of it was answered by nobody, so that it may have happened. */
  unanswered: boolean;
  /** Its payments, in the order in which they were asked for. */
  payments: readonly { id: string; status: PaymentStatus }[];
}

/** One step to undo. `certain`: it is known to have happened; the others are undone because they may have. */
export interface UndoOrder<Step> {
  step: Step;
  certain: boolean;
  /** The payment that a refund would give back. */
  intentId?: string;
}

const DONE_WITH: readonly (StepStatus | undefined)[] = [
  'compensated',
  'compensation_failed',
  'skipped',
  'pending',
  undefined,
];
const MAY_HAVE_PAID: readonly PaymentStatus[] = ['signed', 'submitted', 'settled', 'unknown'];

/**
 * What a workflow would undo now, in its order, read from what is written down: acts that may have happened first, then completed
 * ones, the last of them first. A step that only asked for its price has not happened.
 */
export function undoOrder<Step extends Pick<PlanStep, 'id' | 'compensation'>>(
  steps: readonly Step[],
  trailOf: (stepId: string) => StepTrail,
): UndoOrder<Step>[] {
  const found = steps.flatMap((step, place) => {
    const trail = trailOf(step.id);
    if (step.compensation === undefined || DONE_WITH.includes(trail.status)) return [];
    const paid = trail.payments.findLast(({ status }) => MAY_HAVE_PAID.includes(status));
    const certain = trail.status === 'completed';
    if (!certain && paid === undefined && !mayHaveHappened(trail)) return [];
    const intentId = paid?.id ?? trail.payments.at(-1)?.id;
    const order: UndoOrder<Step> = { step, certain, ...(intentId === undefined ? {} : { intentId }) };
    return [{ order, rank: certain ? (trail.completedAt ?? 0) : Infinity, place }];
  });
  return found
    .toSorted((a, b) => (a.rank === b.rank ? b.place - a.place : b.rank - a.rank))
    .map(({ order }) => order);
}

/** Called, and neither answered with a price nor refused. */
const mayHaveHappened = ({ status, payments, unanswered }: StepTrail): boolean =>
  payments.length === 0 && (status === 'running' || unanswered);
