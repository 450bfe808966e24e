import { readRunInput } from '../../domain/messages/starts.ts';
import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import type { PlanFailure, PlanOutcome } from '../../domain/ports/planning.ts';
import type { RunInput } from '../../domain/run-settings.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { createApprovalGate } from '../engine/approval.ts';
import { runPlan } from '../engine/plan-run.ts';
import { makePlan, planningPatience } from '../engine/planning.ts';
import { readStart } from '../engine/read-start.ts';
import { executeRun, type Ending, type Run } from '../engine/run.ts';
import type { RunSummary } from '../engine/run-summary.ts';

/** A task in plain words: planned, priced, approved against escrow, executed as a paid graph (reasoning.md). */
export async function reasoning(input: RunInput): Promise<RunSummary> {
  readStart(readRunInput, input);
  return executeRun(input, async (run) => {
    const gate = createApprovalGate(run);
    run.move('planning', 'run.planning', 'run.planning', {});
    run.describe(['**Planning**']);
    const patience = planningPatience(run);
    const outcome = await makePlan(run, patience);
    if (outcome === 'stopped') return nothingDone('cancelled');
    if (outcome.kind === 'over') return nothingDone(outcome.status);
    if (outcome.kind !== 'planned') return nothingDone('failed', failureOf(outcome));
    if (outcome.seen !== true) announcePlan(run, outcome, patience.waited());
    return runPlan(run, gate, outcome.plan, outcome.past, outcome.granted);
  });
}

type Planned = Extract<PlanOutcome, { kind: 'planned' }>;

function announcePlan(run: Run, { plan, cached, model, intent }: Planned, waited: boolean): void {
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
      ...(waited ? { waiting: null } : {}),
    },
  });
}

const failureOf = ({ code, message, recoverable }: PlanFailure): NonNullable<Ending['error']> => ({
  code,
  message,
  recoverable,
});

const nothingDone = (status: Ending['status'], error?: Ending['error']): Ending => ({
  status,
  ...(error === undefined ? {} : { error }),
  outputs: {},
  totals: UNKNOWN_TOTALS,
});
