import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { branchTargets } from './branches.ts';
import { compare, isOperator, OPERATORS } from './compare.ts';
import { parsePath, readText, resolveMapping } from './paths.ts';
import type { Computed } from './transform.ts';

/** What is wrong with a conditional's params, and which outputs they name. */
export function checkConditional(
  params: JsonObject,
  mapped: readonly string[] = [],
): { problems: string[]; roots: string[] } {
  const problems: string[] = [];
  const roots: string[] = [];
  if (!isOperator(params['operator'])) problems.push(`operator must be one of ${OPERATORS.join(', ')}`);
  const left = params['left'];
  if (!mapped.includes('left')) {
    const path = typeof left === 'string' ? parsePath(left) : undefined;
    if (path !== undefined) roots.push(path.root);
    else if (left === undefined || typeof left === 'string')
      problems.push('left must be a path such as outputKey.a.b[0]');
  }
  if (params['operator'] !== 'exists' && params['right'] === undefined && !mapped.includes('right'))
    problems.push('right is missing');
  if (branchTargets(params, 'then').length + branchTargets(params, 'else').length === 0)
    problems.push('then or else must name the id of a step');
  return { problems, roots };
}

/** A decided branch; its output is `{result, branch}`. */
export type Decided = { ok: true; branch: 'then' | 'else'; value: Json } | Extract<Computed, { ok: false }>;

/**
 * Decides a conditional over the outputs by outputKey.
 * Params of a conditional step. `left` is a path into the outputs when it is text, else a literal; `right` is a
 * literal. An inputMapping for `left` or `right` wins over both. `then` and `else` name steps by id, one or several.
 */
export function decide(
  step: { readonly params: JsonObject; readonly inputMapping?: { readonly [param: string]: string } },
  outputs: Readonly<JsonObject>,
): Decided {
  const { operator } = step.params;
  if (!isOperator(operator))
    return {
      ok: false,
      code: 'TRANSFORM_FAILED',
      message: `operator must be one of ${OPERATORS.join(', ')}.`,
    };
  const sides = readSides(step, outputs);
  if (operator === 'exists') return verdict(sides.left !== undefined && sides.left !== null);
  if (sides.left === undefined || sides.right === undefined)
    return {
      ok: false,
      code: 'INPUT_MISSING',
      message: `The condition's ${sides.left === undefined ? 'left' : 'right'} side does not exist.`,
    };
  const result = compare(sides.left, operator, sides.right);
  if (result === undefined)
    return { ok: false, code: 'TRANSFORM_FAILED', message: `"${operator}" needs two numbers or two texts.` };
  return verdict(result);
}

const verdict = (result: boolean): Decided => {
  const branch = result ? 'then' : 'else';
  return { ok: true, branch, value: { result, branch } };
};

function readSides(
  step: { readonly params: JsonObject; readonly inputMapping?: { readonly [param: string]: string } },
  outputs: Readonly<JsonObject>,
): { left: Json | undefined; right: Json | undefined } {
  const mappedSide = (name: string): Json | undefined => {
    const path = step.inputMapping?.[name];
    if (path === undefined) return undefined;
    const resolved = resolveMapping(outputs, { [name]: path });
    return resolved.ok ? resolved.params[name] : undefined;
  };
  const { left, right } = step.params;
  const isMapped = (name: string): boolean => Object.hasOwn(step.inputMapping ?? {}, name);
  const literal = typeof left === 'string' ? valueAt(outputs, left) : left;
  return {
    left: isMapped('left') ? mappedSide('left') : literal,
    right: isMapped('right') ? mappedSide('right') : right,
  };
}

function valueAt(outputs: Readonly<JsonObject>, path: string): Json | undefined {
  const found = readText(outputs, path);
  return found.found ? found.value : undefined;
}
