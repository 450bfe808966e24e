import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { Outcome } from './outcome.ts';

/** The envelope of the real service's refusals. */
export function sendRefusal(response: Response, status: number, message: string, more: object = {}): void {
  response.status(status).json({ status: 'error', error: { message }, ...more });
}

export function sendOutcome(response: Response, outcome: Outcome): void {
  if ('data' in outcome) response.json({ status: 'success', data: outcome.data });
  else sendRefusal(response, outcome.refused, outcome.message, outcome.more);
}

/** Reads the body, or the query of a GET, and answers 400 with a sentence that names the fields. */
export function answer<Schema extends z.ZodType>(
  schema: Schema,
  handle: (request: z.output<Schema>) => Outcome,
): RequestHandler {
  return (request, response) => {
    const parsed = schema.safeParse(request.method === 'GET' ? request.query : (request.body ?? {}));
    if (parsed.success) return sendOutcome(response, handle(parsed.data));
    const lines = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
    sendRefusal(response, 400, lines.join('; '));
  };
}

/** Last in the app: what the body parser refuses is the caller's error. */
export function handleErrors(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) return next(error);
  const { status } = error as { status?: unknown };
  const isCallers = typeof status === 'number' && status >= 400 && status < 500;
  const words = error instanceof Error ? error.message : String(error);
  sendRefusal(response, isCallers ? status : 500, words);
}
