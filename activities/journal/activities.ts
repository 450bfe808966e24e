import type { Journal } from '../../db/journal.ts';
import type { JournalActivities } from '../../domain/ports/journal.ts';

export function createJournalActivities(deps: { journal: Journal }): JournalActivities {
  return { appendEvents: (ride) => deps.journal.append(ride) };
}
