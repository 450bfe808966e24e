import type { Json } from '../../../schemas/core/json.ts';
import type { Product } from './builder.ts';
import { askFor } from './doubts.ts';
import { comparisonOf, type Comparison } from './conditions.ts';
import { typesOf, type OutPath } from './fields.ts';
import { aggregateOf } from './local-steps.ts';
import { spokenOf } from './inputs.ts';
import { termsOf } from './phrases.ts';
import { performTask } from './perform.ts';
import type { Outcome } from './settle.ts';
import { REQUEST } from './uncertain.ts';
import { textOf, wordAt, type Scene, type Task } from './scene.ts';
import { symbolsIn } from './symbols.ts';
import { kinOf } from './lexicon.ts';
import { isIn, vocabularyOf, wordsOf } from './words.ts';

/** "if CONDITION, THEN, otherwise OTHERWISE". */
export interface Branch {
  condition: Task;
  then: Task[];
  otherwise: Task[];
}

/** Adds a condition, what it looks at, and its branches. */
export function performBranch(scene: Scene, { condition, then, otherwise }: Branch): Outcome {
  const comparison = comparisonOf(textOf(scene, condition));
  if (comparison === undefined || then.length + otherwise.length === 0)
    return askAboutCondition(scene, { condition, then, otherwise });
  const before = scene.builder.steps.length;
  const subject = subjectOf(scene, condition, comparison);
  if (isPronoun(scene, subject) && scene.builder.products().length === 0)
    return askAboutCondition(scene, { condition, then, otherwise });
  const left = leftSide(scene, subject, comparison);
  if ('kind' in left) {
    for (const task of [...then, ...otherwise])
      scene.account.take(task.words, { as: left.kind === 'lacking' ? 'unavailable' : 'task' });
    return left;
  }
  const { operator, right } = comparison;
  const step = scene.builder.add({
    name: 'condition',
    label: 'Condition',
    type: 'conditional',
    action: `Check whether ${textOf(scene, condition)}`.slice(0, 300),
    params: { left: left.path, operator, ...(operator === 'exists' ? {} : { right }) },
    uses: [left.product],
    group: scene.builder.newGroup(),
  });
  scene.account.take(condition.words, { as: 'task', step: step.step });
  const outcome = takeBranches(scene, step.step, [
    ['then', then],
    ['else', otherwise],
  ]);
  // Where nothing can be done either way, nothing needs to be looked at.
  if (outcome.kind !== 'done' && scene.builder.steps.at(-1)?.id === step.step)
    scene.builder.steps.splice(before);
  return outcome;
}

function takeBranches(
  scene: Scene,
  id: string,
  branches: readonly (readonly ['then' | 'else', Task[]])[],
): Outcome {
  const step = scene.builder.steps.find((one) => one.id === id)!;
  let worst: Outcome = { kind: 'done', products: [] };
  for (const [name, tasks] of branches) {
    const ids = scene.builder.inBranch(id, () => {
      for (const task of tasks) {
        const outcome = performTask(scene, task);
        if (outcome.kind !== 'done') worst = outcome;
      }
    });
    if (ids.length > 0) step.params = { ...step.params, [name]: branchValue(ids) };
  }
  return worst;
}

const branchValue = (ids: readonly string[]): Json => (ids.length === 1 ? ids[0]! : [...ids]);

function askAboutCondition(scene: Scene, { condition, then, otherwise }: Branch): Outcome {
  const text = textOf(scene, condition);
  askFor(scene.doubts, {
    field: REQUEST,
    question: `I cannot read "${text.slice(0, 200)}" as a comparison. Please write the request again, with a value to compare with.`,
    type: 'text',
    example: 'Get the SOL price and if the price is above 100 then chart it',
  });
  for (const task of [condition, ...then, ...otherwise]) scene.account.take(task.words, { as: 'task' });
  return { kind: 'asked' };
}

function lackBranch(scene: Scene, task: Task): Outcome {
  scene.doubts.lacking.push({ text: textOf(scene, task), words: task.words });
  scene.account.take(task.words, { as: 'unavailable' });
  return { kind: 'lacking' };
}

function subjectOf(scene: Scene, condition: Task, { subjectEnd }: Comparison): Task {
  const start = wordAt(scene, condition.words[0]!).span[0];
  const first = Math.min(start, ...condition.mentions.map(({ span }) => span[0]));
  const isBefore = ([, end]: readonly [number, number]): boolean => end <= first + subjectEnd;
  return {
    ...condition,
    words: condition.words.filter((index) => isBefore(wordAt(scene, index).span)),
    mentions: condition.mentions.filter(({ span }) => isBefore(span)),
  };
}

interface Left {
  product: Product;
  path: string;
}

/** Where the compared value is: in what there is already, else in what is fetched for it. */
function leftSide(scene: Scene, subject: Task, comparison: Comparison): Left | Outcome {
  const known = scalarIn(scene, scene.builder.products(), comparison, subject);
  if (known !== undefined && symbolsIn(scene, subject, undefined).length === 0) return known;
  const outcome = performSubject(scene, subject);
  if (outcome.kind !== 'done') return outcome;
  const found = scalarIn(scene, outcome.products, comparison, subject);
  if (found !== undefined) return found;
  if (typeof comparison.right === 'number')
    for (const product of outcome.products) {
      const number = aggregateOf(product, textOf(scene, subject), scene.builder);
      if (number === undefined) continue;
      const why = 'a series is compared by one number';
      scene.doubts.assumptions.push({ field: 'left', value: number.label, why, step: number.step });
      return { product: number, path: number.key };
    }
  return wholeOf(outcome.products, comparison) ?? lackBranch(scene, subject);
}

/** "If it is above 100". */
const isPronoun = (scene: Scene, subject: Task): boolean =>
  subject.mentions.length === 0 && termsOf(scene, subject).length === 0;

/** "SOL is above 100" speaks of its price: of what there is already, or of what one service brings. */
function performSubject(scene: Scene, subject: Task): Outcome {
  if (isPronoun(scene, subject)) return { kind: 'done', products: scene.builder.products().slice(-1) };
  const spoken = spokenOf(scene, subject);
  if (spoken !== undefined) return { kind: 'done', products: spoken };
  scene.values = 'prices';
  const outcome = performTask(scene, subject);
  scene.values = undefined;
  return outcome;
}

function wholeOf([product]: readonly Product[], { operator }: Comparison): Left | undefined {
  if (product === undefined) return undefined;
  const isUntold = product.paths.length === 1 && typesOf(product.paths[0]!.schema).size === 0;
  return operator === 'exists' || isUntold ? { product, path: product.key } : undefined;
}

function scalarIn(
  scene: Scene,
  products: readonly Product[],
  comparison: Comparison,
  subject: Task,
): Left | undefined {
  let best: (Left & { rank: number }) | undefined;
  for (const product of products.toReversed())
    for (const out of product.paths) {
      const rank = scalarRank(scene, out, comparison, subject);
      if (rank > (best?.rank ?? 0)) best = { product, path: `${product.key}${out.path}`, rank };
    }
  return best;
}

const USUAL_NAMES =
  /^(value|price|last|latest|current|close|rate|score|result|direction|sentiment|status|label)$/i;

function scalarRank(scene: Scene, out: OutPath, { right }: Comparison, subject: Task): number {
  const types = typesOf(out.schema);
  const wanted = typeof right === 'number' ? ['number', 'integer'] : [typeof right];
  const isScalar =
    out.path === ''
      ? types.has('number') && typeof right === 'number'
      : wanted.some((type) => types.has(type));
  if (!isScalar) return 0;
  const values = out.schema['enum'];
  if (Array.isArray(values)) return values.includes(right) ? 4 : 0;
  const said = subject.words.map((index) => wordAt(scene, index).norm);
  const own = wordsOf(out.name);
  if (said.some((word) => isIn(word, vocabularyOf([out.name])))) return 3;
  if (said.some((word) => own.some((one) => kinOf(word).has(one)))) return 2;
  return USUAL_NAMES.test(out.name) && typeof right === 'number' ? 1 : 0;
}
