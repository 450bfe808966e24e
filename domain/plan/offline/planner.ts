import type { CatalogueService } from '../catalogue.ts';
import type { Draft, PlanIntent } from '../draft.ts';
import { createBuilder, TooManySteps } from './builder.ts';
import { performBranch } from './branch.ts';
import { clausesOf, type Clause } from './clauses.ts';
import { entityRecord } from './entities.ts';
import { performTask } from './perform.ts';
import type { PlanningState } from './state.ts';
import { taskOf, type Reading, type Task } from './tasks.ts';
import type { Concept } from './vocabulary.ts';

/** A proposed plan, or the instructions that no service can do. */
export type OfflineResult = { ok: true; draft: Draft } | { ok: false; lacking: string[] };

/**
 * Plans a request by rules alone, always alike for the same request, services and day (`today`, ISO): instructions are split, matched to
 * services by vocabulary and score, and wired by the services' schemas. `cheapest` prefers price over score.
 */
export function planOffline(
  request: string,
  services: readonly CatalogueService[],
  options: { today: string; cheapest?: boolean },
): OfflineResult {
  const { clauses, quotes } = clausesOf(request);
  const reading: Reading = { quotes, today: options.today };
  const tasks = clauses.flatMap((clause) => tasksOf(clause, reading));
  const state: PlanningState = {
    builder: createBuilder(),
    services,
    context: { request: request.slice(0, 1000), tasks, today: options.today },
    cheapest: options.cheapest ?? false,
    lacking: [],
    certainty: [],
    capabilities: new Set(),
    kinds: [],
  };
  try {
    for (const clause of clauses) perform(clause, reading, state);
  } catch (error) {
    if (!(error instanceof TooManySteps)) throw error;
    state.lacking.push('a request that needs more than 50 steps');
  }
  const hasService = state.builder.steps.some((step) => step.type === 'service_call');
  if (!hasService && state.lacking.length === 0) state.lacking.push(request.slice(0, 200));
  if (state.lacking.length > 0) return { ok: false, lacking: state.lacking };
  return { ok: true, draft: { steps: state.builder.steps, intent: intentOf(state, tasks) } };
}

function tasksOf(clause: Clause, reading: Reading): Task[] {
  if (clause.kind === 'task') return [taskOf(clause.text, reading)];
  return [clause.condition.subject, ...clause.then, ...clause.otherwise].map((text) => taskOf(text, reading));
}

function perform(clause: Clause, reading: Reading, state: PlanningState): void {
  state.builder.joinBranches();
  if (clause.kind === 'branch') performBranch(clause, reading, state);
  else performTask(taskOf(clause.text, reading), state);
}

const CLASSES: { readonly [concept in Concept]: string } = {
  price: 'data_retrieval',
  volume: 'data_retrieval',
  history: 'data_retrieval',
  chain: 'data_retrieval',
  market: 'data_retrieval',
  weather: 'data_retrieval',
  news: 'data_retrieval',
  search: 'data_retrieval',
  trend: 'data_analysis',
  statistics: 'data_analysis',
  analysis: 'data_analysis',
  forecast: 'data_analysis',
  compare: 'data_analysis',
  sentiment: 'text_analysis',
  keywords: 'text_analysis',
  summary: 'text_analysis',
  translation: 'text_analysis',
  chart: 'visualization',
  report: 'reporting',
  booking: 'booking',
  notify: 'communication',
};

function intentOf(state: PlanningState, tasks: readonly Task[]): PlanIntent {
  const last = state.kinds.at(-1);
  const sure =
    state.certainty.reduce((total, value) => total + value, 0) / Math.max(1, state.certainty.length);
  return {
    classification: last === undefined ? 'general' : CLASSES[last],
    entities: entityRecord(tasks.map((task) => task.entities)),
    confidence: Math.round((0.4 + 0.5 * sure) * 100) / 100,
    requiredCapabilities: [...state.capabilities],
  };
}
