import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { isOperator, OPERATORS } from './compare.ts';
import { isSafeName, parsePath } from './paths.ts';
import { templatePaths } from './template.ts';
import { AGGREGATES } from './aggregate.ts';
import { TRANSFORM_OPS } from './transform.ts';
import { isObject } from '../json.ts';

/** What is wrong with a transform's params, and the outputs (or mapped params) its paths begin with. */
export interface ParamsCheck {
  problems: string[];
  roots: string[];
}

/** Checks the params of a data_transform; `mapped` are the params that its inputMapping brings. */
export function checkTransform(params: JsonObject, mapped: readonly string[] = []): ParamsCheck {
  const check: ParamsCheck = { problems: [], roots: [] };
  const op = TRANSFORM_OPS.find((known) => known === params['op']);
  if (op === undefined) {
    check.problems.push(`op must be one of ${TRANSFORM_OPS.join(', ')}`);
    return check;
  }
  if (op === 'template') checkTemplate(params, check);
  else if (op === 'pick') checkPick(params, check);
  else checkFrom(params, mapped, op === 'identity' || op === 'merge', check);
  if (op === 'filter') checkWhere(params['where'], check);
  if (op === 'aggregate') checkAggregate(params, check);
  return check;
}

function addPath(path: Json | undefined, name: string, check: ParamsCheck): void {
  const parsed = typeof path === 'string' ? parsePath(path) : undefined;
  if (parsed === undefined) check.problems.push(`${name} must be a path such as outputKey.a.b[0]`);
  else check.roots.push(parsed.root);
}

function checkFrom(
  params: JsonObject,
  mapped: readonly string[],
  listAllowed: boolean,
  check: ParamsCheck,
): void {
  const { from } = params;
  if (from === undefined && mapped.length > 0) return;
  if (!Array.isArray(from)) addPath(from, 'from', check);
  else if (listAllowed && from.length > 0)
    for (const path of from) addPath(path, 'each entry of from', check);
  else check.problems.push('from must be one path');
}

function checkPick(params: JsonObject, check: ParamsCheck): void {
  const { from, paths } = params;
  if (
    typeof paths !== 'object' ||
    paths === null ||
    Array.isArray(paths) ||
    Object.keys(paths).length === 0
  ) {
    check.problems.push('pick needs paths: {name: path}');
    return;
  }
  if (from !== undefined) addPath(from, 'from', check);
  for (const [name, path] of Object.entries(paths)) {
    if (!isSafeName(name)) check.problems.push(`"${name}" cannot be a name in paths`);
    if (from === undefined) addPath(path, `paths.${name}`, check);
    else if (typeof path !== 'string' || parsePath(path) === undefined)
      check.problems.push(`paths.${name} must be a path`);
  }
}

function checkTemplate(params: JsonObject, check: ParamsCheck): void {
  const { template } = params;
  if (template === undefined) check.problems.push('template is missing');
  else for (const path of templatePaths(template)) addPath(path, `{{${path}}}`, check);
}

function checkWhere(where: Json | undefined, check: ParamsCheck): void {
  if (!isObject(where) || !isOperator(where['operator']))
    check.problems.push(`where must be {left, operator, right} with one of ${OPERATORS.join(', ')}`);
  else if (
    typeof where['left'] === 'string' &&
    where['left'] !== '' &&
    parsePath(where['left']) === undefined
  )
    check.problems.push('where.left must be a path inside an item');
}

function checkAggregate(params: JsonObject, check: ParamsCheck): void {
  if (!AGGREGATES.some((fn) => fn === params['fn']))
    check.problems.push(`fn must be one of ${AGGREGATES.join(', ')}`);
  const { field } = params;
  if (field !== undefined && (typeof field !== 'string' || (field !== '' && parsePath(field) === undefined)))
    check.problems.push('field must be a path inside an item');
}
