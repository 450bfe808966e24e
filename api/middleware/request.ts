import { randomUUID } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/** Facts about a request that every later part uses; kept beside the request, typed. */
export interface RequestFacts {
  id: string;
  log: Logger;
  /** Path and query without tickets: fit for logs, error bodies and audit. */
  shownUrl: string;
  startedAt: number;
}

const facts = new WeakMap<object, RequestFacts>();

export function factsOf(req: object): RequestFacts {
  const found = facts.get(req);
  if (found === undefined) throw new Error('The request has not passed the request middleware.');
  return found;
}

/** Gives the request its id (the caller's, if it is a sane one) and logs one line when it is answered. */
export function trackRequests(log: Logger): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => {
    const { id } = attachFacts(req, log);
    res.setHeader('x-request-id', id);
    res.on('close', () => logAnswer(req, res));
    res.on('error', () => undefined); // an answer that nobody can take any more must not end the process
    next();
  };
}

export function attachFacts(
  req: { headers: Request['headers']; url?: string | undefined; originalUrl?: string },
  log: Logger,
): RequestFacts {
  const given = req.headers['x-request-id'];
  const id = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID();
  const shownUrl = withoutSecrets(req.originalUrl ?? req.url ?? '/');
  const fresh = { id, log: log.child({ request_id: id }), shownUrl, startedAt: performance.now() };
  facts.set(req, fresh);
  return fresh;
}

const withoutSecrets = (url: string): string => url.replace(/([?&]ticket=)[^&]*/gi, '$1...');

function logAnswer(req: Request, res: Response): void {
  const { log, shownUrl, startedAt } = factsOf(req);
  const ms = Math.round((performance.now() - startedAt) * 10) / 10;
  log.info({ method: req.method, url: shownUrl, status: res.statusCode, ms }, 'request');
}
