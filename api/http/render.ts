import type { Response } from 'express';
import type { Logger } from 'pino';
import { toApiError, troubleOf } from '../errors.ts';
import { ApiError, buildProblem, PROBLEM_TYPE, type Where } from '../problem.ts';
import { parseExact } from '../../domain/exact-json.ts';
import { inDoubles } from './exact-body.ts';
import type { LooseAnswer, Route } from '../route.ts';

/** An answer as it goes out, and as the idempotency table keeps it. */
export interface Rendered {
  status: number;
  type: string | null;
  text: string;
  headers: Record<string, string>;
}

const JSON_TYPE = 'application/json; charset=utf-8';

export function renderAnswer(route: Route, answer: LooseAnswer, check: boolean): Rendered {
  const headers = { ...answer.headers };
  if ('text' in answer) return { status: answer.status, type: answer.type, text: answer.text, headers };
  if (answer.body === undefined) return { status: answer.status, type: null, text: '', headers };
  const text = JSON.stringify(answer.body);
  if (check) checkAnswer(route, answer.status, text);
  return { status: answer.status, type: JSON_TYPE, text, headers };
}

/** Checks what goes over the wire, not the objects it was made from. */
function checkAnswer(route: Route, status: number, text: string): void {
  const schema = route.responses[status]?.schema;
  const name = `${route.method.toUpperCase()} ${route.path}`;
  if (schema === undefined) throw new Error(`${name} answered ${status}, which it does not document.`);
  const result = schema.safeParse(inDoubles(parseExact(text)));
  if (!result.success)
    throw new Error(`${name} answered ${status} against its schema: ${result.error.message}`);
}

/** Errors never leak: what is not a known refusal is logged and answered as `internal`. */
export function renderProblem(error: unknown, where: Where, log: Logger): Rendered {
  const known = toApiError(error);
  const trouble = troubleOf(error);
  if (known === undefined) log.error({ err: error }, `${where.instance} failed`);
  else if (trouble === 'misconfigured') log.error({ err: error }, `${where.instance}: a setting is wrong`);
  else if (known.code === 'unavailable') log.warn({ err: error }, `${where.instance}: a part is unavailable`);
  else if (trouble !== undefined) log.warn({ err: error }, `${where.instance}: a part refused it`);
  const shown =
    known ??
    new ApiError('internal', 'Something went wrong on our side. Quote the request_id when you report it.');
  const problem = buildProblem(shown, where);
  return {
    status: problem.status,
    type: PROBLEM_TYPE,
    text: JSON.stringify(problem),
    headers: { ...shown.headers },
  };
}

export function send(res: Response, { status, type, text, headers }: Rendered): void {
  if (res.headersSent || res.destroyed) return;
  res.status(status);
  for (const [name, value] of Object.entries(headers)) res.setHeader(name, value);
  if (type === null) {
    res.end();
    return;
  }
  const bytes = Buffer.from(text);
  res.setHeader('content-type', type);
  res.setHeader('content-length', bytes.length);
  res.end(bytes);
}
