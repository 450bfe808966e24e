import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createReconciliationActivities } from '../../activities/reconciliation/activities.ts';
import { createCaller, type Caller, type Reply } from '../api/support/http.ts';
import { bookDeps } from './support/book-deps.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
let app: ReasoningApp;
let operator: Caller;
let customer: Caller;
let elsewhere: Caller;
const ends: (() => Promise<void>)[] = [];
beforeAll(async () => {
  app = await startReasoningApp({
    settings: { auth: 'on', adminKey: ADMIN },
    activities: ({ db }) => {
      const deps = bookDeps(db);
      ends.push(deps.close);
      return createReconciliationActivities(deps);
    },
  });
  operator = createCaller(app.url, { authorization: `Bearer ${ADMIN}` });
  customer = await keyFor({ subject: app.user() });
  elsewhere = await keyFor({ tenant: 'elsewhere', subject: 'boss', scopes: ['admin'] });
});
afterAll(async () => {
  await app.close();
  for (const end of ends) await end();
});

async function keyFor(over: object): Promise<Caller> {
  const body = { name: 'k', scopes: ['read', 'operate'], ...over };
  const key = (await operator.post('/admin/keys', body)).body['key'];
  return createCaller(app.url, { authorization: `Bearer ${String(key)}` });
}

/** A user's deposit that is marked as credited and is not in the books: a difference that belongs to no run. */
async function lose(userId: string): Promise<string> {
  const signature = `lost-${randomUUID()}`;
  await app.db.pool.query(
    `insert into deposit (id, signature, tenant, user_id, asset, amount, status) values ($1, $1, 'default', $2, 'usdc', 7, 'credited')`,
    [signature, userId],
  );
  return signature;
}
const find = (signature: string) =>
  app.db.pool.query('delete from deposit where signature = $1', [signature]);

const check = (): Promise<Reply> => operator.post('/ledger/reconciliation');
const open = async (who: Caller): Promise<unknown[]> =>
  ((await who.get('/attention')).body['attention'] as { id: unknown }[]).map(({ id }) => id);
const resolve = (who: Caller, id: string): Promise<Reply> =>
  who.post(`/attention/${encodeURIComponent(id)}/resolve`, { note: 'Nothing to see here.' });

describe('what the check of the books tells the operator', () => {
  test('is neither seen nor closed by a customer of the same tenant, or by another tenant', async () => {
    const signature = await lose('victim');
    const id = `books:deposit_transfer:${signature}`;
    expect((await check()).text).toContain(signature);
    expect(await open(operator)).toContain(id);
    for (const stranger of [customer, elsewhere]) {
      expect((await stranger.post('/ledger/reconciliation')).body).toMatchObject({
        accounts: [],
        findings: [],
      });
      expect(await open(stranger)).toEqual([]);
      expect((await resolve(stranger, id)).status).toBe(404);
    }
    expect(await open(operator)).toContain(id);
    await find(signature);
    await check();
    expect(await open(operator)).not.toContain(id);
  });

  test('is reported again when a difference comes back, unless a person has closed it', async () => {
    const [signature, seen] = [await lose('victim'), await lose('victim')];
    const [id, other] = [signature, seen].map((one) => `books:deposit_transfer:${one}`) as [string, string];
    await check();
    expect((await resolve(operator, other)).status).toBe(200);
    await find(signature);
    await check();
    expect(await open(operator)).not.toContain(id);
    await app.db.pool.query(
      `insert into deposit (id, signature, tenant, user_id, asset, amount, status) values ($1, $1, 'default', 'victim', 'usdc', 7, 'credited')`,
      [signature],
    );
    await check();
    const items = await open(operator);
    expect([items.includes(id), items.includes(other)]).toEqual([true, false]);
  });
});
