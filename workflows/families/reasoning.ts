import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import type { PlanOutcome } from '../../domain/ports/planning.ts';
import type { RunInput } from '../../domain/run-settings.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { createApprovalGate } from '../engine/approval.ts';
import { runPlan } from '../engine/plan-run.ts';
import { untilStopped } from '../engine/until-stopped.ts';
import { runJob, type Ending, type Run } from '../engine/run.ts';

/** A task in plain words: planned, priced, approved against escrow, executed as a paid graph (reasoning.md). */
export async function reasoning(input: RunInput): Promise<void> {
  await runJob(input, async (run) => {
    const gate = createApprovalGate(run);
    run.move('planning', 'run.planning', 'run.planning', {});
    run.describe(['**Planning**']);
    const outcome = await makePlan(run);
    if (outcome === 'stopped') return nothingDone('cancelled');
    if (outcome.kind !== 'planned') return nothingDone('failed', failureOf(outcome));
    announcePlan(run, outcome);
    return runPlan(run, gate, outcome.plan, outcome.past);
  });
}

type Planned = Extract<PlanOutcome, { kind: 'planned' }>;

async function makePlan(run: Run): Promise<PlanOutcome | 'stopped'> {
  const request = { runId: run.input.runId };
  if (run.input.settings.rerun !== undefined)
    return run.journal.ride((ride) => run.act.local.planAgain({ ...request, ride }));
  const fast = await run.journal.ride((ride) => run.act.local.planFast({ ...request, ride }));
  if (run.stop.reason() !== undefined) return 'stopped';
  if (fast.kind !== 'needs_model') return fast;
  // A model may think for a minute; whoever cancels does not wait for it.
  return untilStopped(run.stop, () =>
    run.journal.ride((ride) => run.act.llm.planWithModel({ ...request, ride })),
  );
}

function announcePlan(run: Run, { plan, cached, model, intent }: Planned): void {
  const shown = plan as unknown as JsonObject;
  run.journal.emit({
    key: `run.plan_ready:${plan.planHash}`,
    type: 'run.plan_ready',
    data: {
      plan: shown,
      estimatedCost: plan.totalEstimatedCost,
      estimatedTime: plan.totalEstimatedTime,
      cached,
      model,
    },
    view: {
      plan: shown,
      intent,
      model,
      estimatedCost: plan.totalEstimatedCost,
      estimatedTime: plan.totalEstimatedTime,
      asset: plan.asset,
      decimals: plan.decimals,
    },
  });
}

function failureOf(outcome: Exclude<PlanOutcome, Planned>): NonNullable<Ending['error']> {
  if (outcome.kind === 'failed')
    return { code: outcome.code, message: outcome.message, recoverable: outcome.recoverable };
  return { code: 'PLANNING_FAILED', message: 'The planner gave no plan.', recoverable: true };
}

const nothingDone = (status: 'failed' | 'cancelled', error?: Ending['error']): Ending => ({
  status,
  ...(error === undefined ? {} : { error }),
  outputs: {},
  totals: UNKNOWN_TOTALS,
});
