import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { aggregateNumbers } from './aggregate.ts';
import { compare, isOperator, OPERATORS } from './compare.ts';
import { readText, resolveMapping } from './paths.ts';
import { fillTemplate } from './template.ts';
import { isObject } from '../json.ts';

/** Operations of data_transform steps; `runTransform` describes their params. */
export const TRANSFORM_OPS = ['identity', 'pick', 'merge', 'filter', 'aggregate', 'template'] as const;
export type TransformOp = (typeof TRANSFORM_OPS)[number];

/** A computed value, or why there is none. Codes are the contract's. */
export type Computed =
  | { ok: true; value: Json }
  | { ok: false; code: 'INPUT_MISSING' | 'TRANSFORM_FAILED'; message: string };

const LARGEST_RESULT = 1024 * 1024; // characters of JSON
const MOST_ITEMS = 100_000;

/**
 * Runs one data_transform over the outputs by outputKey. Pure; never throws for data it does not like.
 * Params by operation. Paths are `outputKey.a.b[0]`; an inputMapping adds its params as further keys they may begin
 * with. `from` is a path; lists of paths skip what does not exist, so they may join branches of a conditional.
 * - identity `{from}`: the value; with a list, an object of the values by path.
 * - pick `{from?, paths: {out: path}}`: an object; with `from`, the paths are relative to it.
 * - merge `{from: [path], as?: 'object'|'list'}`: objects merged shallowly, lists concatenated; `list`: one after another.
 * - filter `{from, where: {left?, operator, right}}`: items of a list; `left` is relative to the item.
 * - aggregate `{from, field?, fn: sum|avg|min|max|count}`: a number (null for avg, min, max of nothing).
 * - template `{template}`: text, or any JSON, with `{{path}}` slots.
 */
export function runTransform(
  step: { readonly params: JsonObject; readonly inputMapping?: { readonly [param: string]: string } },
  outputs: Readonly<JsonObject>,
): Computed {
  const mapped = resolveMapping(outputs, step.inputMapping);
  if (!mapped.ok) return missing(mapped.missing);
  const scope = { ...outputs, ...mapped.params };
  const run = operation(step.params['op']);
  if (run === undefined) return failed(`op must be one of ${TRANSFORM_OPS.join(', ')}.`);
  const computed = run(step.params, scope, mapped.params);
  if (computed.ok && JSON.stringify(computed.value).length > LARGEST_RESULT)
    return failed('The result is larger than 1 MiB: filter or aggregate it first.');
  return computed;
}

type Operation = (params: JsonObject, scope: Readonly<JsonObject>, mapped: JsonObject) => Computed;

const OPERATIONS: { readonly [op in TransformOp]: Operation } = {
  identity: (params, scope, mapped) => {
    if (!Array.isArray(params['from'])) return source(params, scope, mapped);
    return ok(Object.fromEntries(present(params, scope).map(({ path, value }) => [path, value])));
  },
  pick,
  merge,
  filter,
  aggregate,
  template: (params, scope) => {
    const lacking: string[] = [];
    const value = fillTemplate(params['template'] ?? '', scope, lacking);
    return lacking.length > 0 ? missing(lacking) : ok(value);
  },
};

const operation = (op: Json | undefined): Operation | undefined =>
  typeof op === 'string' && Object.hasOwn(OPERATIONS, op) ? OPERATIONS[op as TransformOp] : undefined;

const ok = (value: Json): Computed => ({ ok: true, value });
const failed = (message: string): Extract<Computed, { ok: false }> => ({
  ok: false,
  code: 'TRANSFORM_FAILED',
  message,
});
const missing = (paths: readonly string[]): Extract<Computed, { ok: false }> => ({
  ok: false,
  code: 'INPUT_MISSING',
  message: `These inputs do not exist: ${paths.slice(0, 10).join(', ')}.`,
});

/** `from`, or what the inputMapping brought: its only param, or all of them. */
function source(params: JsonObject, scope: Readonly<JsonObject>, mapped: JsonObject): Computed {
  const { from } = params;
  if (typeof from === 'string') {
    const found = readText(scope, from);
    return found.found ? ok(found.value) : missing([from]);
  }
  const values = Object.values(mapped);
  if (values.length === 0) return failed('from is missing: name the output to read.');
  return ok(values.length === 1 ? values[0]! : mapped);
}

function present(params: JsonObject, scope: Readonly<JsonObject>): { path: string; value: Json }[] {
  const paths = Array.isArray(params['from']) ? params['from'] : [params['from']];
  return paths.flatMap((path) => {
    const found = typeof path === 'string' ? readText(scope, path) : undefined;
    return found?.found ? [{ path: path as string, value: found.value }] : [];
  });
}

function pick(params: JsonObject, scope: Readonly<JsonObject>): Computed {
  const { paths, from } = params;
  if (!isObject(paths)) return failed('pick needs paths: {name: path}.');
  let base: Readonly<JsonObject> = scope;
  if (typeof from === 'string') {
    const found = readText(scope, from);
    if (!found.found) return missing([from]);
    if (!isObject(found.value)) return failed(`pick needs an object at ${from}.`);
    base = found.value;
  }
  const mapping = Object.fromEntries(
    Object.entries(paths).map(([out, path]) => [out, typeof path === 'string' ? path : '']),
  );
  const resolved = resolveMapping(base, mapping);
  return resolved.ok ? ok(resolved.params) : missing(resolved.missing);
}

function merge(params: JsonObject, scope: Readonly<JsonObject>, mapped: JsonObject): Computed {
  const values =
    params['from'] === undefined ? Object.values(mapped) : present(params, scope).map(({ value }) => value);
  if (params['as'] === 'list') return ok(values);
  if (values.every(isObject)) return ok(Object.fromEntries(values.flatMap(Object.entries<Json>)));
  if (values.every((value) => Array.isArray(value))) return ok(values.flat());
  return failed('merge needs objects only or lists only; use as: "list" for others.');
}

function filter(params: JsonObject, scope: Readonly<JsonObject>, mapped: JsonObject): Computed {
  const where = params['where'];
  if (!isObject(where) || !isOperator(where['operator']))
    return failed(`filter needs where: {left, operator, right} with one of ${OPERATORS.join(', ')}.`);
  const items = list(source(params, scope, mapped));
  if (!items.ok) return items;
  const { left, operator, right = null } = where;
  const kept = items.value.filter((item) => {
    const value = valueOf(item, left);
    if (value === undefined) return false;
    return compare(value, operator, right) === true;
  });
  return ok(kept);
}

function aggregate(params: JsonObject, scope: Readonly<JsonObject>, mapped: JsonObject): Computed {
  const items = list(source(params, scope, mapped));
  if (!items.ok) return items;
  const values = items.value
    .map((item) => valueOf(item, params['field']))
    .filter((value) => value !== undefined);
  const aggregated = aggregateNumbers(params['fn'], values);
  return typeof aggregated === 'string' ? failed(aggregated) : ok(aggregated.value);
}

type Items = { ok: true; value: Json[] } | Extract<Computed, { ok: false }>;

function list(computed: Computed): Items {
  if (!computed.ok) return computed;
  if (!Array.isArray(computed.value)) return failed('This operation needs a list.');
  if (computed.value.length > MOST_ITEMS) return failed(`The list has more than ${MOST_ITEMS} items.`);
  return { ok: true, value: computed.value };
}

function valueOf(item: Json, path: Json | undefined): Json | undefined {
  if (typeof path !== 'string' || path === '') return item;
  if (!isObject(item)) return undefined;
  const found = readText(item, path);
  return found.found ? found.value : undefined;
}
