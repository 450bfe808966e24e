import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Product } from './builder.ts';
import { alternatives, typesOf } from './fields.ts';
import type { PlanningState } from './state.ts';
import type { Task } from './tasks.ts';
import { textTemplate } from './wiring.ts';
import { wordsOf } from './words.ts';

const JOINING = new Set(['combine', 'merge', 'join', 'collect', 'list', 'show', 'present', 'give', 'return']);

/** What Steward does by itself, without a service: comparing, combining, simple figures, plain reports. */
export function performLocally(task: Task, state: PlanningState, products: readonly Product[]): Product[] {
  if (products.length === 0) return [];
  const { primary } = task;
  if (primary === 'compare')
    return products.length > 1
      ? [joinStep('comparison', 'Comparison', task, state, products)]
      : [...products];
  if (primary === 'report') return [reportStep(task, state, products)];
  if (primary === 'statistics' || primary === 'analysis' || primary === 'trend')
    return figureStep(task, state, products);
  const joins = primary === undefined && wordsOf(task.text).some((word) => JOINING.has(word));
  return joins ? [joinStep('combined', 'Combined results', task, state, products)] : [];
}

function joinStep(
  name: string,
  label: string,
  task: Task,
  state: PlanningState,
  products: readonly Product[],
): Product {
  return state.builder.add({
    name,
    label,
    type: 'data_transform',
    action: task.text,
    params: { op: 'identity', from: products.map((product) => product.key) },
    uses: products,
    group: state.builder.newGroup(),
  });
}

const reportStep = (task: Task, state: PlanningState, products: readonly Product[]): Product =>
  state.builder.add({
    name: 'report',
    label: 'Report',
    type: 'data_transform',
    action: task.text,
    params: { op: 'template', template: { title: task.text.slice(0, 120), text: textTemplate(products) } },
    uses: products,
    outputSchema: { type: 'object', properties: { title: { type: 'string' }, text: { type: 'string' } } },
    group: state.builder.newGroup(),
  });

function figureStep(task: Task, state: PlanningState, products: readonly Product[]): Product[] {
  const figures = products.flatMap((product) => {
    const figure = aggregateOf(product, task, state);
    return figure === undefined ? [] : [figure];
  });
  return figures;
}

/** A number out of a product's first list of numbers (or of points with a number). */
export function aggregateOf(product: Product, task: Task, state: PlanningState): Product | undefined {
  for (const out of product.paths) {
    const list = alternatives(out.schema).find((schema) => typesOf(schema).has('array'));
    const field = list === undefined ? undefined : numericField(list['items']);
    if (field === undefined) continue;
    const fn = aggregateName(task.text);
    return state.builder.add({
      name: `${fn}_${product.key}`,
      label: `${fn} of ${product.label}`,
      type: 'data_transform',
      action: `Take the ${fn} over ${product.label}`,
      params: { op: 'aggregate', from: `${product.key}${out.path}`, fn, ...(field === '' ? {} : { field }) },
      uses: [product],
      outputSchema: { type: 'number' },
      group: state.builder.newGroup(),
      ...(product.symbol === undefined ? {} : { symbol: product.symbol }),
    });
  }
  return undefined;
}

/** The name of the number in a list's items; empty when the items are numbers; undefined when there is none. */
function numericField(items: unknown): string | undefined {
  if (typeof items !== 'object' || items === null) return undefined;
  for (const item of alternatives(items as JsonObject)) {
    if (isNumber(item)) return '';
    const properties = Object.entries((item['properties'] ?? {}) as { [name: string]: JsonObject });
    const number = properties.find(
      ([name, schema]) => isNumber(schema) && !/^(time|timestamp|date|at|index)$/i.test(name),
    );
    if (number !== undefined) return number[0];
  }
  return undefined;
}

const isNumber = (schema: JsonObject): boolean =>
  typesOf(schema).has('number') || typesOf(schema).has('integer');

function aggregateName(text: string): 'max' | 'min' | 'sum' | 'avg' {
  if (/\b(max|maximum|highest|peak|top|most)\b/i.test(text)) return 'max';
  if (/\b(min|minimum|lowest|least|bottom)\b/i.test(text)) return 'min';
  return /\b(total|sum|overall)\b/i.test(text) ? 'sum' : 'avg';
}
