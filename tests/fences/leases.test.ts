import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { purgeExpired } from '../../db/repositories/housekeeping.ts';
import { bindRun, claimKey, lockHold, storeAnswer, type Hold } from '../../db/repositories/idempotency.ts';
import { takeNumbers } from '../../db/repositories/signers.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { openWatched, shown } from '../masumi/support/watched.ts';

let fresh: FreshDatabase;
let db: Database;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url, { idleInTransactionMs: 200 });
});
afterAll(async () => {
  await db.close();
  await fresh.drop();
});

/** Claims the key for this time. */
async function claim(lastsMs: number): Promise<Hold> {
  const key = { tenant: 'default', caller: 'local', route: 'POST /things', key: randomUUID() };
  const result = await claimKey(db.pool, key, 'body', lastsMs);
  if (result.kind !== 'claimed') throw new Error(result.kind);
  return { key, token: result.token };
}
const again = ({ key }: Hold) => claimKey(db.pool, key, 'body', 60_000);
const expire = ({ key }: Hold) =>
  db.pool.query(`update idempotency set expires_at = now() - interval '1 day' where key = $1`, [key.key]);

describe('a transaction whose process is stopped', () => {
  test('is ended by the server: the next one gets its locks, and the process learns of it', async () => {
    const signer = { network: 'eip155:1', address: '0xsigner' };
    const hanging = db.transaction(async (client) => {
      const first = await takeNumbers(client, signer, 1, 7);
      const next = db.transaction((other) => takeNumbers(other, signer, 1, 7));
      expect(await next).toBe(first); // it waits for the lock, then gets the number that was rolled back
      await client.query('select 1');
    });
    await expect(hanging).rejects.toMatchObject({ code: '25P03' });
    expect((await db.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
});

describe('a claim', () => {
  test('that ran out and was taken over lets its first holder write nothing', async () => {
    const first = await claim(0);
    const second = await again(first);
    if (second.kind !== 'claimed') throw new Error(second.kind);
    expect(await lockHold(db.pool, first)).toBe(false);
    expect(await bindRun(db.pool, first, 'run-of-the-first')).toBe(false);
    expect(await storeAnswer(db.pool, first, 'of the first')).toBe(false);
    expect(await storeAnswer(db.pool, { ...first, token: second.token }, 'of the second')).toBe(true);
    expect(await again(first)).toEqual({ kind: 'answered', sealed: 'of the second' });
  });

  test('counts as at work while its holder is inside its transaction, however long ago it ran out', async () => {
    const hold = await claim(0);
    await db.transaction(async (client) => {
      await bindRun(client, hold, 'run-1');
      expect(await again(hold)).toEqual({ kind: 'in_progress' });
    });
    expect(await again(hold)).toMatchObject({ kind: 'claimed', runId: 'run-1' });
  });

  test('is not purged while it lasts; what was purged can write nothing', async () => {
    const [lasting, over] = [await claim(60_000), await claim(0)];
    await Promise.all([expire(lasting), expire(over)]);
    await purgeExpired(db.pool);
    expect(await bindRun(db.pool, lasting, 'run-2')).toBe(true);
    expect(await bindRun(db.pool, over, 'run-3')).toBe(false);
  });

  test('is not purged while its holder stores the answer', async () => {
    const hold = await claim(0);
    await expire(hold);
    await db.transaction(async (client) => {
      expect(await lockHold(client, hold)).toBe(true);
      await purgeExpired(db.pool);
      expect(await storeAnswer(client, hold, 'told')).toBe(true);
    });
    const { rowCount } = await db.pool.query('select from idempotency where key = $1', [hold.key.key]);
    expect(rowCount).toBe(1);
  });
});

test('a look at the payment service that was stopped while others looked leaves no old news', async () => {
  const it = await openWatched();
  const { node } = it.paper;
  const { listPayments } = node;
  const [reached, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  await it.add({ id: 'job', status: 'running' });
  it.paper.payments.push(shown('job'));
  node.listPayments = async (page) => {
    const seen = await listPayments(page);
    reached.resolve();
    await gate.promise;
    return seen;
  };
  const stopped = it.watch();
  await reached.promise;
  node.listPayments = listPayments;
  it.paper.payments.splice(0, 1, shown('job', { onChainState: 'RefundRequested' }));
  await it.watch();
  gate.resolve();
  await stopped;
  await it.watch();
  expect(await it.row('job')).toMatchObject({ on_chain_state: 'RefundRequested' });
  expect(it.told.at(-1)).toMatchObject({ argument: { onChainState: 'RefundRequested' } });
  await it.close();
});
