import { cancellationSignal } from '@temporalio/activity';
import type { Journal } from '../../db/journal.ts';
import type { Queryable } from '../../db/ledger.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import type {
  PlanFailure,
  PlanningActivities,
  PlanOutcome,
  PlanRequest,
  PlanWait,
} from '../../domain/ports/planning.ts';
import type { AssembleContext, UnhashedPlan } from '../../domain/plan/assemble.ts';
import type { CatalogueService } from '../../domain/plan/catalogue.ts';
import type { PlanIntent } from '../../domain/plan/draft.ts';
import type { RulePlan } from '../../domain/plan/make-plan.ts';
import type { WordLimits } from '../../domain/plan/understanding/understanding.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { plainText } from '../../domain/plain-text.ts';
import { revise } from '../../domain/plan/revise.ts';
import { withRide } from '../journal/ride.ts';
import type { Metered } from '../llm/metered.ts';
import type { ModelRequest } from '../llm/model.ts';
import { createAskModel } from './ask-model.ts';
import { loadAnswers } from './load-answers.ts';
import { loadRequest, type PlanningRequest } from './load-request.ts';
import type { Lookup } from './lookups.ts';
import { planByRules, readable } from './plan-by-rules.ts';
import { createPlanCache, type CachedPlan, type CacheFacts, type PlanCache } from './plan-cache.ts';
import { withHash } from './plan-hash.ts';
import { askForPlan } from './plan-with-model.ts';
import { readerFor } from './reader.ts';
import { createRerunActivities } from './rerun.ts';
import { takeUp } from './take-up.ts';
import { plannerVersion } from './version.ts';

export interface PlanningDeps {
  db: Queryable;
  journal: Journal;
  sealer: Sealer;
  assets: AssetBook;
  /** Where services come from: any catalogue that can name its version. `whole`: every source of it has answered. */
  catalogue: { services(): Promise<{ services: CatalogueService[]; version: string; whole?: boolean }> };
  /** Asks free services what others take. */
  lookup?: Lookup;
  /** Without a model the rules plan. */
  model?: Metered;
  clock?: () => number;
  /** What all calls of one try may take together, corrections included. */
  planningMs?: number;
}

const RULES = 'offline'; // the name that the API gives for the model
const PLANNING_MS = 100_000; // below the activity's own time-out, so that a slow model is an outcome

export function createPlanningActivities(deps: PlanningDeps): PlanningActivities {
  const cache = createPlanCache(deps.db, deps.sealer);
  const tools: Tools = { ...deps, cache, modelName: deps.model?.model ?? RULES };
  return {
    ...createRerunActivities(deps),
    planFast: (request) => fresh(deps, request, () => planFast(tools, request)),
    planWithModel: (request) => fresh(deps, request, () => planWithModel(tools, request)),
    revisePlan: ({ ride, plan, limits, steps }) =>
      withRide(deps.journal, ride, () => Promise.resolve(withHash(revise(plan, limits, steps)))),
  };
}

/** A plan that people have seen already is not made again. */
const fresh = (
  { db, journal }: PlanningDeps,
  { ride, runId, answers }: PlanRequest,
  plan: () => Promise<PlanOutcome>,
): Promise<PlanOutcome> => withRide(journal, ride, async () => (await takeUp(db, runId, answers)) ?? plan());

type Tools = PlanningDeps & { cache: PlanCache; modelName: string };

/** Everything one planning needs, read once. */
interface Task {
  request: PlanningRequest;
  context: AssembleContext;
  answers: JsonObject;
  facts: CacheFacts;
  today: string;
  /** Every source of the catalogue has answered. */
  whole: boolean;
}

async function planFast(tools: Tools, request: PlanRequest): Promise<PlanOutcome> {
  const task = await prepare(tools, request);
  if ('kind' in task) return task;
  const known = await tools.cache.find(task.facts);
  if (known !== undefined) return fromCache(known);
  if (tools.model !== undefined) return { kind: 'needs_model' };
  const {
    today,
    context,
    answers,
    request: { input },
  } = task;
  const made = await planByRules(input, {
    today,
    context,
    answers,
    ...(tools.lookup && { lookup: tools.lookup }),
  });
  return made.ok ? keep(tools, task, made.plan, made.intent, made.limits) : notPlanned(task, made);
}

function notPlanned(task: Task, made: Extract<RulePlan, { ok: false }>): PlanOutcome {
  const { code, message, understanding } = made;
  if (code === 'NEEDS_DETAIL') return { kind: 'needs_detail', message, understanding: made.understanding };
  const outcome = refused(task, code, message);
  if (outcome.kind !== 'failed') return outcome;
  const { details } = made;
  return { ...outcome, ...(details && { details }), ...(understanding && { understanding }) };
}

async function planWithModel(tools: Tools, request: PlanRequest): Promise<PlanOutcome> {
  const { model } = tools;
  if (model === undefined)
    return failed(
      'PLANNING_FAILED',
      'No planning model is configured: set ANTHROPIC_API_KEY, or LLM_PROVIDER and what it needs.',
    );
  const task = await prepare(tools, request);
  if ('kind' in task) return task;
  const known = await tools.cache.find(task.facts);
  if (known !== undefined) return fromCache(known);
  const { today, context, answers } = task;
  const { text: input, others } = readable(task.request.input, answers);
  const read = await readerFor(context.services, new Map());
  const outcome = await askForPlan(
    createAskModel(countedIn(model, request)),
    { input, today, reading: read(input, today), answers: others, context },
    signalOf(Math.min(tools.planningMs ?? PLANNING_MS, request.withinMs ?? Infinity)),
  );
  switch (outcome.kind) {
    case 'planned':
      return keep(tools, task, outcome.plan, outcome.intent, outcome.limits);
    case 'needs_detail':
      return outcome;
    case 'refused':
      return notPlanned(task, {
        ...outcome.problem,
        ...(outcome.understanding && { understanding: outcome.understanding }),
      });
    case 'failed':
      return failed('PLANNING_FAILED', outcome.message);
    case 'exhausted':
      return failed('TOKENS_EXHAUSTED', outcome.message);
    case 'retry':
      return waiting('model', failed('PLANNING_FAILED', outcome.message), outcome.retryAfterMs);
  }
}

/** Each question to the model is one call of the run. A repetition of the activity asks the same ones. */
function countedIn(model: Metered, { runId, answers = [] }: PlanRequest) {
  let asked = 0;
  return (request: ModelRequest) =>
    model.ask(request, { runId, key: `plan-${answers.length + 1}-${(asked += 1)}` });
}

const fromCache = ({ input: _input, ...known }: CachedPlan): PlanOutcome => ({
  kind: 'planned',
  cached: true,
  ...known,
});

async function prepare(
  tools: Tools,
  { runId, whole: mustBeWhole = false, answers: given }: PlanRequest,
): Promise<Task | PlanFailure | PlanWait> {
  const { db, sealer, assets, clock = Date.now } = tools;
  const request = await loadRequest(db, sealer, assets, runId);
  const found = await tools.catalogue.services().catch((error: unknown) => {
    if (error instanceof EngineError && error.code === 'discovery_unavailable') return error;
    throw error;
  });
  if (found instanceof EngineError) return unread(found);
  const { whole = true } = found;
  if (mustBeWhole && !whole) return sourceMissing();
  const { input, maxCost, maxTimeMs, codes } = request;
  const answers = await loadAnswers(db, sealer, runId, given);
  const today = new Date(clock()).toISOString().slice(0, 10);
  return {
    request,
    today,
    whole,
    answers,
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
      answers,
    },
  };
}

async function keep(
  tools: Tools,
  task: Task,
  unhashed: UnhashedPlan,
  intent: PlanIntent,
  limits: WordLimits = {},
): Promise<PlanOutcome> {
  const kept = { plan: withHash(unhashed), intent, limits, model: tools.modelName };
  const { input } = task.request;
  await tools.cache.keep(task.facts, { ...kept, input });
  return { kind: 'planned', cached: false, ...kept };
}

/** No source of the catalogue answers: worth waiting for, unless none is configured. */
function unread({ message, details }: EngineError): PlanFailure | PlanWait {
  const failure = failed('DISCOVERY_UNAVAILABLE', message);
  return details['passing'] === false ? failure : waiting('catalogue', failure);
}

/** A missing service is no refusal while a source is missing: that source may have it. */
const refused = ({ whole }: Task, code: string, message: string): PlanFailure | PlanWait =>
  code === 'NO_SERVICE' && !whole ? sourceMissing() : failed(code, message);

function sourceMissing(): PlanWait {
  const message = 'A service catalogue does not answer, and what the others offer is not enough.';
  return { ...waiting('catalogue', failed('DISCOVERY_UNAVAILABLE', message)), whole: true };
}

const waiting = (what: PlanWait['for'], otherwise: PlanFailure, retryAfterMs?: number): PlanWait => ({
  kind: 'waiting',
  for: what,
  otherwise,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});

/** Codes of refusals that another try, another day or another limit may change. */
const RECOVERABLE = new Set([
  'PLANNING_FAILED',
  'TOKENS_EXHAUSTED',
  'DISCOVERY_UNAVAILABLE',
  'NO_SERVICE',
  'MAX_COST_EXCEEDED',
]);

const failed = (code: string, message: string): PlanFailure => ({
  kind: 'failed',
  code,
  message: plainText(message.slice(0, 4000)).slice(0, 1000).toWellFormed(), // a plan's own words may be in it
  recoverable: RECOVERABLE.has(code),
});

/** The call ends when the activity is cancelled, or when the time that all calls of one try share is over. */
function signalOf(totalMs: number): AbortSignal {
  const total = AbortSignal.timeout(totalMs);
  try {
    return AbortSignal.any([cancellationSignal(), total]);
  } catch {
    return total; // not inside an activity: nothing else cancels
  }
}
