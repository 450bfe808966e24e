/** What an outside system refused, or why it could not be asked. The words are safe to show. */
export class OutsideError extends Error {
  /** HTTP status of a refusal; undefined when there was no answer. */
  readonly status: number | undefined;
  /** True when it may have happened all the same: an answer got lost, or never came in time. */
  readonly unknown: boolean;
  /** When it said how long to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    parts: { status?: number; unknown?: boolean; retryAfterMs?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: parts.cause });
    this.status = parts.status;
    this.unknown = parts.unknown ?? false;
    this.retryAfterMs = parts.retryAfterMs;
  }

  /** Asking the same again later may help: no answer, 429, 5xx. */
  get passing(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }
}
