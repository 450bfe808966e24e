import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';
import { createWriter, listen } from './support/streams.ts';

let stack: ApiStack;
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

const start = (limit: number) =>
  stack.start({ families: [createProbe().family], settings: { rateLimitPerMinute: limit } });
const as = (api: { url: string }, name: string): Promise<Answer> =>
  ask(api, '/probe/things', { method: 'POST', body: { name } });

/** Windows are minutes of the database's clock: a test that straddles two would count wrong. */
async function wellInsideAMinute(): Promise<void> {
  const seconds = async (): Promise<number> =>
    (await stack.db.pool.query<{ s: number }>('select extract(second from now())::float8 as s')).rows[0]!.s;
  await expect.poll(seconds, { timeout: 20_000, interval: 200 }).toBeLessThan(50);
}

describe('the rate limit', () => {
  it('counts each user apart and says how many requests are left', async () => {
    await wellInsideAMinute();
    const api = await start(12);
    const first = await as(api, 'ann');
    expect(first.headers.get('x-ratelimit-limit')).toBe('12');
    expect(first.headers.get('x-ratelimit-remaining')).toBe('11');
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=12;w=60');
    expect(first.headers.get('ratelimit')).toMatch(/^"minute";r=11;t=\d+$/);
    for (let i = 0; i < 11; i++) expect((await as(api, 'ann')).status).toBe(201);
    const over = await as(api, 'ann');
    expect(over.body).toMatchObject({ status: 429, code: 'rate_limited', success: false });
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(over.body['retry_after']).toBe(Number(over.headers.get('retry-after')));
    expect(over.headers.get('x-ratelimit-remaining')).toBe('0');
    expect((await as(api, 'bob')).status).toBe(201);
    expect((await ask(api, '/health')).status).toBe(200);
  });

  it('is one limit over several processes', async () => {
    await wellInsideAMinute();
    const apis = [await start(40), await start(40)];
    const answers = await Promise.all(Array.from({ length: 100 }, (_x, i) => as(apis[i % 2]!, 'carol')));
    const allowed = answers.filter(({ status }) => status === 201).length;
    expect(allowed).toBe(40);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(60);
  });

  it('counts bodies that are refused', async () => {
    await wellInsideAMinute();
    const api = await start(3);
    const bad = () => ask(api, '/probe/things', { method: 'POST', body: '{' });
    expect([(await bad()).status, (await bad()).status, (await bad()).status, (await bad()).status]).toEqual([
      400, 400, 400, 429,
    ]);
  });

  it('is off at 0', async () => {
    const api = await start(0);
    expect((await as(api, 'dave')).headers.get('ratelimit')).toBeNull();
  });
});

describe('the rate limit of streams', () => {
  const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
  const withKeys = (rateLimitPerMinute: number, limits = {}) =>
    stack.start({ settings: { auth: 'on', adminKey: ADMIN, rateLimitPerMinute, trustProxy: 1 }, limits });
  /** A client for each test, so that none spends another's tokens. */
  async function newKey(): Promise<Record<string, string>> {
    const api = await withKeys(0);
    const headers = { authorization: `Bearer ${ADMIN}` };
    const { body } = await ask(api, '/admin/keys', {
      method: 'POST',
      body: { name: 'k', subject: 'user-1' },
      headers,
    });
    return { authorization: `Bearer ${String(body['key'])}` };
  }

  it('counts each stream that is opened, but nothing that it delivers', async () => {
    await wellInsideAMinute();
    const api = await withKeys(4);
    const key = await newKey();
    const run = await writer.run('counted-streams');
    const path = `/runs/${run}/events`;
    const socket = listen(api, path, key);
    await expect.poll(() => socket.frames.length).toBe(1);
    await writer.steps(run, 1, 20);
    await expect.poll(() => socket.frames.length).toBe(21);
    const sse = (): Promise<Response> =>
      fetch(new URL(path, api.url), { headers: { ...key, accept: 'text/event-stream' } });
    const opened = await sse();
    expect(opened.headers.get('x-ratelimit-remaining')).toBe('2');
    expect(opened.headers.get('ratelimit')).toMatch(/^"minute";r=2;t=\d+$/);
    expect((await ask(api, path, { headers: key })).headers.get('x-ratelimit-remaining')).toBe('1');
    await (await sse()).body?.cancel();
    const refused = listen(api, path, key);
    expect((await refused.closed).code).toBe(4429);
    expect(refused.frames).toMatchObject([{ code: 'rate_limited', status: 429 }]);
    const over = await sse();
    expect(over.status).toBe(429);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(0);
    await writer.end(run);
    expect((await socket.closed).code).toBe(1000);
    await opened.body?.cancel();
  });

  it('counts each command, and closes the socket of a client that goes on after refusals', async () => {
    await wellInsideAMinute();
    const api = await withKeys(3, { refusedCommands: 2 });
    const run = await writer.run('counted-commands');
    const socket = listen(api, `/runs/${run}/events`, await newKey());
    await expect.poll(() => socket.frames.length).toBe(1);
    const command = async (id: number): Promise<void> => {
      socket.send(id === 2 ? 'not json' : { type: 'dance', id });
      await expect.poll(() => socket.frames.length).toBe(id + 1);
    };
    for (const id of [1, 2, 3, 4]) await command(id);
    expect(socket.frames.slice(1)).toMatchObject([
      { type: 'error', id: 1, code: 'validation_failed' },
      { type: 'error', id: null, code: 'invalid_json' },
      { type: 'error', id: 3, code: 'rate_limited', status: 429, retry_after: expect.any(Number) as number },
      { type: 'error', id: 4, code: 'rate_limited' },
    ]);
    socket.send({ type: 'dance', id: 5 });
    expect((await socket.closed).code).toBe(4429);
  });

  it('counts wrong keys and tickets against the address that sends them', async () => {
    await wellInsideAMinute();
    const api = await withKeys(3);
    const wrong = (address: string) => ({ authorization: 'Bearer sk_a_b', 'x-forwarded-for': address });
    const code = async (path: string, address: string): Promise<number> =>
      (await listen(api, path, wrong(address)).closed).code;
    expect(await code('/events', '1.1.1.1')).toBe(4401);
    expect(await code('/events?ticket=made-up', '9.9.9.9, 1.1.1.1')).toBe(4401);
    const sse = { headers: { ...wrong('1.1.1.1'), accept: 'text/event-stream' } };
    expect((await ask(api, '/events', sse)).status).toBe(401);
    expect((await ask(api, '/events', sse)).status).toBe(429);
    expect(await code('/events', '1.1.1.1')).toBe(4429);
    expect(await code('/events', '2.2.2.2')).toBe(4401);
  });
});
