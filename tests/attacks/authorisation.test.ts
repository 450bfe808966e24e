import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storeKey } from '../api/support/keyed.ts';
import type { Scope } from '../../schemas/core/principal.ts';
import { createCaller, type Caller } from '../api/support/http.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';
import { newSignature, newWallet } from '../api/support/reasoning-escrow.ts';
import { aFreePlan, untilStatus } from '../api/support/reasoning-plans.ts';

const TASK = 'Analyze the last 30 days of DEX volume';
let app: ReasoningApp;
beforeAll(async () => {
  app = await startReasoningApp({ settings: { auth: 'on', rateLimitPerMinute: 0 } });
});
afterAll(() => app.close());

interface Key {
  caller: Caller;
  headers: { authorization: string };
}

async function keyFor(
  subject: string,
  tenant = 'default',
  scopes: Scope[] = ['read', 'operate', 'approve'],
): Promise<Key> {
  const { headers } = await storeKey(app.db, { subject, tenant, scopes });
  return { caller: createCaller(app.url, headers), headers };
}

/** A workflow that waits for its owner's approval. */
async function waiting(): Promise<{ id: string; userId: string; owner: Key }> {
  const userId = app.user({ plan: aFreePlan('private', 'a') });
  const owner = await keyFor(userId);
  const { id } = (await owner.caller.post('/workflows/create', { userId, input: TASK })).body.workflow;
  await untilStatus(owner.caller, id, 'awaiting_approval');
  return { id, userId, owner };
}

function closeCode(path: string, headers: { authorization: string }): Promise<number> {
  const socket = new WebSocket(app.url.replace('http', 'ws') + path, { headers });
  return new Promise((resolve) => socket.once('close', resolve));
}

describe("another's workflow", () => {
  test.each([
    ['of the same tenant', 'default'],
    ['of another tenant', 'elsewhere'],
  ])('is absent on every route and stream for a user %s', async (_who, tenant) => {
    const { id, owner } = await waiting();
    const thief = await keyFor('thief', tenant);
    const { body } = await owner.caller.get('/approvals?status=pending');
    const approval = (body['approvals'] as { id: string; run_id: string }[]).find(
      ({ run_id }) => run_id === id,
    )!;
    const replies = [
      await thief.caller.get(`/runs/${id}`),
      await thief.caller.get(`/runs/${id}/events`),
      await thief.caller.post(`/runs/${id}/cancel`, {}),
      await thief.caller.post(`/runs/${id}/inputs`, { data: {} }),
      await thief.caller.post(`/approvals/${encodeURIComponent(approval.id)}`, { decision: 'approve' }),
      await thief.caller.post(`/approvals/${encodeURIComponent(approval.id)}`, { decision: 'reject' }),
      await thief.caller.get(`/workflows/${id}`),
      await thief.caller.get(`/workflows/${id}/steps`),
      await thief.caller.post(`/workflows/${id}/approve`),
      await thief.caller.post(`/workflows/${id}/cancel`),
    ];
    expect(replies.map(({ status }) => status)).toEqual(replies.map(() => 404));
    expect(await closeCode(`/runs/${id}/events`, thief.headers)).toBe(4404);
    expect(await closeCode(`/workflows/${id}/stream`, thief.headers)).toBe(4404);
    for (const [path, list] of [
      ['/runs', 'runs'],
      [`/runs?q=${id}`, 'runs'],
      ['/approvals', 'approvals'],
    ] as const)
      expect(JSON.stringify((await thief.caller.get(path)).body[list])).not.toContain(id);
    expect((await owner.caller.get(`/workflows/${id}`)).body.workflow).toMatchObject({
      status: 'awaiting_approval',
    });
    expect((await owner.caller.get(`/runs?q=${id}`)).body['runs']).toHaveLength(1);
  });

  test('is seen by an admin of its tenant, but not by an admin of another', async () => {
    const { id } = await waiting();
    const [ours, theirs] = [
      await keyFor('chief', 'default', ['admin']),
      await keyFor('boss', 'elsewhere', ['admin']),
    ];
    expect((await ours.caller.get(`/runs/${id}`)).status).toBe(200);
    expect((await theirs.caller.get(`/runs/${id}`)).status).toBe(404);
  });
});

describe('a wallet', () => {
  test.each([
    ['of the same tenant', 'default'],
    ['of another tenant', 'elsewhere'],
  ])(
    'cannot be registered by a second user %s, who could claim the deposits of the first',
    async (_who, tenant) => {
      const [victim, thief, wallet] = [app.user(), `thief-${tenant}`, newWallet()];
      const [mine, theirs] = [(await keyFor(victim)).caller, (await keyFor(thief, tenant)).caller];
      expect((await mine.post(`/escrow/${victim}/create`, { userWallet: wallet })).status).toBe(200);
      const second = await theirs.post(`/escrow/${thief}/create`, { userWallet: wallet });
      expect([second.status, second.body['code']]).toEqual([409, 'wallet_conflict']);
      const claim = await theirs.post(`/escrow/${thief}/deposit`, { amount: 1, signature: newSignature() });
      expect([claim.status, claim.body['code']]).toEqual([404, 'escrow_not_found']);
      expect((await mine.post(`/escrow/${victim}/create`, { userWallet: wallet })).status).toBe(200);
    },
  );

  test('belongs to only one of two users who register it at once', async () => {
    const wallet = newWallet();
    const users = ['a', 'b', 'c', 'd'].map((name) => `${name}-${wallet}`);
    const replies = await Promise.all(
      users.map(async (user) =>
        (await keyFor(user)).caller.post(`/escrow/${user}/create`, { userWallet: wallet }),
      ),
    );
    const statuses = replies.map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(3);
  });
});

describe('the operator’s side', () => {
  test.each([
    ['get', '/admin/keys'],
    ['post', '/admin/keys'],
    ['post', '/admin/keys/x/rotate'],
    ['post', '/admin/keys/x/revoke'],
  ] as const)('%s %s needs an admin', async (method, path) => {
    const { caller } = await keyFor('nobody');
    expect((await caller[method](path, {})).status).toBe(403);
  });

  test('does not show the installation’s own accounts to a tenant’s key', async () => {
    const { caller } = await keyFor('chief', 'default', ['admin']);
    expect(JSON.stringify((await caller.get('/ledger/accounts?limit=200')).body)).not.toContain(
      'world:system',
    );
    const id = encodeURIComponent('world:system:world:x');
    expect((await caller.get(`/ledger/accounts/${id}/transfers`)).status).toBe(404);
  });
});

describe('an Idempotency-Key', () => {
  test('of another user or for another route reveals nothing of the first answer', async () => {
    const [one, two] = [app.user({ plan: aFreePlan('k', 'a') }), app.user({ plan: aFreePlan('k', 'a') })];
    const headers = { 'idempotency-key': 'the-same-for-all' };
    const create = async (user: string, tenant = 'default') =>
      (await keyFor(user, tenant)).caller.post('/workflows/create', { userId: user, input: TASK }, headers);
    const first = await create(one);
    const replies = [await create(two), await create(one, 'elsewhere')];
    for (const reply of replies) {
      expect(reply.status).toBe(201);
      expect(reply.body.workflow.id).not.toBe(first.body.workflow.id);
    }
    expect((await create(one)).body.workflow.id).toBe(first.body.workflow.id);
  });
});

describe('hostile input', () => {
  const nul = '\0';
  test.each([
    ['U+0000 in the task', { input: `a task with ${nul} in the middle` }],
    ['U+0000 in a name of the metadata', { input: TASK, metadata: { [`a${nul}`]: 1 } }],
    ['half a surrogate pair in the metadata', { input: TASK, metadata: { a: ['\ud800'] } }],
    ['a huge maximum', { input: TASK, maxCost: '9'.repeat(99) }],
    ['a maximum with an exponent', { input: TASK, maxCost: '1e3' }],
    [
      'metadata without a bottom',
      { input: TASK, metadata: { a: JSON.parse('['.repeat(90) + ']'.repeat(90)) as unknown } },
    ],
  ])('%s is a 400 with a way out', async (_what, body) => {
    const userId = app.user();
    const reply = await (await keyFor(userId)).caller.post('/workflows/create', { userId, ...body });
    expect(reply.status).toBe(400);
    expect(reply.body['detail']).toBeTypeOf('string');
  });

  test('names that objects inherit change no object', async () => {
    const userId = app.user({ plan: aFreePlan('p', 'a') });
    const { headers } = await keyFor(userId);
    const text = `{"userId":"${userId}","input":"${TASK}","metadata":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}`;
    const reply = await fetch(`${app.url}/workflows/create`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: text,
    });
    expect([201, 400]).toContain(reply.status);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  test.each(['%00', '%E0%A4%A', '..%2f..%2fetc', "' or 1=1 --", '$1', '%25'])(
    'the id %s is not found, nothing worse',
    async (id) => {
      const { caller } = await keyFor('prober');
      for (const path of [`/workflows/${id}`, `/runs/${id}`, `/payments/${id}`, `/escrow/${id}/balance`]) {
        const { status } = await caller.get(path);
        expect(status).toBeGreaterThanOrEqual(400);
        expect(status).toBeLessThan(500);
      }
    },
  );
});
