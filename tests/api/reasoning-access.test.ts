import { Connection, Client } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateKey } from '../../api/keys/secrets.ts';
import { startApi, type RunningApi } from '../../api/server.ts';
import { openDatabase } from '../../db/database.ts';
import { insertKey } from '../../db/repositories/keys.ts';
import type { Scope } from '../../schemas/core/principal.ts';
import { createCaller, type Caller } from './support/http.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { newWallet } from './support/reasoning-escrow.ts';
import { aFreePlan, untilStatus } from './support/reasoning-plans.ts';

const TASK = 'Analyze the last 30 days of DEX volume';
let app: ReasoningApp;
beforeAll(async () => {
  app = await startReasoningApp({ settings: { auth: 'on', rateLimitPerMinute: 60 } });
});
afterAll(() => app.close());

async function keyFor(
  subject: string | null,
  scopes: Scope[] = ['read', 'operate', 'approve'],
  tenant = 'default',
): Promise<Caller> {
  const { key, prefix, secretHash } = generateKey();
  const row = { prefix, secretHash, tenant, name: 'test', scopes, expiresAt: null, rotatedFrom: null };
  await insertKey(app.db.em(), { ...row, subject: subject as string });
  return createCaller(app.url, { authorization: `Bearer ${key}` });
}

describe('a key', () => {
  test('that is missing or unknown is unauthorized', async () => {
    for (const headers of [{}, { authorization: 'Bearer sk_nobody_0123456789abcdefgh' }]) {
      const reply = await createCaller(app.url, headers).get('/workflows/wf_1_0123456789abcdef');
      expect([reply.status, reply.body['code'], reply.body['success']]).toEqual([401, 'unauthorized', false]);
    }
  });

  test('speaks only for its own user: another userId is forbidden', async () => {
    const userId = app.user({ plan: aFreePlan('mine', 'a') });
    const mine = await keyFor(userId);
    const paths = ['/users/other/workflows', '/escrow/other/balance', '/escrow/other/history'];
    const posts: [string, object][] = [
      ['/workflows/create', { userId: 'other', input: TASK }],
      ['/escrow/other/create', { userWallet: newWallet() }],
      ['/escrow/other/withdraw', { amount: 1, destination: newWallet() }],
      ['/escrow/other/deposit', { amount: 1, signature: 'x' }],
    ];
    const replies = [
      ...(await Promise.all(paths.map((path) => mine.get(path)))),
      ...(await Promise.all(posts.map(([path, body]) => mine.post(path, body)))),
    ];
    for (const reply of replies) expect([reply.status, reply.body['code']]).toEqual([403, 'forbidden']);
  });

  test('does not see another user’s workflow, but an admin’s key and the tenant’s own keys do', async () => {
    const userId = app.user({ plan: aFreePlan('seen', 'a') });
    const [mine, other, admin, foreign] = [
      await keyFor(userId),
      await keyFor('someone-else'),
      await keyFor('the-admin', ['admin']),
      await keyFor(userId, ['read', 'operate', 'approve'], 'another-tenant'),
    ];
    const { id } = (await mine.post('/workflows/create', { userId, input: TASK })).body.workflow;
    await untilStatus(mine, id, 'awaiting_approval');
    for (const stranger of [other, foreign])
      for (const reply of [
        await stranger.get(`/workflows/${id}`),
        await stranger.get(`/workflows/${id}/steps`),
        await stranger.post(`/workflows/${id}/approve`),
        await stranger.post(`/workflows/${id}/cancel`),
      ])
        expect([reply.status, reply.body['code']]).toEqual([404, 'workflow_not_found']);
    expect((await admin.get(`/workflows/${id}`)).status).toBe(200);
    expect((await admin.get(`/users/${userId}/workflows`)).body).toMatchObject({ total: 1 });
  });

  test('without the scope may neither create nor approve', async () => {
    const userId = app.user({ plan: aFreePlan('scoped', 'a') });
    const [reader, operator] = [await keyFor(userId, ['read']), await keyFor(userId, ['read', 'operate'])];
    const { id } = (await operator.post('/workflows/create', { userId, input: TASK })).body.workflow;
    for (const reply of [
      await reader.post('/workflows/create', { userId, input: TASK }),
      await operator.post(`/workflows/${id}/approve`),
    ])
      expect([reply.status, reply.body['code']]).toEqual([403, 'forbidden']);
  });

  test('is limited per minute, with headers that say so', async () => {
    const caller = await keyFor('busy');
    const first = await caller.get('/escrow/busy/balance');
    expect(first.headers.get('x-ratelimit-limit')).toBe('60');
    expect(Number(first.headers.get('x-ratelimit-remaining'))).toBeLessThan(60);
    expect(Number(first.headers.get('x-ratelimit-reset'))).toBeGreaterThan(0);
    const replies = await Promise.all(Array.from({ length: 130 }, () => caller.get('/escrow/busy/balance')));
    const refused = replies.find(({ status }) => status === 429)!;
    expect(refused.body).toMatchObject({ code: 'rate_limited', success: false });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('the list of a user’s workflows', () => {
  test('is newest first, in pages, with the number of all', async () => {
    const userId = app.user({ plan: aFreePlan('listed', 'a') });
    const caller = await keyFor(userId);
    const ids: string[] = [];
    for (const _n of [1, 2, 3])
      ids.unshift((await caller.post('/workflows/create', { userId, input: TASK })).body.workflow.id);
    const first = await caller.get(`/users/${userId}/workflows?limit=2`);
    const second = await caller.get(
      `/users/${userId}/workflows?limit=2&cursor=${String(first.body['nextCursor'])}`,
    );
    const shown = [first, second]
      .flatMap(({ body }) => body['workflows'] as { id: string }[])
      .map(({ id }) => id);
    expect(shown).toEqual(ids);
    expect(first.body).toMatchObject({ success: true, total: 3 });
    expect(second.body['nextCursor']).toBeNull();
  });
});

describe('an outage', () => {
  const open: { close(): Promise<void> }[] = [];
  afterAll(async () => {
    for (const one of open) await one.close();
  });

  test('of Temporal is 503 before anything was started, and reads go on', async () => {
    const connection = Connection.lazy({ address: '127.0.0.1:1' });
    const settings = {
      ...app.deps.settings,
      auth: 'off' as const,
      rateLimitPerMinute: 0,
      commandTimeoutMs: 300,
    };
    const api: RunningApi = await startApi(
      { ...app.deps, settings, temporal: new Client({ connection }) },
      { host: '127.0.0.1', port: 0 },
    );
    open.push(api, connection);
    const caller = createCaller(api.url);
    const userId = app.user();
    const created = await caller.post(
      '/workflows/create',
      { userId, input: TASK },
      { 'idempotency-key': `down-${userId}` },
    );
    expect([created.status, created.body['code']]).toEqual([503, 'unavailable']);
    expect(created.headers.get('retry-after')).not.toBeNull();
    await caller.post(`/escrow/${userId}/create`, { userWallet: newWallet() });
    await app.fund(userId, '5', 'SOL');
    const withdrawal = await caller.post(`/escrow/${userId}/withdraw`, {
      amount: 1,
      destination: newWallet(),
    });
    expect([withdrawal.status, withdrawal.body['code']]).toEqual([503, 'unavailable']);
    expect((await caller.get(`/escrow/${userId}/balance`)).body).toMatchObject({ balance: 5 });
  });

  test('of the database is 503', async () => {
    const db = await openDatabase('postgresql://nobody@127.0.0.1:1/none');
    const settings = { ...app.deps.settings, auth: 'off' as const, rateLimitPerMinute: 0 };
    const api = await startApi({ ...app.deps, db, settings }, { host: '127.0.0.1', port: 0 });
    open.push(api, db);
    const reply = await createCaller(api.url).post('/workflows/create', { userId: 'u', input: TASK });
    expect([reply.status, reply.body['code'], reply.body['success']]).toEqual([503, 'unavailable', false]);
  });
});
