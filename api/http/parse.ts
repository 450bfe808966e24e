import type { Request } from 'express';
import type { z } from 'zod';
import { ApiError, type FieldError } from '../problem.ts';
import type { Route } from '../route.ts';
import { readJson } from './body.ts';
import { safeParseExact } from './exact-body.ts';
import { isStorable, unstorable } from './json-source.ts';
import { rightSpelling, type LimitNames } from './spelling.ts';

/** The request's parts before their schemas: text and JSON. */
export interface RawInput {
  params: Record<string, string>;
  query: Record<string, string>;
  body: unknown;
}

export async function readInput(route: Route, req: Request): Promise<RawInput> {
  const params = req.params as Record<string, string>;
  const query = readQuery(req);
  for (const [name, code] of Object.entries(route.missing ?? {}))
    if (!isStorable(params[name] ?? '')) throw noSuchThing(code);
  for (const [name, value] of [...Object.entries(params), ...Object.entries(query)])
    if (!isStorable(value) || !isStorable(name)) throw unstorable(name);
  return { params, query, body: route.body ? await readJson(req, route) : undefined };
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

/** `limits`: names of limits anywhere in the API, which are refused where they would bind nothing. */
export function parseInput(route: Route, raw: RawInput, limits?: LimitNames): RawInput {
  const body = rightSpelling(route.body, raw.body, route.aliases, limits);
  return {
    params: parsePath(route, raw.params),
    query: parsePart('query', route.query, { ...raw.query }) as RawInput['query'],
    body: parsePart('body', route.body, body),
  };
}

/** An impossible name names nothing: 404, like any other thing that is not there. */
function parsePath(route: Route, params: RawInput['params']): RawInput['params'] {
  const named = String(route.params?.safeParse(params).error?.issues[0]?.path[0]);
  const code = route.missing?.[named];
  if (code !== undefined) throw noSuchThing(code);
  return parsePart('path', route.params, params) as RawInput['params'];
}

const noSuchThing = (code: string): ApiError =>
  new ApiError(code, `There is no such ${code.replace('_not_found', '')}.`);

function parsePart(part: 'path' | 'query' | 'body', schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return value;
  const result = safeParseExact(schema, value);
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
