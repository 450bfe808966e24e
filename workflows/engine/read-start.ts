import { ApplicationFailure } from '@temporalio/workflow';
import type { Guard } from '../../domain/messages/read.ts';

/**
 * What a workflow was started with. Somebody may have started it by hand: a workflow that cannot read its input ends at once and
 * says why, instead of failing its first task for ever.
 */
export function readStart<T>(guard: Guard<T>, given: unknown): T {
  const read = guard(given);
  if (read.ok) return read.value;
  throw ApplicationFailure.nonRetryable(
    `This workflow cannot be started like this: what it was given ${read.problem}.`,
    'BAD_START',
  );
}
