/** What Temporal tells of a queue: who asked it for work last, and since when its oldest task waits. In milliseconds. */
export interface QueueTraffic {
  lastAskedAt: number | undefined;
  waitsSince: number | undefined;
}

/** A worker asks anew at least once a minute; the rest is for clocks that differ. */
const ASKS_AGAIN_MS = 90_000;
const TAKES_MS = 10_000;

/**
 * Whether somebody does the work of a queue. A worker that was killed stays in Temporal's list for minutes. So a queue is
 * also without one when a task has waited for a while and nobody has asked since it came.
 */
export function isServed({ lastAskedAt, waitsSince }: QueueTraffic, now: number): boolean {
  if (lastAskedAt === undefined || now - lastAskedAt > ASKS_AGAIN_MS) return false;
  return waitsSince === undefined || now - waitsSince < TAKES_MS || lastAskedAt > waitsSince;
}

/** What is wrong, and the command that mends it. */
export const nobodyServes = (queues: readonly string[]): string =>
  `no worker serves the ${queues.length === 1 ? 'queue' : 'queues'} ${queues.join(', ')}: start one with npm run worker`;
