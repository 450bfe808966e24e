import { CancellationScope, condition } from '@temporalio/workflow';
import type { Stop } from './stop.ts';

/** Runs work that is cancelled as soon as the run must stop, or `enough` says that nobody needs it any more. */
export async function untilStopped<T>(
  stop: Stop,
  work: () => Promise<T>,
  enough: () => boolean = () => false,
): Promise<T | 'stopped'> {
  const scope = new CancellationScope({ cancellable: true });
  let done = false;
  const result = scope.run(work).finally(() => (done = true));
  await condition(() => done || stop.reason() !== undefined || enough());
  if (done) return result;
  scope.cancel();
  return result.catch(() => 'stopped' as const);
}
