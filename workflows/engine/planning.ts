import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import type { PlanFailure, PlanOutcome, PlanRequest } from '../../domain/ports/planning.ts';
import { askDetail } from './ask-detail.ts';
import { createPatience, type Patience, type Wait } from './patience.ts';
import { handOver, type Run } from './run.ts';
import { untilStopped } from './until-stopped.ts';

type Planned = Extract<PlanOutcome, { kind: 'planned' }>;
type Settled = Planned | PlanFailure | Extract<PlanOutcome, { kind: 'over' }> | 'stopped';
type Once = PlanOutcome | 'stopped';

const GRACE_MS = 15_000; // on top of the model's own time, to write the outcome down
const SHORTEST_MS = 1000; // for the last try, which begins when the time is over

/** Planning never waits longer than the run may take. */
export function planningPatience(run: Run): Patience {
  const { planningTimeoutMs, maxTimeMs } = run.input.settings;
  return createPatience(run, Math.min(planningTimeoutMs, maxTimeMs), (wait) => announceWait(run, wait));
}

function announceWait(run: Run, wait: Wait): void {
  const key = `run.planning:${wait.for}:${wait.attempt}`;
  run.journal.emit({ key, type: 'run.planning', data: { waiting: wait }, view: { waiting: wait } });
  run.describe([`**Planning** waits for the ${wait.for} until ${wait.until}`, wait.detail], {
    waiting: wait,
  });
}

type Known = Required<Pick<PlanRequest, 'whole' | 'answers'>>;

/**
 * Waits for a catalogue or a model that is away; when the time is over, its last message is the failure. Asks for what the plan
 * lacks, and plans on with the answer.
 */
export async function makePlan(run: Run, patience: Patience): Promise<Settled> {
  const known: Known = { whole: false, answers: [] };
  for (;;) {
    const outcome = await planOnce(run, patience, known);
    if (outcome !== 'stopped' && outcome.kind === 'undoing') throw handOver();
    if (
      outcome === 'stopped' ||
      outcome.kind === 'planned' ||
      outcome.kind === 'failed' ||
      outcome.kind === 'over'
    ) {
      if (patience.waited()) run.describe(['**Planning**'], { waiting: null });
      return outcome;
    }
    if (outcome.kind === 'needs_model') return planningFailed('The planner gave no plan.');
    if (outcome.kind === 'needs_detail') {
      const detail = await patience.standStill(() => askDetail(run, outcome, known.answers.length + 1));
      if (detail.kind === 'stopped') return 'stopped';
      if (detail.kind === 'failed') return detail;
      const { question, hash } = detail.answer;
      known.answers.push({ question, hash });
      continue;
    }
    known.whole ||= outcome.whole === true;
    const { for: what, otherwise, retryAfterMs } = outcome;
    if (await patience.again({ for: what, detail: otherwise.message, retryAfterMs })) continue;
    return run.stop.reason() === undefined ? otherwise : 'stopped';
  }
}

async function planOnce(run: Run, patience: Patience, { whole, answers }: Known): Promise<Once> {
  const request = {
    runId: run.input.runId,
    ...(whole ? { whole } : {}),
    ...(answers.length > 0 ? { answers } : {}),
  };
  if (run.input.settings.rerun !== undefined)
    return run.journal.ride((ride) =>
      run.act.local.planAgain.executeWithOptions({ summary: 'plan: as before' }, [{ ...request, ride }]),
    );
  const fast = await run.journal.ride((ride) =>
    run.act.local.planFast.executeWithOptions({ summary: 'plan: without a model' }, [{ ...request, ride }]),
  );
  if (run.stop.reason() !== undefined) return 'stopped';
  if (fast.kind !== 'needs_model') return fast;
  const withinMs = Math.max(patience.leftMs(), SHORTEST_MS);
  // A model may think for a minute, and a person who cancels must not wait for it.
  return untilStopped(run.stop, () =>
    run.journal
      .ride((ride) =>
        run.act.llm.planWithModel.executeWithOptions(
          { summary: 'plan: ask the model', scheduleToCloseTimeout: withinMs + GRACE_MS },
          [{ ...request, withinMs, ride }],
        ),
      )
      .catch(tooLate),
  );
}

/** No worker could ask the model in time: workers or the database were away. */
function tooLate(error: unknown): PlanFailure {
  if (!(error instanceof ActivityFailure && error.cause instanceof TimeoutFailure)) throw error;
  return planningFailed('The planning model could not be asked in time.');
}

const planningFailed = (message: string): PlanFailure => ({
  kind: 'failed',
  code: 'PLANNING_FAILED',
  message,
  recoverable: true,
});
