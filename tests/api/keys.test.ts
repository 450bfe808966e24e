import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../db/database.ts';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';
import { storeKey } from './support/keyed.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
let stack: ApiStack;
let api: { url: string };

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({ families: [createProbe().family], settings: { auth: 'on', adminKey: ADMIN } });
});
afterAll(() => stack.close());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const admin = (path: string, body?: unknown): Promise<Answer> =>
  ask(api, path, { method: 'POST', body, headers: bearer(ADMIN) });
const create = (more: object = {}): Promise<Answer> =>
  admin('/admin/keys', { name: 'test', subject: 'user-1', ...more });
const idOf = ({ body }: Answer): string => String(body['id']);
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

it('with a misspelt field is not made, nor replaced, because it might be allowed more than was meant', async () => {
  const made = await create({ expiresAt: inMs(60_000) });
  const rotated = await admin(`/admin/keys/${idOf(await create())}/rotate`, { overlap: 0 });
  for (const { status, body } of [made, rotated])
    expect([status, body['code']]).toEqual([400, 'validation_failed']);
});

describe('rotating', () => {
  it('gives the successor the end that the old key had', async () => {
    const expires_at = inMs(3_600_000);
    const old = await create({ expires_at });
    const next = await admin(`/admin/keys/${idOf(old)}/rotate`, { overlap_seconds: 60 });
    expect(next.status).toBe(201);
    expect(next.body).toMatchObject({ expires_at, rotated_from: idOf(old) });
    const endless = await admin(`/admin/keys/${idOf(await create())}/rotate`);
    expect(endless.body['expires_at']).toBeNull();
  });

  it('never lets the old key live longer than it would have', async () => {
    const expires_at = inMs(5000);
    const old = await create({ expires_at });
    await admin(`/admin/keys/${idOf(old)}/rotate`, { overlap_seconds: 3600 });
    const { rows } = await stack.db.pool.query<{ expires_at: Date }>(
      'select expires_at from api_key where prefix = $1',
      [idOf(old)],
    );
    expect(rows[0]?.expires_at.toISOString()).toBe(expires_at);
  });

  it('gives another end on request, but not one that has passed', async () => {
    const rotated = async (body: object): Promise<Answer> =>
      admin(`/admin/keys/${idOf(await create({ expires_at: inMs(60_000) }))}/rotate`, body);
    expect((await rotated({ expires_at: null })).body['expires_at']).toBeNull();
    const later = inMs(86_400_000);
    expect((await rotated({ expires_at: later })).body['expires_at']).toBe(later);
    const past = await rotated({ expires_at: inMs(-1000) });
    expect([past.status, past.body['code']]).toEqual([400, 'validation_failed']);
  });

  it('is refused for a key that has ended or was replaced, and the refusal says what to do', async () => {
    const revoked = await create();
    await admin(`/admin/keys/${idOf(revoked)}/revoke`);
    const expired = await create({ expires_at: inMs(-1000) });
    const replaced = await create();
    const heir = await admin(`/admin/keys/${idOf(replaced)}/rotate`);
    for (const [key, way] of [
      [revoked, /create a new one/],
      [expired, /create a new one/],
      [replaced, new RegExp(`rotate that one|${idOf(heir)}`)],
    ] as const) {
      const answer = await admin(`/admin/keys/${idOf(key)}/rotate`);
      expect([answer.status, answer.body['code']]).toEqual([409, 'invalid_state']);
      expect(answer.body['detail']).toMatch(way);
    }
    // A lost successor is revoked, and the rotation is done again.
    await admin(`/admin/keys/${idOf(heir)}/revoke`);
    expect((await admin(`/admin/keys/${idOf(replaced)}/rotate`)).status).toBe(201);
  });

  it('succeeds once when it is asked for many times at once', async () => {
    const id = idOf(await create());
    const answers = await Promise.all(Array.from({ length: 5 }, () => admin(`/admin/keys/${id}/rotate`)));
    expect(
      answers
        .map(({ status }) => String(status))
        .toSorted()
        .join(),
    ).toBe('201,409,409,409,409');
  });

  it('leaves no successor when the key is revoked a moment earlier', async () => {
    for (let round = 0; round < 10; round += 1) {
      const id = idOf(await create());
      const [rotation] = await Promise.all([
        admin(`/admin/keys/${id}/rotate`),
        admin(`/admin/keys/${id}/revoke`),
      ]);
      const { rows } = await stack.db.pool.query<{ revoked_at: Date | null; at: Date | null }>(
        `select k.revoked_at, (select s.created_at from api_key s where s.rotated_from = k.prefix) as at
         from api_key k where k.prefix = $1`,
        [id],
      );
      expect(rows[0]?.revoked_at).not.toBeNull();
      expect(rows[0]?.at === null).toBe(rotation.status === 409);
    }
  });

  it('waits for a revocation that holds the row, and is then refused', async () => {
    const id = idOf(await create());
    const client = await stack.db.pool.connect();
    await client.query('begin');
    await client.query('update api_key set revoked_at = now() where prefix = $1', [id]);
    const rotation = admin(`/admin/keys/${id}/rotate`);
    await expect
      .poll(async () => (await stack.db.pool.query('select from pg_locks where not granted')).rowCount)
      .toBeGreaterThan(0);
    await client.query('commit');
    client.release();
    expect((await rotation).status).toBe(409);
  });
});

describe('names that the engine keeps for itself', () => {
  const NAMES = ['bootstrap', 'BootStrap', 'local', 'visitor', 'operator', 'system', 'nobody', 'signal'];

  it.each(NAMES)('are refused to everybody: %s is no subject and no tenant', async (name) => {
    for (const more of [{ subject: name }, { tenant: name }]) {
      const answer = await create(more);
      expect([answer.status, answer.body['code']]).toEqual([400, 'validation_failed']);
    }
  });

  it('are refused as the id of a key, too', async () => {
    const row = `insert into api_key (prefix, secret_hash, tenant, subject, name, scopes) values ($1, 'x', 'default', 'u', 'n', '[]')`;
    await stack.db.pool.query(row, ['0123456789ab']); // its stored hash is not a hash
    const secret = 'sk_0123456789ab_0123456789abcdef0123';
    expect((await ask(api, '/runs', { headers: bearer(secret) })).status).toBe(401);
    await expect(stack.db.pool.query(row, ['bootstrap'])).rejects.toThrow(/api_key_is_not_bootstrap/);
  });

  it('share no Idempotency-Key with a subject that was given their name in the database', async () => {
    const body = { name: 'a' };
    const post = (key: string) =>
      ask(api, '/probe/things', {
        method: 'POST',
        body,
        headers: { ...bearer(key), 'idempotency-key': 'mine' },
      });
    const first = await post(ADMIN);
    for (const subject of ['bootstrap', 'local', 'key', 'visitor']) {
      const { key } = await storeKey(stack.db, { subject });
      const answer = await post(key);
      expect([answer.status, answer.headers.get('idempotent-replayed')]).toEqual([201, null]);
      expect(answer.text).not.toBe(first.text);
    }
  });

  it('keep colons out of tenants, because ids of accounts begin with the tenant and a colon', async () => {
    expect((await create({ tenant: 'a:b' })).status).toBe(400);
    expect((await create({ tenant: 'a', subject: 'b:c' })).status).toBe(201);
  });
});

describe('a key', () => {
  /** Counts what a request asks of the database. */
  async function statementsOf(
    authorization: string,
    path = '/approvals',
    init: { method?: string; body?: unknown } = {},
  ): Promise<string[]> {
    const asked: string[] = [];
    const pool = new Proxy(stack.db.pool, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name, target);
        if (name !== 'query' || typeof value !== 'function') return value;
        return (query: { name?: string } | string, ...rest: unknown[]) => {
          asked.push(typeof query === 'string' ? query : (query.name ?? 'unnamed'));
          return Reflect.apply(value, target, [query, ...rest]) as unknown;
        };
      },
    });
    const db: Database = { ...stack.db, pool, em: stack.db.em, transaction: stack.db.transaction };
    const families = [createProbe().family];
    const counted = await stack.start({ db, families, settings: { auth: 'on', adminKey: ADMIN } });
    const { status } = await ask(counted, path, { ...init, headers: { authorization } });
    await counted.close();
    return [...asked.filter((name) => name.startsWith('key')), String(status)];
  }

  it('that is wrong costs one look, whether or not such a key exists', async () => {
    const known = await storeKey(stack.db, { subject: 'known' });
    const revoked = await storeKey(stack.db, { subject: 'revoked' });
    await revoked.change('revoked_at = now()');
    for (const wrong of [
      `sk_${known.id}_0123456789abcdef0123456789abcdef0123456789a`,
      `sk_${revoked.id}_0123456789abcdef0123456789abcdef0123456789a`,
      'sk_0123456789ab_0123456789abcdef0123456789abcdef0123456789a',
      'sk_bootstrap_0123456789abcdef0124',
      'sk_x_y',
      'nonsense',
    ])
      expect(await statementsOf(`Bearer ${wrong}`)).toEqual(['key_find', '401']);
    expect(await statementsOf(`Bearer ${known.key}`)).toEqual(['key_find', '200']);
  });

  it('is looked up once more before something changes', async () => {
    const { key } = await storeKey(stack.db, { subject: 'writer' });
    const thing = { method: 'POST', body: { name: 'a' } };
    expect(await statementsOf(`Bearer ${key}`, '/probe/things', thing)).toEqual([
      'key_find',
      'key_find',
      '201',
    ]);
    expect(await statementsOf(`Bearer ${ADMIN}`, '/probe/things', thing)).toEqual(['201']);
  });

  it('with a wrong secret is not told what happened to the right one', async () => {
    const { id, change } = await storeKey(stack.db, { subject: 'silent' });
    await change('revoked_at = now()');
    const answer = await ask(api, '/runs', { headers: bearer(`sk_${id}_0123456789abcdef0123`) });
    expect(answer.body['detail']).toBe('The API key is not known.');
  });
});

it('constraints hold for keys written by hand, and unknown scopes allow nothing', async () => {
  const { key, change } = await storeKey(stack.db, { subject: 'by-hand' });
  await expect(change("expires_at = 'infinity'")).rejects.toThrow(/api_key_ends_at_a_time/);
  await expect(change(`scopes = '{"read": true}'`)).rejects.toThrow(/api_key_scopes_are_a_list/);
  await change(`scopes = '["root"]'`);
  expect((await ask(api, '/runs', { headers: bearer(key) })).status).toBe(403);
  expect((await ask(api, '/admin/keys', { headers: bearer(ADMIN) })).status).toBe(200);
});
