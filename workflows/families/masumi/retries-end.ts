import { ActivityFailure } from '@temporalio/workflow';

/** Undefined when every try within the time failed. Rethrows anything that is not an activity failure: that is a bug. */
export function undefinedWhenRetriesEnd(error: unknown): undefined {
  lastWords(error);
  return undefined;
}

/** What the last try said. */
export function lastWords(error: unknown): string {
  if (!(error instanceof ActivityFailure)) throw error;
  let words = error.message;
  for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause) words = cause.message;
  return words;
}
