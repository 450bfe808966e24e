import type { JournalEvent, Ride } from '../../domain/ports/journal.ts';

/** Events waiting to be written. They ride on activities that run anyway (architecture decision 3). */
export interface RunJournal {
  emit(event: JournalEvent): void;
  /** Gives `work` the events that may not be written yet. They count as written once `work` resolves. */
  ride<T>(work: (ride: Ride) => Promise<T>): Promise<T>;
  /** Writes what is pending when no other activity is due. */
  flush(): Promise<void>;
  /** The same events for the caller of an update, who writes them before it answers. An activity writes them here as well. */
  pending(): JournalEvent[];
}

/**
 * Parallel siblings all carry the pending events; the first to arrive writes them, the keys make the others no-ops.
 * An event leaves the list only when an activity that carried it has succeeded.
 */
export function createRunJournal(runId: string, append: (ride: Ride) => Promise<void>): RunJournal {
  const waiting = new Map<string, JournalEvent>();
  const journal: RunJournal = {
    emit: (event) => void waiting.set(event.key, event),
    async ride(work) {
      const events = [...waiting.values()];
      const result = await work({ runId, events });
      for (const event of events) waiting.delete(event.key);
      return result;
    },
    async flush() {
      if (waiting.size > 0) await journal.ride(append);
    },
    pending: () => [...waiting.values()],
  };
  return journal;
}
