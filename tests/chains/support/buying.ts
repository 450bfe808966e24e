import type { CallRequest } from '../../../domain/ports/calling.ts';
import type { PlanStep } from '../../../domain/plan/plan.ts';
import type { PaymentActivities, SubmitOutcome } from '../../../domain/ports/payments.ts';
import type { Activities } from './money-stack.ts';

export const request = (
  runId: string,
  step: PlanStep,
  code: string,
  over: Partial<CallRequest> = {},
): CallRequest => ({
  ride: { runId, events: [] },
  runId,
  step,
  outputs: {},
  generation: 1,
  attempt: 1,
  timeoutMs: 20_000,
  asset: code,
  ...over,
});

export const soon = (): number => Date.now() + 60_000;

/** Repeats an activity as Temporal does, until it does not throw. */
export async function untilDone<T>(work: () => Promise<T>, attempts = 4): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts) throw error;
    }
  }
}

/** The paid call of a step, as the workflow sends it. */
export const sending = (
  { ride, attempt, step, outputs, timeoutMs }: CallRequest,
  intentId: string,
): Parameters<PaymentActivities['submitPayment']>[0] => ({
  ride,
  intentId,
  attempt,
  paidCall: { step, outputs, timeoutMs },
});

/** The unpaid call of a step that must ask for money; answers the intent. */
export async function quoteFor(activities: Activities, call: CallRequest): Promise<string> {
  const outcome = await untilDone(() => activities.callService(call));
  if (outcome.kind !== 'payment_required')
    throw new Error(`expected a price, got ${JSON.stringify(outcome)}`);
  return outcome.intentId;
}

/** Quote, sign, submit, as the workflow does it. */
export async function buy(
  activities: Activities,
  call: CallRequest,
): Promise<{ intentId: string; outcome: SubmitOutcome }> {
  const intentId = await quoteFor(activities, call);
  const { ride } = call;
  const signed = await untilDone(() => activities.signPayment({ ride, intentId, signBeforeMs: soon() }));
  if (signed.kind !== 'signed') throw new Error(`expected a signature, got ${JSON.stringify(signed)}`);
  return { intentId, outcome: await untilDone(() => activities.submitPayment(sending(call, intentId))) };
}
