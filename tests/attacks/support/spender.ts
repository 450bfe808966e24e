import { randomInt, randomUUID } from 'node:crypto';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { openDatabase } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { insertRun } from '../../../db/repositories/runs.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import { sampleBook } from '../../support/sample-catalogue.ts';

/**
 * A process that spends one user's escrow through the production code: run after run, each with a random estimate,
 * until nothing is left. It prints each grant after the grant was made, and may be killed at any moment.
 */
const { url, userId } = JSON.parse(process.argv[2] ?? '{}') as { url: string; userId: string };
const db = await openDatabase(url, { poolSize: 2 });
const notifier = createNotifier(db.pool);
const sealer = createSealer('a secret of the tests');
const activities = createLedgerActivities({
  db,
  journal: createJournal(db.pool, notifier),
  values: createValues(db.pool, sealer),
  assets: sampleBook,
});

process.send?.({ type: 'ready' });
for (let refusals = 0; refusals < 20;) {
  const runId = `run_${randomUUID()}`;
  const run = {
    id: runId,
    tenant: 'default',
    family: 'test',
    kind: 'test',
    subject: userId,
    workflowId: runId,
  };
  await insertRun(db.pool, sealer, { ...run, input: {}, settings: {} });
  const upTo = String(randomInt(1, 5000));
  const ride = { runId, events: [] };
  // As Temporal would: after a lost answer it asks again.
  const request = { ride, runId, revision: 1, upTo, asset: 'USDC' };
  const [outcome, again] = [await activities.reserveForRun(request), await activities.reserveForRun(request)];
  if (outcome.kind === 'reserved') process.send?.({ type: 'granted', amount: upTo });
  else refusals++;
  if (outcome.kind === 'reserved' && again.kind !== 'reserved') throw new Error('A repetition was refused.');
}
process.send?.({ type: 'done' });
await notifier.close();
await db.close();
process.disconnect?.();
