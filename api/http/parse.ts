import type { Request } from 'express';
import type { z } from 'zod';
import { ApiError, type FieldError } from '../problem.ts';
import type { Route } from '../route.ts';
import { readJson } from './body.ts';
import { isStorable, unstorable } from './json-source.ts';

/** The request's parts before their schemas: text and JSON. */
export interface RawInput {
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}

export async function readInput(route: Route, req: Request): Promise<RawInput> {
  const params = req.params as Record<string, string>;
  const query = readQuery(req);
  for (const name of NAMES)
    if (!isStorable(params[name] ?? '')) throw noSuchThing(route, name) ?? unstorable(name);
  for (const [name, value] of [...Object.entries(params), ...Object.entries(query)])
    if (!isStorable(value) || !isStorable(name)) throw unstorable(name);
  return { params, query, body: route.body ? await readJson(req, route.money ?? { paths: [] }) : undefined };
}

/** Repeated names are refused rather than guessed at. */
export function readQuery(req: { url?: string | undefined }): Record<string, string> {
  const query: Record<string, string> = Object.create(null) as Record<string, string>;
  const search = (req.url ?? '').split('?').slice(1).join('?');
  for (const [name, value] of new URLSearchParams(search)) {
    if (name in query)
      throw invalid('query', [{ path: name, message: 'Given more than once.', code: 'repeated' }]);
    query[name] = value;
  }
  return query;
}

export function parseInput(route: Route, raw: RawInput): RawInput {
  return {
    params: parsePath(route, raw.params),
    query: parsePart('query', route.query, { ...raw.query }) as RawInput['query'],
    body: parsePart('body', route.body, raw.body),
  };
}

/** A text that cannot be an id names nothing: 404, as for any other unknown id. */
function parsePath(route: Route, params: RawInput['params']): RawInput['params'] {
  const issue = route.params?.safeParse(params).error?.issues[0];
  const name = NAMES.find((one) => one === issue?.path[0]);
  const missing = name === undefined ? undefined : noSuchThing(route, name);
  if (missing !== undefined) throw missing;
  return parsePart('path', route.params, params) as RawInput['params'];
}

/** Parameters that name a thing. */
const NAMES = ['flow_key', 'id'] as const;

/** A route that can miss several things lists the one that `id` names last. */
function noSuchThing({ errors = [] }: Route, name: (typeof NAMES)[number]): ApiError | undefined {
  const code =
    name === 'flow_key'
      ? errors.find((one) => one === 'flow_not_found')
      : errors.findLast((one) => one.endsWith('_not_found'));
  return code === undefined
    ? undefined
    : new ApiError(code, `There is no such ${code.replace('_not_found', '')}.`);
}

function parsePart(part: 'path' | 'query' | 'body', schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (part === 'body' && value === undefined)
    throw invalid(part, [{ path: '', message: 'A JSON body is required.', code: 'required' }]);
  throw invalid(
    part,
    result.error.issues.map(({ path, message, code }) => ({ path: path.join('.'), message, code })),
  );
}

const MOST_ERRORS = 20;

function invalid(part: string, errors: FieldError[]): ApiError {
  const [first] = errors;
  const where = first?.path ? `${part}: ${first.path}` : part;
  return new ApiError('validation_failed', `${where}: ${first?.message ?? 'invalid'}`, {
    errors: errors.slice(0, MOST_ERRORS),
  });
}
