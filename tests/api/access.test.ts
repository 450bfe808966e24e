import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi } from '../../api/server.ts';
import { createAuditor } from '../../db/repositories/audit.ts';
import { verifyAudit } from '../../db/repositories/audit-check.ts';
import { tamper } from '../support/two-roles.ts';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';
import { createWriter, listen } from './support/streams.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
let stack: ApiStack;
let api: { url: string };
let local: { url: string };
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  const families = [createProbe().family];
  api = await stack.start({ families, settings: { auth: 'on', adminKey: ADMIN } });
  local = await stack.start({ families });
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const admin = (path: string, method = 'GET', body?: unknown): Promise<Answer> =>
  ask(api, path, { method, body, headers: bearer(ADMIN) });
async function newKey(more: Record<string, unknown> = {}): Promise<{ id: string; key: string }> {
  const { status, body } = await admin('/admin/keys', 'POST', { name: 'test', subject: 'user-1', ...more });
  expect(status).toBe(201);
  return body as { id: string; key: string };
}

describe('keys', () => {
  it('are required, and wrong ones are refused alike', async () => {
    for (const headers of [
      {},
      bearer('nonsense'),
      bearer('sk_abcdef_0123456789abcdef'),
      { authorization: 'Basic eDp5' },
    ]) {
      const answer = await ask(api, '/runs', { headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.body['code']).toBe('unauthorized');
    }
    expect((await ask(api, '/health')).status).toBe(200);
  });

  it('show their secret once and store only its hash', async () => {
    const { id, key } = await newKey();
    expect(key).toMatch(/^sk_[0-9a-f]{12}_[\w-]{43}$/);
    const list = await admin('/admin/keys');
    expect(list.text).toContain(id);
    expect(list.text).not.toContain(key);
    const { rows } = await stack.db.pool.query('select * from api_key where prefix = $1', [id]);
    expect(JSON.stringify(rows)).not.toContain(key.split('_').slice(2).join('_'));
    expect((await ask(api, '/runs', { headers: bearer(key) })).status).toBe(200);
    expect(
      (await ask(api, '/runs', { headers: bearer(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`) }))
        .status,
    ).toBe(401);
  });

  it('may do what their scopes allow; admin implies the others', async () => {
    const reader = await newKey({ scopes: ['read'] });
    const chief = await newKey({ scopes: ['admin'] });
    const thing = { method: 'POST', body: { name: 'a' } };
    expect((await ask(api, '/probe/things', { ...thing, headers: bearer(reader.key) })).body).toMatchObject({
      status: 403,
      code: 'forbidden',
    });
    expect((await ask(api, '/probe/things', { ...thing, headers: bearer(chief.key) })).status).toBe(201);
    expect((await ask(api, '/admin/keys', { headers: bearer(reader.key) })).status).toBe(403);
  });

  it('expire, rotate with an overlap, and are revoked at once', async () => {
    const gone = await newKey({ expires_at: new Date(Date.now() - 1000).toISOString() });
    expect((await ask(api, '/runs', { headers: bearer(gone.key) })).status).toBe(401);
    const old = await newKey();
    const next = (await admin(`/admin/keys/${old.id}/rotate`, 'POST', { overlap_seconds: 60 }))
      .body as unknown as { id: string; key: string };
    for (const { key } of [old, next])
      expect((await ask(api, '/runs', { headers: bearer(key) })).status).toBe(200);
    await admin(`/admin/keys/${next.id}/rotate`, 'POST', { overlap_seconds: 0 });
    expect((await ask(api, '/runs', { headers: bearer(next.key) })).status).toBe(401);
    expect((await admin(`/admin/keys/${old.id}/revoke`, 'POST')).body['revoked_at']).not.toBeNull();
    expect((await ask(api, '/runs', { headers: bearer(old.key) })).status).toBe(401);
    expect((await admin('/admin/keys/nobody/revoke', 'POST')).status).toBe(404);
  });

  it('see only their tenant', async () => {
    const [ours, theirs] = [
      await newKey({ tenant: 'acme', scopes: ['admin'] }),
      await newKey({ tenant: 'other' }),
    ];
    const run = await writer.run('acme-run', 'acme');
    await writer.steps(run, 1, 2);
    expect((await ask(api, `/runs/${run}`, { headers: bearer(ours.key) })).body).toMatchObject({
      id: run,
      subject: 'user-1',
      last_seq: 2,
    });
    for (const path of [`/runs/${run}`, `/runs/${run}/events`]) {
      expect((await ask(api, path, { headers: bearer(theirs.key) })).status).toBe(404);
      expect((await ask(api, path, { headers: bearer(ADMIN) })).status).toBe(404);
    }
    const cancel = { method: 'POST', headers: bearer(theirs.key) };
    expect((await ask(api, `/runs/${run}/cancel`, cancel)).body['code']).toBe('run_not_found');
    expect((await ask(api, '/runs', { headers: bearer(theirs.key) })).body['runs']).toEqual([]);
    expect((await ask(api, '/events', { headers: bearer(theirs.key) })).body['events']).toEqual([]);
    const foreign = {
      method: 'POST',
      body: { name: 'x', subject: 'x', tenant: 'other' },
      headers: bearer(ours.key),
    };
    expect((await ask(api, '/admin/keys', foreign)).status).toBe(403);
  });
});

describe('streams', () => {
  it('take a key or a ticket, and a ticket works only once', async () => {
    const { key } = await newKey();
    const run = await writer.run('ticketed');
    expect((await listen(api, `/runs/${run}/events`).closed).code).toBe(4401);
    const withKey = listen(api, `/runs/${run}/events`, bearer(key));
    await expect.poll(() => withKey.frames).toMatchObject([{ type: 'connected' }]);
    const { ticket } = (await ask(api, '/stream-tickets', { method: 'POST', headers: bearer(key) })).body;
    const first = listen(api, `/runs/${run}/events?ticket=${String(ticket)}`);
    await expect.poll(() => first.frames).toMatchObject([{ type: 'connected' }]);
    const second = listen(api, `/runs/${run}/events?ticket=${String(ticket)}`);
    expect((await second.closed).code).toBe(4401);
    expect(second.frames).toMatchObject([{ code: 'unauthorized' }]);
    withKey.socket.terminate();
    first.socket.terminate();
  });

  it('obey commands only under the scope', async () => {
    const { key } = await newKey({ scopes: ['read'] });
    const run = await writer.run('guarded');
    const client = listen(api, `/runs/${run}/events`, bearer(key));
    await expect.poll(() => client.frames.length).toBe(1);
    client.send({ type: 'approve', id: 1 });
    client.send({ type: 'cancel', id: 2 });
    await expect.poll(() => client.frames.length).toBe(3);
    expect(client.frames.slice(1)).toMatchObject([
      { type: 'error', id: 1, code: 'forbidden' },
      { type: 'error', id: 2, code: 'forbidden' },
    ]);
    client.socket.terminate();
  });
});

interface Asked {
  to?: { url: string };
  path?: string;
  method?: string;
  headers?: Record<string, string>;
}

/** fetch sets Host by itself. */
function askAs(
  host: string,
  { to = local, path = '/runs', method = 'GET', headers = {} }: Asked = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const req = request(new URL(path, to.url), { method, headers: { host, ...headers } }, (res) => {
      res.resume();
      resolve(res.statusCode);
    });
    req.on('error', reject);
    req.end();
  });
}

describe('other origins', () => {
  it('get CORS headers only when they are listed', async () => {
    const listed = await stack.start({ settings: { auth: 'on', corsOrigins: ['https://app.example'] } });
    const preflight = (origin: string) =>
      ask(listed, '/runs', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'GET' },
      });
    expect((await preflight('https://app.example')).headers.get('access-control-allow-origin')).toBe(
      'https://app.example',
    );
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const none = await ask(api, '/livez', { headers: { origin: 'https://app.example' } });
    expect(none.headers.get('access-control-allow-origin')).toBeNull();
    expect(none.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('without keys', () => {
  it('answers loopback hosts and origins only', async () => {
    for (const host of ['localhost:1', '127.0.0.1', '[::1]:80', 'app.localhost'])
      expect(await askAs(host)).toBe(200);
    for (const host of [
      'evil.example',
      '127.0.0.1.evil.example',
      '0.0.0.0',
      '192.168.0.2',
      'localhost.evil.example',
    ])
      expect(await askAs(host)).toBe(403);
  });

  it('answers pages of its own origin only, whatever they ask and wherever else they come from', async () => {
    const from = (origin: string) => ({ headers: { origin } });
    for (const own of ['http://localhost:8000', 'https://LOCALHOST:8000'])
      expect(await askAs('localhost:8000', from(own))).toBe(200);
    expect(await askAs('localhost', from('http://localhost:80'))).toBe(200);
    const foreign = [
      'https://evil.example',
      'null',
      'http://localhost.evil.example',
      'http://localhost:8001',
    ];
    for (const origin of [...foreign, 'http://127.0.0.1:8000', 'ftp://localhost:8000', 'localhost:8000'])
      expect(await askAs('localhost:8000', from(origin))).toBe(403);
    const post = { path: '/workflows/wf_none/cancel', method: 'POST' };
    expect(await askAs('localhost:8000', { ...post, ...from('http://127.0.0.1:9999') })).toBe(403);
    // What some browsers send with a form of another page: no Origin, but where it came from.
    for (const site of ['cross-site', 'same-site'])
      expect(await askAs('localhost:8000', { ...post, headers: { 'sec-fetch-site': site } })).toBe(403);
    for (const site of ['none', 'same-origin'])
      expect(await askAs('localhost:8000', { ...post, headers: { 'sec-fetch-site': site } })).toBe(404);
    expect(await askAs('localhost:8000', { headers: { 'sec-fetch-site': 'cross-site' } })).toBe(200); // a link
  });

  it('lets pages of a listed origin act, and those that only * lets in read', async () => {
    const [listed, open] = await Promise.all(
      ['https://app.example', '*'].map((origin) => stack.start({ settings: { corsOrigins: [origin] } })),
    );
    const post = { path: '/workflows/wf_none/cancel', method: 'POST' };
    const page = { headers: { origin: 'https://app.example' } };
    expect(await askAs('localhost', { to: listed!, ...post, ...page })).toBe(404);
    expect(await askAs('localhost', { to: open!, ...page })).toBe(200);
    expect(await askAs('localhost', { to: open!, ...post, ...page })).toBe(403);
    const refused = await ask(open!, post.path, {
      method: 'POST',
      headers: { origin: 'https://app.example' },
    });
    expect(refused.body).toMatchObject({ code: 'forbidden_origin', detail: /CORS_ORIGINS=\* lets .* read/ });
    expect(refused.headers.get('access-control-allow-origin')).toBe('*');
    const run = await writer.run('starred');
    const socket = listen(open!, `/runs/${run}/events`, { origin: 'https://app.example' });
    expect((await socket.closed).code).toBe(4403);
  });

  it.each(['https://evil.example', 'http://127.0.0.1:9'])(
    'refuses pages of %s on WebSockets too',
    async (origin) => {
      const run = await writer.run('rebound');
      const client = listen(local, `/runs/${run}/events`, { origin });
      expect((await client.closed).code).toBe(4403);
      expect(client.frames).toMatchObject([{ code: 'forbidden_origin' }]);
    },
  );

  it('refuses to open on other addresses', async () => {
    await expect(startApi(stack.deps(), { host: '0.0.0.0', port: 0 })).rejects.toThrow(
      /AUTH=off is for loopback only/,
    );
  });
});

describe('the audit chain', () => {
  it('has a line for every change, and shows tampering', async () => {
    const { key } = await newKey({ tenant: 'audited', scopes: ['operate'] });
    for (const name of ['a', 'b', 'c'])
      await ask(api, '/probe/things', { method: 'POST', body: { name }, headers: bearer(key) });
    const auditor = createAuditor(stack.db);
    await Promise.all(
      Array.from({ length: 20 }, (_x, i) =>
        auditor.append({
          tenant: 'audited',
          actor: 'me',
          action: 'test',
          object: `${i}`,
          data: { i, f: 1.5 },
        }),
      ),
    );
    expect(await verifyAudit(stack.db.pool, 'audited')).toEqual({ valid: true, lines: 23 });
    const { rows } = await stack.db.pool.query<{ id: number; actor: string; action: string }>(
      "select * from audit where tenant = 'audited' order by id",
    );
    expect(rows[0]).toMatchObject({
      action: 'POST /probe/things',
      object: '/probe/things',
      data: { status: 201 },
    });
    expect(rows[0]?.actor).toContain('user-1');
    await tamper(stack.url, `update audit set actor = 'someone else' where id = ${rows[5]?.id}`);
    expect(await verifyAudit(stack.db.pool, 'audited')).toMatchObject({
      valid: false,
      lines: 5,
      brokenAt: rows[5]?.id,
    });
  });
});
