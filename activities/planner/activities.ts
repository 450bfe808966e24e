import { activityInfo, cancellationSignal } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { Journal } from '../../db/journal.ts';
import type { Queryable } from '../../db/ledger.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import type { PlanningActivities, PlanOutcome, PlanRequest } from '../../domain/ports/planning.ts';
import type { AssembleContext, UnhashedPlan } from '../../domain/reasoning/assemble.ts';
import type { CatalogueService } from '../../domain/reasoning/catalogue.ts';
import type { PlanIntent } from '../../domain/reasoning/draft.ts';
import { makeOfflinePlan } from '../../domain/reasoning/make-plan.ts';
import { revise } from '../../domain/reasoning/revise.ts';
import { withRide } from '../journal/ride.ts';
import { createAskModel, type AskModel, type ModelSettings } from './ask-model.ts';
import { loadRequest, type PlanningRequest } from './load-request.ts';
import { createPlanCache, type CacheFacts, type PlanCache } from './plan-cache.ts';
import { withHash } from './plan-hash.ts';
import { askForPlan } from './plan-with-model.ts';
import { createRerunActivities } from './rerun.ts';
import { plannerVersion } from './version.ts';

export interface PlanningDeps {
  db: Queryable;
  journal: Journal;
  sealer: Sealer;
  assets: AssetBook;
  /** Where services come from; any catalogue that can name its version. */
  catalogue: { services(): Promise<{ services: CatalogueService[]; version: string }> };
  /** Without a model the offline rules plan. */
  model?: ModelSettings;
  clock?: () => number;
  /** What all calls of one try may take together, corrections included. */
  planningMs?: number;
  /** How often Temporal has tried this activity, and how often it will. */
  attempt?: () => { attempt: number; maximum: number };
}

const OFFLINE = 'offline';
const PLANNING_MS = 100_000; // below the activity's own time-out, so that a slow model is an outcome

export function createPlanningActivities(deps: PlanningDeps): PlanningActivities {
  const cache = createPlanCache(deps.db, deps.sealer);
  const ask = deps.model === undefined ? undefined : createAskModel(deps.model);
  const tools: Tools = { ...deps, cache, ask, modelName: deps.model?.model ?? OFFLINE };
  return {
    ...createRerunActivities(deps),
    planFast: (request) => withRide(deps.journal, request.ride, () => planFast(tools, request)),
    planWithModel: (request) => withRide(deps.journal, request.ride, () => planWithModel(tools, request)),
    revisePlan: ({ ride, plan, limits, steps }) =>
      withRide(deps.journal, ride, () => Promise.resolve(withHash(revise(plan, limits, steps)))),
  };
}

type Tools = PlanningDeps & { cache: PlanCache; ask: AskModel | undefined; modelName: string };

/** Everything one planning needs, read once. */
interface Task {
  request: PlanningRequest;
  context: AssembleContext;
  facts: CacheFacts;
  today: string;
}

async function planFast(tools: Tools, { runId }: PlanRequest): Promise<PlanOutcome> {
  const task = await prepare(tools, runId);
  if ('kind' in task) return task;
  const known = await tools.cache.find(task.facts);
  if (known !== undefined) return { kind: 'planned', cached: true, ...known };
  if (tools.ask !== undefined) return { kind: 'needs_model' };
  const made = makeOfflinePlan(task.request.input, task.today, task.context);
  return made.ok ? keep(tools, task, made.plan, made.intent) : failed(made.code, made.message);
}

async function planWithModel(tools: Tools, { runId }: PlanRequest): Promise<PlanOutcome> {
  if (tools.ask === undefined)
    return failed('PLANNING_FAILED', 'No planning model is configured: set ANTHROPIC_API_KEY.');
  const task = await prepare(tools, runId);
  if ('kind' in task) return task;
  const known = await tools.cache.find(task.facts);
  if (known !== undefined) return { kind: 'planned', cached: true, ...known };
  const outcome = await askForPlan(
    tools.ask,
    task.request.input,
    task.today,
    task.context,
    signalOf(tools.planningMs ?? PLANNING_MS),
  );
  switch (outcome.kind) {
    case 'planned':
      return keep(tools, task, outcome.plan, outcome.intent);
    case 'refused':
      return failed(outcome.problem.code, outcome.problem.message);
    case 'failed':
      return failed('PLANNING_FAILED', outcome.message);
    case 'retry':
      return retryOrFail(tools, outcome);
  }
}

async function prepare(
  tools: Tools,
  runId: string,
): Promise<Task | Extract<PlanOutcome, { kind: 'failed' }>> {
  const { db, sealer, assets, clock = Date.now } = tools;
  const request = await loadRequest(db, sealer, assets, runId);
  const found = await tools.catalogue.services().catch((error: unknown) => {
    if (error instanceof EngineError && error.code === 'discovery_unavailable') return error;
    throw error;
  });
  if (found instanceof EngineError) return failed('DISCOVERY_UNAVAILABLE', found.message);
  const { input, maxCost, maxTimeMs, codes } = request;
  const today = new Date(clock()).toISOString().slice(0, 10);
  return {
    request,
    today,
    context: { services: found.services, book: assets, codes, ...(maxCost === undefined ? {} : { maxCost }) },
    facts: {
      input,
      catalogueVersion: found.version,
      plannerVersion,
      model: tools.modelName,
      maxCost,
      maxTimeMs,
      codes,
      today,
    },
  };
}

async function keep(
  tools: Tools,
  task: Task,
  unhashed: UnhashedPlan,
  intent: PlanIntent,
): Promise<PlanOutcome> {
  const kept = { plan: withHash(unhashed), intent, model: tools.modelName };
  await tools.cache.keep(task.facts, kept);
  return { kind: 'planned', cached: false, ...kept };
}

/** Passing trouble is Temporal's to repeat, at the time the model asked for; after the last attempt it is a failure. */
function retryOrFail(
  tools: Tools,
  { message, retryAfterMs }: { message: string; retryAfterMs?: number },
): PlanOutcome {
  const { attempt, maximum } = (tools.attempt ?? attemptOf)();
  if (attempt >= maximum) return failed('PLANNING_FAILED', message);
  throw ApplicationFailure.create({
    message,
    type: 'planning_model_busy',
    ...(retryAfterMs === undefined ? {} : { nextRetryDelay: retryAfterMs }),
  });
}

/** Codes that another try, another day or another limit may change. */
const RECOVERABLE = new Set(['PLANNING_FAILED', 'DISCOVERY_UNAVAILABLE', 'NO_SERVICE', 'MAX_COST_EXCEEDED']);

const failed = (code: string, message: string): Extract<PlanOutcome, { kind: 'failed' }> => ({
  kind: 'failed',
  code,
  message,
  recoverable: RECOVERABLE.has(code),
});

function attemptOf(): { attempt: number; maximum: number } {
  const { attempt, retryPolicy } = activityInfo();
  return { attempt, maximum: retryPolicy?.maximumAttempts || Number.POSITIVE_INFINITY };
}

/** Cancelling the activity cancels the call, and so does the time that all calls of one try have together. */
function signalOf(totalMs: number): AbortSignal {
  const total = AbortSignal.timeout(totalMs);
  try {
    return AbortSignal.any([cancellationSignal(), total]);
  } catch {
    return total; // not inside an activity: nothing else cancels
  }
}
