import type { CatalogueService } from '../catalogue.ts';
import type { Product } from './builder.ts';
import { fieldsOf } from './fields.ts';
import { performLocally } from './local-steps.ts';
import { placeService } from './place.ts';
import { servicesFor } from './relevance.ts';
import { availableTo, type PlanningState } from './state.ts';
import { isProcessor, type Task } from './tasks.ts';
import { roleOf, type Concept } from './vocabulary.ts';
import { wire, type Feed } from './wiring.ts';

/** Adds the steps for one instruction; false (and noted as lacking) when nothing in the catalogue can do it. */
export function performTask(task: Task, state: PlanningState): Product[] {
  if (task.primary !== undefined) state.kinds.push(task.primary);
  if (isProcessor(task)) bringSources(task, state);
  const candidates = servicesFor(task, state.services, state.cheapest);
  for (const service of byFeed(candidates, task, state)) {
    const products = placeService(service, task, state);
    if (products === undefined) continue;
    state.certainty.push(task.primary === undefined ? 0.5 : 1);
    return task.primary === 'compare' ? performLocally(task, state, products) : products;
  }
  const local = performLocally(task, state, availableTo(state).loose);
  if (local.length === 0) state.lacking.push(task.text);
  else state.certainty.push(0.7);
  return local;
}

/** Candidates whose data is surely there come first; the order of their scores stays otherwise. */
function byFeed(
  candidates: readonly CatalogueService[],
  task: Task,
  state: PlanningState,
): CatalogueService[] {
  const strength = (service: CatalogueService): number => {
    const wiring = wire(service, task, state.context, availableTo(state));
    return wiring.ok ? feedStrength(wiring.feed) : 0;
  };
  return candidates
    .map((service) => ({ service, strength: strength(service) }))
    .toSorted((a, b) => b.strength - a.strength)
    .map(({ service }) => service);
}

function feedStrength(feed: Feed): number {
  if (feed.kind === 'literal' || feed.kind === 'all') return 3;
  if (feed.kind === 'one') return feed.quality >= 3 ? 3 : 2;
  return 2;
}

/** A processor that names its data ("analyze 30 days of SOL prices"), or finds none, gets it from a source first. */
function bringSources(task: Task, state: PlanningState): void {
  const { entities } = task;
  if (entities.quotes.length > 0 || entities.about !== undefined) return;
  const own = [...task.concepts].filter((concept) => roleOf(concept) === 'source');
  const isEmpty = state.builder.products().length === 0;
  const assets = entities.symbols.length > 0 ? (['price', 'history'] as const) : [];
  for (const concept of [...own, ...assets, ...(isEmpty ? requestSources(state) : [])])
    if (placeSource(concept, task, state)) return;
  if (isEmpty && wantsSeries(task, state)) placeSource('history', task, state);
}

const requestSources = (state: PlanningState): Concept[] =>
  state.context.tasks.flatMap((task) => [...task.concepts].filter((concept) => roleOf(concept) === 'source'));

function placeSource(concept: Concept, task: Task, state: PlanningState): boolean {
  const source: Task = { ...task, primary: concept, text: `Fetch the data for: ${task.text}`.slice(0, 1000) };
  for (const service of servicesFor(source, state.services, state.cheapest)) {
    if (!isSource(service)) continue;
    if (placeService(service, source, state) !== undefined) return true;
  }
  return false;
}

/** A source needs no data of another step. */
function isSource(service: CatalogueService): boolean {
  const fields = fieldsOf(service.inputSchema);
  return (
    fields === undefined ||
    !fields.some((field) => ['series', 'text', 'data', 'sections'].includes(field.role))
  );
}

function wantsSeries(task: Task, state: PlanningState): boolean {
  const [first] = servicesFor(task, state.services, state.cheapest);
  return fieldsOf(first?.inputSchema)?.some((field) => field.role === 'series') ?? false;
}
