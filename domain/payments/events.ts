import type { Json, JsonObject } from '../../schemas/core/json.ts';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import type { JournalEvent } from '../ports/journal.ts';
import type { ValueRef } from '../ports/values.ts';

/** What events tell of a payment. `amountMinor` is minor units of `asset` (CAIP-19). */
export interface PaymentFacts {
  intentId: string;
  stepId: string;
  network: string;
  asset: string;
  amountMinor: string;
  payTo: string;
  txHash?: string | null;
}

/** The part of a step's result that describes the payment; events of payments have the same (`payment_tell`). */
export function paymentView(facts: PaymentFacts, status: PaymentStatus): JsonObject {
  const { intentId, network, asset, amountMinor, payTo, txHash } = facts;
  return { intentId, status, network, asset, amountMinor, payTo, ...(txHash ? { txHash } : {}) };
}

/** How a step went, as events and projections carry it. Large outputs travel as `outputRef`. */
export interface CompletedStep {
  stepId: string;
  output: ValueRef;
  /** What is shown in the reference's place; undefined for a large output (`Values.show`). */
  shown?: Json | undefined;
  /** Minor units. */
  cost: string;
  timeMs: number;
  attempts: number;
  payment?: PaymentFacts;
}

/** `step.completed`, with the projection of the step. One a step, whoever writes it. */
export function stepCompleted(done: CompletedStep): JournalEvent {
  const result: JsonObject = {
    stepId: done.stepId,
    status: 'completed',
    success: true,
    ...outputFields(done),
    cost: done.cost,
    time: done.timeMs,
    attempts: done.attempts,
    ...(done.payment ? { payment: paymentView(done.payment, 'settled') } : {}),
    ...(done.payment?.txHash ? { paymentSignature: done.payment.txHash } : {}),
  };
  return {
    key: `step.completed:${done.stepId}`,
    type: 'step.completed',
    data: { step: done.stepId, result },
    step: { id: done.stepId, status: 'completed', data: { result } },
  };
}

/** A step that a conditional ruled out, or that hung only on such steps. */
export function stepSkipped(stepId: string): JournalEvent {
  const result = { stepId, status: 'skipped', success: true, cost: '0', time: 0, attempts: 0 };
  return {
    key: `step.skipped:${stepId}`,
    type: 'step.skipped',
    data: { step: stepId, result },
    step: { id: stepId, status: 'skipped', data: { result } },
  };
}

function outputFields({ output, shown }: CompletedStep): { [field: string]: Json } {
  if ('inline' in output) return { output: output.inline };
  return shown === undefined ? { outputRef: { ...output } } : { output: shown };
}

/** `step.started` once a step; every later call of it is progress. */
export function stepCalled(stepId: string, generation: number, attempt: number): JournalEvent {
  if (generation === 1 && attempt === 1)
    return {
      key: `step.started:${stepId}`,
      type: 'step.started',
      data: { step: stepId },
      step: { id: stepId, status: 'running', data: running(stepId, attempt) },
    };
  return {
    key: `step.progress:${stepId}:${generation}:${attempt}`,
    type: 'step.progress',
    data: { step: stepId, attempt },
    step: { id: stepId, status: 'running', data: running(stepId, attempt) },
  };
}

const running = (stepId: string, attempts: number): JsonObject => ({
  result: { stepId, status: 'running', success: false, cost: '0', time: 0, attempts },
});

/** A call that is worth repeating. */
export function stepRetrying(
  stepId: string,
  generation: number,
  attempt: number,
  code: string,
): JournalEvent {
  return {
    key: `step.retrying:${stepId}:${generation}:${attempt}`,
    type: 'step.progress',
    data: { step: stepId, attempt, retrying: true, code },
    step: { id: stepId, status: 'running' },
  };
}
