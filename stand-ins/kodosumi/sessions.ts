import { randomBytes } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { answerProblem } from './problems.ts';

export interface Sessions {
  /** A token for these credentials; undefined for wrong ones. */
  signIn(name: unknown, password: unknown): string | undefined;
  /** Lets requests with a token pass. The header counts before the cookie. */
  guard(request: Request, response: Response, next: NextFunction): void;
  expireAll(): void;
  /** How often somebody signed in. */
  count(): number;
}

export function createSessions(username: string, password: string): Sessions {
  const tokens = new Set<string>();
  let count = 0;
  return {
    signIn(name, given) {
      if (name !== username || given !== password) return undefined;
      const token = randomBytes(24).toString('base64url');
      tokens.add(token);
      count += 1;
      return token;
    },
    guard(request, response, next) {
      const token = request.header('KODOSUMI_API_KEY') ?? cookieOf(request);
      if (token !== undefined && tokens.has(token)) return next();
      answerProblem(request, response, 401, 'Invalid token');
    },
    expireAll: () => tokens.clear(),
    count: () => count,
  };
}

const cookieOf = (request: Request): string | undefined =>
  /(?:^|;\s*)kodosumi_jwt=([^;]+)/.exec(request.header('cookie') ?? '')?.[1];
