import type { Json } from '../../../schemas/core/json.ts';
import type { Product } from './builder.ts';
import type { BranchClause, Condition } from './clauses.ts';
import { typesOf, type OutPath } from './fields.ts';
import { aggregateOf } from './local-steps.ts';
import { performTask } from './perform.ts';
import type { PlanningState } from './state.ts';
import { taskOf, type Reading, type Task } from './tasks.ts';
import { conceptsOf } from './vocabulary.ts';
import { stem, wordsOf } from './words.ts';

/** Adds a condition, what it looks at, and its branches. */
export function performBranch(clause: BranchClause, reading: Reading, state: PlanningState): void {
  const subject = taskOf(clause.condition.subject, reading);
  const left = leftSide(clause.condition, subject, state);
  if (left === undefined) {
    state.lacking.push(subject.text);
    return;
  }
  const { operator, right } = clause.condition;
  const condition = state.builder.add({
    name: 'condition',
    label: 'Condition',
    type: 'conditional',
    action: `Check whether ${subject.text} ${operator} ${String(right)}`,
    params: { left: left.path, operator, ...(operator === 'exists' ? {} : { right }) },
    uses: [left.product],
    group: state.builder.newGroup(),
  });
  const step = state.builder.steps.at(-1)!;
  for (const [name, texts] of [
    ['then', clause.then],
    ['else', clause.otherwise],
  ] as const) {
    const ids = state.builder.inBranch(condition.step, () => {
      for (const text of texts) performTask(taskOf(text, reading), state);
    });
    if (ids.length > 0) step.params = { ...step.params, [name]: branchValue(ids) };
  }
  if (step.params['then'] === undefined && step.params['else'] === undefined)
    state.lacking.push(clause.then.join(', ') || subject.text);
}

const branchValue = (ids: readonly string[]): Json => (ids.length === 1 ? ids[0]! : [...ids]);

interface Left {
  product: Product;
  path: string;
}

/** Where the compared value is: in what there is already, else in what is fetched for it. */
function leftSide(condition: Condition, subject: Task, state: PlanningState): Left | undefined {
  const known = scalarIn(state.builder.products(), condition, subject);
  if (known !== undefined && subject.entities.symbols.length === 0) return known;
  const products = performTask(subject, state);
  const found = scalarIn(products, condition, subject);
  if (found !== undefined || typeof condition.right !== 'number')
    return found ?? wholeOf(products, condition);
  for (const product of products) {
    const number = aggregateOf(product, subject, state);
    if (number !== undefined) return { product: number, path: number.key };
  }
  return known ?? wholeOf(products, condition);
}

function wholeOf(products: readonly Product[], condition: Condition): Left | undefined {
  const [product] = products;
  if (product === undefined) return undefined;
  const isUntold = product.paths.length === 1 && typesOf(product.paths[0]!.schema).size === 0;
  return condition.operator === 'exists' || isUntold ? { product, path: product.key } : undefined;
}

function scalarIn(products: readonly Product[], condition: Condition, subject: Task): Left | undefined {
  let best: (Left & { rank: number }) | undefined;
  for (const product of products.toReversed())
    for (const out of product.paths) {
      const rank = scalarRank(out, condition, subject);
      if (rank > (best?.rank ?? 0)) best = { product, path: `${product.key}${out.path}`, rank };
    }
  return best;
}

const USUAL_NAMES =
  /^(value|price|last|latest|current|close|rate|score|result|direction|sentiment|status|label)$/i;

function scalarRank(out: OutPath, condition: Condition, subject: Task): number {
  const types = typesOf(out.schema);
  const wanted = typeof condition.right === 'number' ? ['number', 'integer'] : [typeof condition.right];
  if (
    out.path === ''
      ? !types.has('number') || typeof condition.right !== 'number'
      : !wanted.some((type) => types.has(type))
  )
    return 0;
  const values = out.schema['enum'];
  if (Array.isArray(values)) return values.includes(condition.right) ? 4 : 0;
  if (wordsOf(out.name).some((word) => subject.stems.has(stem(word)))) return 3;
  if (conceptsOf(out.name).some((concept) => subject.concepts.has(concept))) return 2;
  return USUAL_NAMES.test(out.name) && typeof condition.right === 'number' ? 1 : 0;
}
