import type { BookDeps } from '../../../activities/reconciliation/tools.ts';
import type { Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';

/** The check of the books as in production, over no chain; `close` when it is done. */
export function bookDeps(db: Database, over: Partial<BookDeps> = {}): BookDeps & { close(): Promise<void> } {
  const sealer = createSealer('a key for tests only');
  const notifier = createNotifier(db.pool);
  return {
    db,
    journal: createJournal(db.pool, notifier),
    values: createValues(db.pool, sealer),
    sealer,
    seller: { call: async () => ({ kind: 'silent', code: 'NETWORK', message: 'no' }) },
    assets: { assets: [], escrowNetwork: '' },
    rails: { all: [], find: () => undefined, close: () => undefined },
    workflowState: async () => 'open',
    operatorTenant: 'default',
    lookAgainMs: 1,
    close: () => notifier.close(),
    ...over,
  };
}
