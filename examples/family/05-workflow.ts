import { proxyLocalActivities } from '@temporalio/workflow';
import type { Plan } from '../../domain/plan/plan.ts';
import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { createApprovalGate } from '../../workflows/engine/approval.ts';
import { runPlan } from '../../workflows/engine/plan-run.ts';
import type { RunSummary } from '../../workflows/engine/run-summary.ts';
import { executeRun, type Ending, type Run } from '../../workflows/engine/run.ts';
import { ECHO_EVENTS, type EchoActivities, type EchoInput } from './02-contract.ts';
import { VOLUMES } from './03-plan.ts';

const { planEcho } = proxyLocalActivities<EchoActivities>({ startToCloseTimeout: '30s' });

/**
 * 5. The story, from top to bottom: ask a person, plan, and let the engine have the plan approved, paid for and executed.
 * This code runs again from its history after a crash, so it must decide the same each time: no clock, no network, no files.
 */
export async function echo(input: EchoInput): Promise<RunSummary> {
  return executeRun(input, async (run) => {
    const gate = createApprovalGate(run);
    run.move('planning', 'run.planning', 'run.planning', {});
    const end = await run.questions.ask({
      id: 'volume',
      prompt: 'How loud shall the echo be?',
      form: [{ id: 'volume', type: 'choice', label: 'Volume', choices: [...VOLUMES] }],
      expiresAtMs: Date.now() + input.settings.askForMs,
      endsRun: true,
    });
    if (end.kind !== 'answered') return nothingDone(run);
    const planned = await run.journal.ride((ride) =>
      planEcho.executeWithOptions({ summary: 'plan: one paid step' }, [
        { ride, runId: input.runId, answer: end.answer },
      ]),
    );
    if (planned.kind === 'failed') return { ...nothingDone(run), status: 'failed', error: planned };
    announce(run, planned.plan);
    return runPlan(run, gate, planned.plan);
  });
}

/** Our own event, and the engine's that a plan is ready. An event's key names it and its cause, so writing it twice is one. */
function announce({ journal }: Run<EchoInput>, plan: Plan): void {
  const { serviceName } = plan.steps[0]!;
  journal.emit({ key: 'echo.heard', type: ECHO_EVENTS.heard, data: { service: serviceName } });
  const shown = plan as unknown as JsonObject;
  const key = `run.plan_ready:${plan.planHash}`;
  journal.emit({ key, type: 'run.plan_ready', data: { plan: shown }, view: { plan: shown } });
}

/** Nobody said how loud, or the run was cancelled meanwhile: nothing was planned, and nothing is owed. */
const nothingDone = (run: Run<EchoInput>): Ending => ({
  status: 'cancelled',
  ...(run.stop.reason() === undefined && {
    error: { code: 'NOT_ANSWERED', message: 'Nobody said how loud the echo shall be.', recoverable: true },
  }),
  outputs: {},
  totals: UNKNOWN_TOTALS,
});
