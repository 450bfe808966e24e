import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openStack, type Answer, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';

let stack: ApiStack;

beforeAll(async () => {
  stack = await openStack();
});
afterAll(() => stack.close());

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
  it('counts each user apart and says what is left', async () => {
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
