import { request } from 'node:http';
import { once } from 'node:events';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type RunningApi } from '../../api/server.ts';
import { createWake } from '../../api/stream/wake.ts';
import { ask } from './support/api.ts';
import { createCaller } from './support/http.ts';
import { storeKey, type StoredKey } from './support/keyed.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { aFreePlan, untilStatus } from './support/reasoning-plans.ts';
import { listen } from './support/streams.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const SECOND = 1000;
let app: ReasoningApp;
/** The second API hears no notification. */
let processes: { url: string; close?: RunningApi['close'] }[];
let other: RunningApi;

beforeAll(async () => {
  app = await startReasoningApp({ settings: { auth: 'on', adminKey: ADMIN } });
  const deaf = { ...app.deps, settings: { ...app.deps.settings, listenUrl: null } };
  other = await startApi(deaf, { host: '127.0.0.1', port: 0 });
  processes = [app, other];
});
afterAll(async () => {
  await other.close();
  await app.close();
});

/** A workflow that waits for approval, and a key of its user. */
async function waiting(): Promise<{ id: string; key: StoredKey; user: string; plain: StoredKey }> {
  const user = app.user({ plan: aFreePlan(`plan of ${Math.random()}`, 'a') });
  const [key, plain] = await Promise.all([
    storeKey(app.db, { subject: user }),
    storeKey(app.db, { subject: user }),
  ]);
  const api = createCaller(app.url, plain.headers);
  const { id } = (await api.post('/workflows/create', { userId: user, input: 'Analyze it' })).body.workflow;
  await untilStatus(api, id, 'awaiting_approval');
  return { id, key, user, plain };
}

const statusOf = async (id: string, { headers }: StoredKey): Promise<unknown> =>
  ((await ask(app, `/workflows/${id}`, { headers })).body['workflow'] as Record<string, unknown>)['status'];

const revoke = (id: string) =>
  ask(app, `/admin/keys/${id}/revoke`, { method: 'POST', headers: { authorization: `Bearer ${ADMIN}` } });

async function openStreams(id: string, key: StoredKey) {
  const clients = processes.flatMap((api) =>
    ['/events', `/runs/${id}/events`, `/workflows/${id}/stream`].map((path) =>
      listen(api, path, key.headers),
    ),
  );
  for (const client of clients)
    await expect.poll(() => client.frames[0]).toMatchObject({ type: 'connected' });
  return clients;
}

/** The events of an SSE stream until the server ends it. */
async function untilEnd(
  api: { url: string },
  path: string,
  key: StoredKey,
): Promise<{ text: () => string; over: Promise<string> }> {
  const headers = { accept: 'text/event-stream', ...key.headers };
  const response = await fetch(new URL(path, api.url), { headers });
  expect(response.status).toBe(200);
  let text = '';
  const over = (async () => {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) text += chunk;
    return text;
  })();
  await expect.poll(() => text).toContain('connected');
  return { text: () => text, over };
}

describe('streams of a key', () => {
  it.each<[string, number, string, (key: StoredKey) => Promise<unknown>]>([
    ['revoked over the API', 4401, 'unauthorized', (key) => revoke(key.id)],
    ['revoked by SQL', 4401, 'unauthorized', (key) => key.change('revoked_at = now()')],
    ['ended by SQL', 4401, 'unauthorized', (key) => key.change("expires_at = now() - interval '1 minute'")],
    ['given to another tenant', 4403, 'forbidden', (key) => key.change("tenant = 'elsewhere'")],
    ['given to another subject', 4403, 'forbidden', (key) => key.change("subject = 'somebody-else'")],
    ['without the scope read', 4403, 'forbidden', (key) => key.change(`scopes = '["operate"]'`)],
  ])(
    '%s end within a second on every process, with %i and the reason',
    async (_what, code, problem, change) => {
      const { id, key } = await waiting();
      const clients = await openStreams(id, key);
      const events = await Promise.all(processes.map((api) => untilEnd(api, `/runs/${id}/events`, key)));
      await change(key);
      const since = Date.now();
      for (const client of clients) {
        expect(await client.closed).toEqual({ code, reason: problem });
        expect(client.frames.at(-1)).toMatchObject({ code: problem, status: code - 4000 });
      }
      for (const { over } of events) {
        const last = (await over).trim().split('\n\n').at(-1)!;
        expect(last).toMatch(/^event: error\ndata: /);
        expect(JSON.parse(last.slice(last.indexOf('{')))).toMatchObject({ code: problem });
      }
      expect(Date.now() - since).toBeLessThan(SECOND);
    },
  );

  it('end when it expires, and when the overlap of its rotation ends', async () => {
    const { id, key, user } = await waiting();
    const brief = await storeKey(app.db, { subject: user, expiresAt: new Date(Date.now() + 1500) });
    const clients = [...(await openStreams(id, key)), ...(await openStreams(id, brief))];
    const rotated = await ask(app, `/admin/keys/${key.id}/rotate`, {
      method: 'POST',
      body: { overlap_seconds: 1 },
      headers: { authorization: `Bearer ${ADMIN}` },
    });
    expect(rotated.status).toBe(201);
    const since = Date.now();
    for (const client of clients) expect((await client.closed).code).toBe(4401);
    expect(Date.now() - since).toBeLessThan(1500 + SECOND);
  });

  it('of an admin end when the key stops being one, so that others’ runs stay hidden', async () => {
    const { id } = await waiting();
    const chief = await storeKey(app.db, { subject: 'chief', scopes: ['read', 'admin'] });
    const [client] = await openStreams(id, chief);
    await chief.change(`scopes = '["read"]'`);
    expect((await client!.closed).code).toBe(4403);
  });

  it('go on for other keys, and for a key that lost a right which reading does not need', async () => {
    const { id, key, plain } = await waiting();
    const [kept] = await openStreams(id, plain);
    const [narrowed] = await openStreams(id, key);
    await key.change(`scopes = '["read"]'`);
    const gone = await storeKey(app.db, { subject: 'gone' });
    const ended = listen(app, '/events', gone.headers);
    await expect.poll(() => ended.frames.length).toBe(1);
    await gone.change('revoked_at = now()');
    await ended.closed;
    for (const client of [kept!, narrowed!]) {
      expect(client.socket.readyState).toBe(client.socket.OPEN);
      client.socket.terminate();
    }
  });

  it('end at once after a change, because the database notifies, whoever made it', async () => {
    const key = await storeKey(app.db, { subject: 'told' });
    const told: string[] = [];
    const handlers = {
      changed: () => undefined,
      anything: () => undefined,
      keyChanged: (id: string) => void told.push(id),
    };
    const wake = createWake(app.db.pool, app.deps.settings.listenUrl, handlers, pino({ level: 'silent' }));
    await expect.poll(() => wake.listening).toBe(true);
    await key.change(`scopes = '["read"]'`);
    await expect.poll(() => told).toEqual([key.id]);
    await app.db.pool.query('delete from api_key where prefix = $1', [key.id]);
    await expect.poll(() => told).toEqual([key.id, key.id]);
    await wake.close();
  });
});

describe('commands over an open socket', () => {
  it.each<[string, string, (key: StoredKey) => Promise<unknown>]>([
    ['revoked', 'unauthorized', (key) => key.change('revoked_at = now()')],
    ['narrowed', 'forbidden', (key) => key.change(`scopes = '["read"]'`)],
  ])('of a key that is %s by then change nothing', async (_what, problem, change) => {
    for (const type of ['approve', 'cancel', 'reject']) {
      const { id, key, plain } = await waiting();
      const client = listen(other, `/runs/${id}/events`, key.headers);
      await expect.poll(() => client.frames.length).toBe(1);
      await change(key);
      client.send({ type, id: 'late' });
      await expect.poll(() => client.frames.find(({ code }) => code === problem)).toBeDefined();
      if (problem === 'unauthorized') expect((await client.closed).code).toBe(4401);
      expect(client.frames.some((frame) => frame['type'] === 'ack')).toBe(false);
      expect(await statusOf(id, plain)).toBe('awaiting_approval');
      client.socket.terminate();
    }
  });

  it('may do what the key is allowed at that moment', async () => {
    const { id, user } = await waiting();
    const key = await storeKey(app.db, { subject: user, scopes: ['read'] });
    const client = listen(app, `/runs/${id}/events`, key.headers);
    await expect.poll(() => client.frames.length).toBe(1);
    await key.change(`scopes = '["read","approve"]'`);
    client.send({ type: 'approve', id: 'now' });
    await expect
      .poll(() => client.frames.find((frame) => frame['id'] === 'now'))
      .toMatchObject({ type: 'ack' });
  });
});

describe('a ticket', () => {
  const buy = async (headers: Record<string, string>): Promise<string> =>
    String((await ask(app, '/stream-tickets', { method: 'POST', headers })).body['ticket']);

  it.each<[string, number, (key: StoredKey) => Promise<unknown>]>([
    ['was revoked', 401, (key) => key.change('revoked_at = now()')],
    ['has expired', 401, (key) => key.change("expires_at = now() - interval '1 second'")],
    ['may not read any more', 403, (key) => key.change(`scopes = '["approve"]'`)],
  ])('of a key that %s since is refused with %i', async (_what, status, change) => {
    const { id, key } = await waiting();
    const [socket, events] = [await buy(key.headers), await buy(key.headers)];
    await change(key);
    expect((await listen(other, `/runs/${id}/events?ticket=${socket}`).closed).code).toBe(4000 + status);
    const accept = { accept: 'text/event-stream' };
    expect((await ask(app, `/runs/${id}/events?ticket=${events}`, { headers: accept })).status).toBe(status);
  });

  it('opens with what the key may do now, and its stream ends with the key', async () => {
    const { id, key } = await waiting();
    const ticket = await buy(key.headers);
    await key.change(`scopes = '["read"]'`);
    const client = listen(other, `/runs/${id}/events?ticket=${ticket}`);
    await expect.poll(() => client.frames.length).toBe(1);
    client.send({ type: 'approve', id: 1 });
    await expect.poll(() => client.frames.at(-1)).toMatchObject({ type: 'error', code: 'forbidden' });
    await key.change('revoked_at = now()');
    expect((await client.closed).code).toBe(4401);
  });

  it('of the admin key works where that key is set, and nowhere else', async () => {
    const admin = { authorization: `Bearer ${ADMIN}` };
    const settings = { ...app.deps.settings, adminKey: `${ADMIN}4` };
    const changed = await startApi({ ...app.deps, settings }, { host: '127.0.0.1', port: 0 });
    const open = await startApi(
      { ...app.deps, settings: { ...settings, auth: 'off' } },
      { host: '127.0.0.1', port: 0 },
    );
    const good = listen(other, `/events?ticket=${await buy(admin)}`);
    await expect.poll(() => good.frames).toMatchObject([{ type: 'connected' }]);
    good.socket.terminate();
    expect((await listen(changed, `/events?ticket=${await buy(admin)}`).closed).code).toBe(4401);
    const { ticket } = (await ask(open, '/stream-tickets', { method: 'POST' })).body;
    expect((await listen(app, `/events?ticket=${String(ticket)}`).closed).code).toBe(4401);
    const { rows } = await app.db.pool.query<{ holder: string }>('select holder::text from stream_ticket');
    expect(rows.map(({ holder }) => holder).join()).not.toContain(ADMIN);
    await Promise.all([changed.close(), open.close()]);
  });
});

describe('a request that takes its time', () => {
  it('is judged by the key at the moment when it acts, not when it began', async () => {
    const { user, key, plain } = await waiting();
    const { hostname, port } = new URL(app.url);
    const headers = { ...key.headers, 'content-type': 'application/json', 'idempotency-key': 'slow' };
    const body = JSON.stringify({ userId: user, input: 'Analyze it again' });
    const req = request({ hostname, port, method: 'POST', path: '/workflows/create', headers });
    req.write(body.slice(0, 10));
    // The key is looked up when the first half arrives; the second half comes later.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await key.change('revoked_at = now()');
    req.end(body.slice(10));
    const [answer] = (await once(req, 'response')) as [{ statusCode: number; resume(): void }];
    answer.resume();
    expect(answer.statusCode).toBe(401);
    // The refusal is not kept: the user's next key does the same under the same Idempotency-Key.
    const again = { ...plain.headers, 'idempotency-key': 'slow' };
    expect(
      (
        await ask(app, '/workflows/create', {
          method: 'POST',
          body,
          headers: { ...again, 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(201);
  });
});

describe('a decision', () => {
  it('records the key as it was at that moment', async () => {
    const { id, key, user } = await waiting();
    const approved = await ask(app, `/workflows/${id}/approve`, { method: 'POST', headers: key.headers });
    expect(approved.status).toBe(200);
    await key.change(`scopes = '["read"]', revoked_at = now()`);
    const { rows } = await app.db.pool.query<{ decided_by: string; data: Record<string, unknown> }>(
      'select decided_by, data from approval where run_id = $1',
      [id],
    );
    expect(rows).toMatchObject([
      {
        decided_by: `${user} (${key.id})`,
        data: {
          authority: { kind: 'key', key_id: key.id, subject: user, scopes: ['read', 'operate', 'approve'] },
        },
      },
    ]);
    const audit = await app.db.pool.query<{ data: unknown }>(
      `select data from audit where actor = $1 and action = 'POST /workflows/:id/approve'`,
      [`${user} (${key.id})`],
    );
    expect(audit.rows).toMatchObject([
      { data: { authority: { key_id: key.id, subject: user, scopes: ['read', 'operate', 'approve'] } } },
    ]);
  });
});

describe('cancelling what then fails', () => {
  it('is recorded in its events, its end and its view; the family’s stream keeps to its own words', async () => {
    let letGo = (): void => undefined;
    const hold = { a: new Promise<void>((resolve) => (letGo = () => resolve())) };
    const calls = { a: { kind: 'failed', code: 'SERVICE_ERROR', message: 'no' } as const };
    const user = app.user({ plan: aFreePlan('cancelled, then failed', 'a'), hold, calls });
    const key = await storeKey(app.db, { subject: user });
    const api = createCaller(app.url, key.headers);
    const { id } = (await api.post('/workflows/create', { userId: user, input: 'Analyze it' })).body.workflow;
    await untilStatus(api, id, 'awaiting_approval');
    await api.post(`/workflows/${id}/approve`);
    expect((await api.get(`/runs/${id}`)).body).toMatchObject({ cancel_requested: false });
    const cancel = { by: `${user} (${key.id})`, reason: 'too slow' };
    const answer = await api.post(`/runs/${id}/cancel`, { reason: 'too slow' });
    expect(answer.body).toMatchObject({ status: 'compensating' });
    const types = async (): Promise<{ type: string; data: unknown }[]> =>
      (await api.get(`/runs/${id}/events`)).body['events'] as { type: string; data: unknown }[];
    // The event is committed before the answer.
    expect((await types()).at(-1)).toMatchObject({ type: 'run.cancel_requested', data: cancel });
    letGo();
    await untilStatus(api, id, 'failed', /^(completed|cancelled)$/);
    expect((await types()).at(-1)).toMatchObject({
      type: 'run.failed',
      data: { cancel_requested: true, cancel, error: { code: 'SERVICE_ERROR' } },
    });
    expect((await api.get(`/runs/${id}`)).body).toMatchObject({
      status: 'failed',
      cancel_requested: true,
      cancel,
    });
    const stream = listen(app, `/workflows/${id}/stream?after=0`, key.headers);
    await stream.closed;
    expect(stream.frames).toContainEqual(
      expect.objectContaining({
        type: 'step.progress',
        data: { cancel_requested: true, reason: 'too slow' },
      }),
    );
    expect(JSON.stringify(stream.frames)).not.toContain('run.cancel_requested');
  });
});
