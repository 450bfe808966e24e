import type { PlanStep } from '../../domain/plan/plan.ts';
import { nextQuestionMs, type StatusPoint } from '../../domain/payments/accepted-work.ts';
import type { PollOutcome } from '../../domain/ports/calling.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Wait } from './patience.ts';
import type { StepContext } from './step-context.ts';

type WorkEnd =
  | { kind: 'ok' }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'stopped'; message: string };

/**
 * Asks a service for the work that it has accepted, until it is done or the run must end. Each look is an activity and each
 * wait a timer, so a worker that dies changes nothing. `intentId` is the settled payment that bought the work: a look
 * carries no payment, so whatever happens here, nothing is paid again.
 */
export async function awaitWork(
  context: StepContext,
  step: PlanStep,
  accepted: StatusPoint,
  intentId?: string,
): Promise<WorkEnd> {
  const { run } = context;
  const sinceMs = Date.now();
  announce(context, step, waitOf(context, sinceMs));
  const end = await lookUntilDone(context, step, accepted, sinceMs, intentId);
  announce(context, step, null);
  if (end !== 'stopped') return end;
  const why = run.stop.reason() === 'deadline' ? 'The time of the run is over' : 'The run was stopped';
  return { kind: 'stopped', message: `${why} while the service was still working.` };
}

async function lookUntilDone(
  context: StepContext,
  step: PlanStep,
  accepted: StatusPoint,
  sinceMs: number,
  intentId: string | undefined,
): Promise<Exclude<WorkEnd, { kind: 'stopped' }> | 'stopped'> {
  const { stop, input } = context.run;
  let status = accepted;
  let troubleSinceMs: number | undefined;
  for (let look = 1; ; look++) {
    const waitMs = nextQuestionMs(Date.now() - sinceMs, status.afterMs);
    await stop.pause(waitMs, `${step.id}: ask for the accepted work, ${look}`);
    if (stop.reason() !== undefined) return 'stopped';
    const outcome = await lookOnce(context, step, { url: status.url, look, sinceMs, intentId });
    switch (outcome.kind) {
      case 'ok':
        context.outputs[step.outputKey] = outcome.output;
        return { kind: 'ok' };
      case 'failed':
        return outcome;
      case 'working':
        status = outcome.status;
        troubleSinceMs = undefined;
        break;
      case 'retry':
        troubleSinceMs ??= Date.now();
        if (Date.now() - troubleSinceMs >= input.settings.sellerTimeoutMs)
          return { kind: 'failed', code: outcome.code, message: outcome.message };
        status = { url: status.url, ...after(outcome.retryAfterMs) };
    }
  }
}

const after = (afterMs: number | undefined): { afterMs?: number } =>
  afterMs === undefined ? {} : { afterMs };

function lookOnce(
  { run, attempts }: StepContext,
  { id, serviceName }: PlanStep,
  { intentId, ...look }: { url: string; look: number; sinceMs: number; intentId: string | undefined },
): Promise<PollOutcome> {
  return run.journal.ride((ride) =>
    run.act.remote.pollService.executeWithOptions({ summary: `${id}: ask ${serviceName} for its work` }, [
      {
        ...look,
        ride,
        runId: run.input.runId,
        step: { id, serviceName },
        attempts: attempts[id] ?? 1,
        timeoutMs: run.input.settings.callTimeoutMs,
        ...(intentId === undefined ? {} : { intentId }),
      },
    ]),
  );
}

const waitOf = ({ run }: StepContext, sinceMs: number): Wait => ({
  for: 'seller',
  since: new Date(sinceMs).toISOString(),
  until: new Date(Math.min(run.stop.endsAtMs(), sinceMs + run.input.settings.maxTimeMs)).toISOString(),
  attempt: 1,
  detail: 'The service has accepted the work and is asked how far it is.',
});

/** The key has the step's count of calls, which never repeats. */
function announce({ run, attempts }: StepContext, step: PlanStep, waiting: Wait | null): void {
  const data: JsonObject = { waiting };
  run.journal.emit({
    key: `step.${waiting === null ? 'delivered' : 'accepted'}:${step.id}:${attempts[step.id] ?? 0}`,
    type: 'step.progress',
    data: { step: step.id, ...data },
    step: { id: step.id, data },
  });
}
