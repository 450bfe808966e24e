import { CancellationScope, condition } from '@temporalio/workflow';
import type { Stop } from './stop.ts';

/** Work that nobody waits for once the run is to stop: it is cancelled then. `enough`: something else ends the wait. */
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
