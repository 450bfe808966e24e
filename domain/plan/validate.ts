import { branchTargets } from './branches.ts';
import { checkConditional } from './conditional.ts';
import { RETRY_BOUNDS, type DraftStep } from './draft.ts';
import { isSafeName, parsePath } from './paths.ts';
import { ancestors, topologicalOrder } from './graph.ts';
import { checkTransform } from './transform-check.ts';
import { isStorable } from '../storable.ts';
import { doomedProblems } from './doomed.ts';

const MOST_STEPS = 50;
const LONGEST_ACTION = 1000;
const LARGEST_PARAMS = 64 * 1024; // characters of JSON
const LARGEST_PLAN = 1024 * 1024; // bytes of JSON; Temporal carries 2 MB at once, and a priced plan is longer

/** What is wrong with a proposed plan, in sentences that a planner can act on; empty when it is valid. */
export function validateSteps(steps: readonly DraftStep[]): string[] {
  if (steps.length < 1 || steps.length > MOST_STEPS)
    return [`A plan has 1 to ${MOST_STEPS} steps; this one has ${steps.length}.`];
  const odd = steps.findIndex((step) => !isStorable({ ...step }));
  if (odd >= 0)
    return [`Step ${odd + 1} is nested too deeply or has characters that cannot be stored, such as U+0000.`];
  if (bytesOf(JSON.stringify(steps)) > LARGEST_PLAN)
    return ['The plan is larger than 1 MiB: leave data out of it, and let steps pass it on.'];
  const problems = [
    ...repeated(steps.map((step) => step.id)).map((id) => `The id "${id}" is used more than once.`),
    ...repeated(steps.map((step) => step.outputKey)).map(
      (key) => `The outputKey "${key}" is used more than once.`,
    ),
    ...steps.flatMap(stepProblems),
    ...dependencyProblems(steps),
  ];
  if (problems.length > 0) return problems;
  const references = referenceProblems(steps);
  return references.length > 0 ? references : doomedProblems(steps);
}

/** At most the bytes of a text in UTF-8. */
const bytesOf = (text: string): number => text.length + 2 * (text.match(/[^\0-\x7f]/g)?.length ?? 0);

function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))];
}

function stepProblems(step: DraftStep): string[] {
  const problems: string[] = [];
  const say = (text: string): void => void problems.push(`Step "${step.id}": ${text}.`);
  if (!isSafeName(step.id)) say('the id must be 1 to 64 letters, digits, _ or -');
  if (!isSafeName(step.outputKey))
    say(`the outputKey "${step.outputKey}" must be 1 to 64 letters, digits, _ or -`);
  if (step.action.trim() === '' || step.action.length > LONGEST_ACTION)
    say('action must say what it does, in at most 1000 characters');
  if (JSON.stringify(step.params).length > LARGEST_PARAMS) say('params are larger than 64 KiB');
  for (const param of Object.keys(step.params))
    if (param in Object.prototype) say(`"${param}" cannot be a param`);
  for (const [param, path] of Object.entries(step.inputMapping ?? {})) {
    if (!isSafeName(param)) say(`"${param}" cannot be a param`);
    if (parsePath(path) === undefined) say(`the mapping "${path}" must be a path such as outputKey.a.b[0]`);
  }
  for (const problem of retryProblems(step)) say(problem);
  return problems;
}

function retryProblems(step: DraftStep): string[] {
  const problems: string[] = [];
  for (const [key, [low, high]] of Object.entries(RETRY_BOUNDS)) {
    const value = step.retryPolicy?.[key as keyof typeof RETRY_BOUNDS];
    if (value !== undefined && !(value >= low && value <= high))
      problems.push(`retryPolicy.${key} must be ${low} to ${high}`);
  }
  const attempts = step.retryPolicy?.maxAttempts;
  if (attempts !== undefined && !Number.isInteger(attempts))
    problems.push('retryPolicy.maxAttempts must be a whole number');
  return problems;
}

function dependencyProblems(steps: readonly DraftStep[]): string[] {
  const ids = new Set(steps.map((step) => step.id));
  const problems = steps.flatMap((step) => [
    ...step.dependencies
      .filter((id) => !ids.has(id))
      .map((id) => `Step "${step.id}" depends on "${id}", which is not a step of this plan.`),
    ...repeated(step.dependencies).map(
      (id) => `Step "${step.id}" names the dependency "${id}" more than once.`,
    ),
  ]);
  if (problems.length === 0 && topologicalOrder(steps) === undefined) {
    const before = ancestors(steps);
    const circle = steps.filter((step) => before.get(step.id)!.has(step.id)).map((step) => step.id);
    problems.push(`The steps ${circle.join(', ')} depend on each other in a circle.`);
  }
  return problems;
}

/** Mappings and paths name outputs of ancestors; branches name descendants. Needs sound ids and dependencies. */
function referenceProblems(steps: readonly DraftStep[]): string[] {
  const before = ancestors(steps);
  const keyOf = new Map(steps.map((step) => [step.id, step.outputKey]));
  return steps.flatMap((step) => {
    const reachable = new Set([...before.get(step.id)!].map((id) => keyOf.get(id)!));
    const mapped = Object.keys(step.inputMapping ?? {});
    const problems = Object.entries(step.inputMapping ?? {})
      .filter(([, path]) => !reachable.has(parsePath(path)!.root))
      .map(
        ([param, path]) =>
          `Step "${step.id}": the mapping of "${param}" to "${path}" must begin with the outputKey of a step it depends on${known(reachable)}.`,
      );
    const check = checkParams(step, mapped);
    problems.push(...check.problems.map((problem) => `Step "${step.id}": ${problem}.`));
    for (const root of check.roots)
      if (!reachable.has(root) && !mapped.includes(root))
        problems.push(
          `Step "${step.id}": "${root}" is not the outputKey of a step it depends on${known(reachable)}.`,
        );
    if (step.type === 'conditional') problems.push(...branchProblems(step, steps, before));
    return problems;
  });
}

const known = (keys: ReadonlySet<string>): string => (keys.size > 0 ? ` (${[...keys].join(', ')})` : '');

function checkParams(step: DraftStep, mapped: readonly string[]): { problems: string[]; roots: string[] } {
  if (step.type === 'data_transform') return checkTransform(step.params, mapped);
  if (step.type === 'conditional') return checkConditional(step.params, mapped);
  return { problems: [], roots: [] };
}

function branchProblems(
  step: DraftStep,
  steps: readonly DraftStep[],
  before: ReadonlyMap<string, Set<string>>,
): string[] {
  const ids = new Set(steps.map((other) => other.id));
  return (['then', 'else'] as const).flatMap((branch) =>
    branchTargets(step.params, branch).flatMap((id) => {
      if (!ids.has(id))
        return [`Step "${step.id}": ${branch} names "${id}", which is not a step of this plan.`];
      if (before.get(id)!.has(step.id)) return [];
      return [`Step "${step.id}": ${branch} names "${id}", which must depend on it.`];
    }),
  );
}
