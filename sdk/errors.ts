import type { Problem } from '../schemas/core/problem.ts';

/**
 * A refusal by the server. `code` is the problem code ("insufficient_escrow"), `status` the HTTP status (or the close
 * code less 4000 of a WebSocket), `problem` the whole body (common.md, "Errors").
 */
export class StewardError extends Error {
  override readonly name = 'StewardError';
  readonly code: string;
  readonly status: number;
  readonly problem: Partial<Problem>;
  /** Seconds after which it makes sense to try again, if the server said so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, problem: Partial<Problem>, retryAfter?: number) {
    super(problem.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.problem = problem;
    this.retryAfter = retryAfter;
  }
}

/** The server could not be reached, or its answer was not understood, after all tries. `cause` is the last reason. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}
