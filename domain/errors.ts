/**
 * A permanent refusal: retrying the same thing cannot help. One map turns the code into an HTTP status
 * (api/middleware) and into a non-retryable ApplicationFailure (activities). `code` is lower_snake.
 */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** What went wrong, in words. Node's connection errors may have no message of their own, only causes. */
export function describeError(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(describeError).join('; ');
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.message === 'fetch failed' && error.cause !== undefined ? describeError(error.cause) : '';
  return cause || error.message || error.name;
}
