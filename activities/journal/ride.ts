import type { Journal } from '../../db/journal.ts';
import type { Ride } from '../../domain/ports/journal.ts';

/**
 * Runs `work` while the events that ride along, if any, are being written, and answers when both are done. If they cannot be
 * written the activity fails and is retried: `work` must be safe to repeat, as all work of activities is.
 */
export async function withRide<T>(journal: Journal, ride: Ride | null, work: () => Promise<T>): Promise<T> {
  if (ride === null) return work();
  const written = journal.append(ride);
  written.catch(() => undefined); // reported below; `work` may fail first
  const result = await work();
  await written;
  return result;
}

/** The same for work that tells the run something by itself: what rides along happened before. */
export async function afterRide<T>(journal: Journal, ride: Ride | null, work: () => Promise<T>): Promise<T> {
  if (ride !== null) await journal.append(ride);
  return work();
}
