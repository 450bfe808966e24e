import { readRunInput } from '../../domain/messages/starts.ts';
import { UNKNOWN_TOTALS } from '../../domain/ports/ledger.ts';
import type { PlanFailure, PlanOutcome } from '../../domain/ports/planning.ts';
import { lowerCeilings } from '../../domain/plan/word-limits.ts';
import type { RunInput, RunSettings } from '../../domain/run-settings.ts';
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
    if (outcome.kind !== 'planned') return refused(outcome);
    const { plan, limits, past, granted, seen } = outcome;
    const bounded = lowerCeilings(run.input.settings, plan, limits);
    if (!bounded.ok) return refused(overLimit(bounded.message));
    if (seen !== true) announcePlan(run, outcome, patience.waited());
    return runPlan(within(run, bounded.ceilings), gate, plan, past, granted);
  });
}

type Planned = Extract<PlanOutcome, { kind: 'planned' }>;

/** The run with the limits that its words set, which bind like those of its settings. */
const within = (run: Run, ceilings: Partial<RunSettings>): Run => ({
  ...run,
  input: { ...run.input, settings: { ...run.input.settings, ...ceilings } },
});

function announcePlan(run: Run, { plan, cached, model, intent, limits }: Planned, waited: boolean): void {
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
      ...(limits === undefined ? {} : { limits: limits as JsonObject }),
      ...(waited ? { waiting: null } : {}),
    },
  });
}

const overLimit = (message: string): PlanFailure => ({
  kind: 'failed',
  code: 'PLAN_INVALID',
  message,
  recoverable: true,
});

/** What was understood is shown of a request that has no plan, too. */
const refused = ({ code, message, recoverable, details, understanding }: PlanFailure): Ending => ({
  ...nothingDone('failed', { code, message, recoverable, ...(details !== undefined && { details }) }),
  ...(understanding && { view: { understanding: understanding as unknown as JsonObject } }),
});

const nothingDone = (status: Ending['status'], error?: Ending['error']): Ending => ({
  status,
  ...(error === undefined ? {} : { error }),
  outputs: {},
  totals: UNKNOWN_TOTALS,
});
