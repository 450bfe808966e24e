import { setTimeout as delay } from 'node:timers/promises';

/** What a batch of runs took: wall time of all, and each run's time from start to completion, ms. */
export interface Batch {
  elapsedMs: number;
  latencies: number[];
}

/** `concurrency` workers take turns until `count` runs are done: the next run begins when one has ended. */
export async function closedLoop(
  count: number,
  concurrency: number,
  run: () => Promise<void>,
): Promise<Batch> {
  const latencies: number[] = [];
  let left = count;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const began = performance.now();
      await run();
      latencies.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: Math.min(count, concurrency) }, worker));
  return { elapsedMs: performance.now() - began, latencies };
}

/** Begins each task at its own time, `perSecond` of them, however long earlier ones take; resolves when all are done. */
export async function paced<T>(
  items: readonly T[],
  perSecond: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const began = performance.now();
  const running: Promise<void>[] = [];
  for (const [index, item] of items.entries()) {
    await delay(Math.max(0, began + (index * 1000) / perSecond - performance.now()));
    running.push(task(item));
  }
  await Promise.all(running);
}
