import type { NextFunction, Request, Response } from 'express';
import { z } from 'zod';

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** For routes that change the local stack: only this machine, and no page in its browser. */
export function onlyLoopback(request: Request, response: Response, next: NextFunction): void {
  const isLocal = LOOPBACK.has(request.socket.remoteAddress ?? '') && request.headers.origin === undefined;
  if (isLocal) return next();
  response.status(403).json({ error: 'Only programs on this machine may do this' });
}

/** 400 with a sentence that names the fields. */
export function answerInvalid(response: Response, reason: z.ZodError | string): void {
  const issues = typeof reason === 'string' ? [] : reason.issues;
  const lines = issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
  response.status(400).json({ error: typeof reason === 'string' ? reason : lines.join('; ') });
}

/** Last in an app. What a body parser refuses is the client's error; anything else is ours and is not described. */
export function handleErrors(
  error: unknown,
  _request: Request,
  response: Response,
  next: NextFunction,
): void {
  if (response.headersSent) return next(error);
  const status = (error as { status?: unknown }).status;
  const isClients = typeof status === 'number' && status >= 400 && status < 500;
  const message = isClients && error instanceof Error ? error.message : 'Not available just now, try again';
  response.status(isClients ? status : 503).json({ error: message });
}
