import { outputsFor } from '../../domain/plan/outputs.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import type { CallOutcome, CallRequest, CompensateOutcome } from '../../domain/ports/calling.ts';
import type { StatusPoint } from '../../domain/payments/accepted-work.ts';
import { retryDelay } from '../../domain/retry.ts';
import { awaitWork } from './accepted-work.ts';
import { createOutage } from './outage.ts';
import { payForCall } from './paid-call.ts';
import { repeatUndo } from './undo.ts';
import { handOver } from './run.ts';
import { failed, nextAttempt, type StepContext, type StepEnd } from './step-context.ts';

/**
 * One service step: call, pay when asked to, repeat what is worth repeating. The undo is registered before the first
 * call, because a call whose answer was lost may have happened.
 */
export async function runServiceStep(context: StepContext, step: PlanStep): Promise<StepEnd> {
  const { run } = context;
  const intent: { id?: string } = {};
  if (step.compensation !== undefined) registerUndo(context, step, intent);
  for (;;) {
    const generation = context.generations[step.id] ?? 1;
    const answer = await callWithRetries(context, step, generation);
    switch (answer.kind) {
      case 'ok':
        context.outputs[step.outputKey] = answer.output;
        run.saga.completed(step.id);
        return { kind: 'completed' };
      case 'done':
        if (answer.paid !== undefined) intent.id = answer.paid.intentId;
        context.budget.settled += BigInt(answer.paid?.amount ?? 0);
        context.outputs[step.outputKey] = answer.output;
        run.saga.completed(step.id);
        return { kind: 'completed' };
      case 'superseded':
        context.generations[step.id] = answer.generation;
        continue;
      case 'undoing':
        throw handOver();
      case 'failed':
        if (answer.definite) run.saga.forget(step.id);
        return failed(answer.code, answer.message, !answer.definite);
      case 'stopped':
        if (answer.definite) run.saga.forget(step.id);
        return { kind: 'stopped' };
      case 'accepted':
        return finish(context, step, answer.status);
      case 'payment_required': {
        intent.id = answer.intentId;
        const paid = await payForCall(
          context,
          callRequest(context, step, generation, context.attempts[step.id]!),
          answer,
        );
        if (paid.kind === 'void') {
          context.generations[step.id] = generation + 1; // proven unpaid: only now may another payment be signed
          continue;
        }
        if (paid.kind === 'left') return { kind: 'stopped' }; // what was paid for may be done: its undo stays
        if (paid.kind === 'parked' || paid.kind === 'stopped') run.saga.forget(step.id);
        if (paid.kind === 'completed') run.saga.completed(step.id);
        return paid;
      }
    }
  }
}

/** Unpaid work that the service has accepted. Whatever comes of it, it may have been done, so its undo stays. */
async function finish(context: StepContext, step: PlanStep, status: StatusPoint): Promise<StepEnd> {
  const end = await awaitWork(context, step, status);
  if (end.kind === 'stopped') return { kind: 'stopped' };
  if (end.kind === 'failed') return failed(end.code, end.message);
  context.run.saga.completed(step.id);
  return { kind: 'completed' };
}

type Answer =
  | Extract<CallOutcome, { kind: 'ok' | 'accepted' | 'payment_required' | 'done' | 'superseded' | 'undoing' }>
  | { kind: 'failed'; code: string; message: string; definite: boolean }
  | { kind: 'stopped'; definite: boolean };

/**
 * Repeats the unpaid call within the step's retry policy. A refusal is definite; a lost answer is not. For a service that is
 * away it waits beyond the policy, as long as the run's settings say.
 */
async function callWithRetries(context: StepContext, step: PlanStep, generation: number): Promise<Answer> {
  const { run } = context;
  const { maxAttempts } = step.retryPolicy;
  const outage = createOutage(context, step, generation);
  let heard = 0;
  for (let attempt = 1; ; attempt++) {
    if (run.stop.reason() !== undefined) return { kind: 'stopped', definite: attempt === 1 };
    const outcome = await callOnce(context, step, generation);
    const isAway = outcome.kind === 'retry' && outcome.away === true;
    if (!isAway) outage.end();
    if (outcome.kind === 'failed') return { ...outcome, definite: true };
    if (outcome.kind !== 'retry') return outcome;
    if (!isAway) heard += 1;
    if ((isAway ? attempt : heard) < maxAttempts) {
      const delay = retryDelay(step.retryPolicy, attempt, Math.random(), outcome.retryAfterMs);
      await run.stop.pause(delay, `${step.id}: retry ${attempt + 1}`);
    } else if (!isAway || !(await outage.waitOut(outcome))) {
      if (run.stop.reason() === undefined) return { ...outcome, kind: 'failed', definite: false };
    }
    if (run.stop.reason() !== undefined) return { kind: 'stopped', definite: false };
  }
}

function callOnce(context: StepContext, step: PlanStep, generation: number): Promise<CallOutcome> {
  const { run } = context;
  const isQuick = step.estimatedTime <= run.input.settings.localCallMs;
  const { callService } = isQuick ? run.act.localCalls : run.act.remote;
  const request = callRequest(context, step, generation, nextAttempt(context, step.id));
  return run.journal.ride((ride) =>
    callService.executeWithOptions({ summary: `${step.id}: ${step.serviceName}` }, [{ ...request, ride }]),
  );
}

function callRequest(
  context: StepContext,
  step: PlanStep,
  generation: number,
  attempt: number,
): Omit<CallRequest, 'ride'> {
  const recipients = context.budget.grant?.limits.allowedRecipients;
  return {
    runId: context.run.input.runId,
    step,
    outputs: outputsFor(step.inputMapping, context.outputs),
    generation,
    attempt,
    timeoutMs: context.run.input.settings.callTimeoutMs,
    asset: context.plan.asset,
    ...(recipients && { recipients }),
  };
}

function registerUndo(context: StepContext, step: PlanStep, intent: { id?: string }): void {
  const { run } = context;
  const undo = (attempt: number): Promise<CompensateOutcome> =>
    run.journal.ride((ride) =>
      run.act.remote.compensateStep.executeWithOptions({ summary: `undo ${step.id}: ${step.serviceName}` }, [
        {
          ride,
          runId: run.input.runId,
          stepId: step.id,
          compensation: step.compensation!,
          outputs: outputsFor(step.compensation!.inputMapping, context.outputs),
          attempt,
          timeoutMs: run.input.settings.callTimeoutMs,
          ...(intent.id === undefined ? {} : { intentId: intent.id }),
        },
      ]),
    );
  run.saga.register({
    key: step.id,
    run: () => repeatUndo(step.id, step.retryPolicy, run.input.settings.sellerTimeoutMs, undo),
  });
}
