import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '../../api/problem.ts';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createProbe, type Probe } from './support/family.ts';

let stack: ApiStack;
let api: { url: string };
let probe: Probe;

beforeAll(async () => {
  stack = await openStack();
  probe = createProbe();
  api = await stack.start({ families: [probe.family] });
});
afterAll(() => stack.close());

const post = (body: unknown, headers: Record<string, string> = {}) =>
  ask(api, '/probe/things', { method: 'POST', body, headers });

describe('bodies', () => {
  it('keep money digit for digit, in and out', async () => {
    const body =
      '{"name":"a","count":1.50,"price":0.100000000000000000001,"limits":{"max":12345678901234567890.10},"items":[{"price":1e3,"size":1e3}]}';
    const { status, text } = await post(body);
    expect(status).toBe(201);
    expect(text).toContain('"price":0.100000000000000000001}');
    expect(JSON.parse(text).got).toEqual({
      name: 'a',
      count: 1.5,
      price: '0.100000000000000000001',
      limits: { max: '12345678901234567890.10' },
      items: [{ price: '1e3', size: 1000 }],
    });
  });

  it.each([
    ['malformed JSON', '{"name":', {}, 400, 'invalid_json'],
    ['invalid UTF-8', new Uint8Array([0x22, 0xff, 0x22]), {}, 400, 'invalid_json'],
    ['another media type', 'name=a', { 'content-type': 'text/plain' }, 415, 'media_type'],
    ['a compressed body', '{}', { 'content-encoding': 'gzip' }, 415, 'media_type'],
    ['more than 1 MiB', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), {}, 413, 'too_large'],
    ['endless nesting', '['.repeat(5000) + ']'.repeat(5000), {}, 400, 'invalid_json'],
    ['a NUL', '{"name":"a\\u0000b"}', {}, 400, 'validation_failed'],
    ['half a surrogate pair', '{"name":"\\ud800"}', {}, 400, 'validation_failed'],
    ['a wrong type', '{"name":1}', {}, 400, 'validation_failed'],
    ['no body at all', undefined, {}, 400, 'validation_failed'],
  ])('refuses %s', async (_name, body, headers, status, code) => {
    const answer = await post(body, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer.body).toMatchObject({
      status,
      code,
      type: `urn:steward:error:${code}`,
      error_code: code.toUpperCase(),
      instance: '/probe/things',
    });
    expect(answer.body['request_id']).toBe(answer.headers.get('x-request-id'));
  });
});

describe('problems', () => {
  it("adds the family's aliases and statuses", async () => {
    const invalid = await post({ name: 1 });
    expect(invalid.body).toMatchObject({
      success: false,
      details: [{ path: 'name' }],
      errors: [{ path: 'name', code: 'invalid_type' }],
    });
    expect(invalid.body['error']).toBe(invalid.body['detail']);
    const broken = await post({ name: 'broken' });
    expect(broken.status).toBe(409);
    expect(broken.body).toMatchObject({ title: 'Broken', code: 'thing_broken', success: false });
  });

  it('answers 404 and 405 in the same shape', async () => {
    const missing = await ask(api, '/nowhere');
    expect(missing.body).toMatchObject({ status: 404, code: 'route_not_found' });
    expect(missing.body['success']).toBeUndefined();
    expect((await ask(api, '/probe/a/b/c')).body).toMatchObject({ status: 404, success: false });
    const wrong = await ask(api, '/probe/things', { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toBe('POST, OPTIONS');
    expect(wrong.body).toMatchObject({ code: 'method_not_allowed', success: false });
  });

  it('says nothing about bugs, and finds answers that break their schema', async () => {
    probe.failure = new Error('secret detail');
    const failed = await post({ name: 'a' });
    probe.failure = undefined;
    expect(failed.status).toBe(500);
    expect(failed.text).not.toContain('secret');
    expect((await ask(api, '/probe/wrong')).body).toMatchObject({ status: 500, code: 'internal' });
  });

  it.each(['/probe/%', '/probe/%E0%A4%A', '/probe/a%00b', '/probe/a?limit=%00', '/probe/a?limit=1&limit=2'])(
    'refuses %s with 400',
    async (path) => {
      expect((await ask(api, path)).status).toBe(400);
    },
  );

  it('keeps a valid request id and replaces any other', async () => {
    expect(
      (await ask(api, '/livez', { headers: { 'x-request-id': 'mine-1' } })).headers.get('x-request-id'),
    ).toBe('mine-1');
    expect(
      (await ask(api, '/livez', { headers: { 'x-request-id': 'a b' } })).headers.get('x-request-id'),
    ).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('idempotency', () => {
  it('replays the first answer, whatever the spacing of the JSON', async () => {
    const key = { 'idempotency-key': 'k1' };
    const first = await post('{"name":"a","price":1}', key);
    const second = await post('{ "price": 1, "name": "a" }', key);
    expect(second.text).toBe(first.text);
    expect(second.status).toBe(201);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(first.headers.get('idempotent-replayed')).toBeNull();
  });

  it("refuses another body under the same key, with the family's code", async () => {
    await post({ name: 'a' }, { 'idempotency-key': 'k2' });
    const other = await post({ name: 'b' }, { 'idempotency-key': 'k2' });
    expect(other.status).toBe(409);
    expect(other.body['code']).toBe('idempotency_conflict');
  });

  it('lets one of many concurrent requests work and gives its answer to all of them', async () => {
    const before = probe.calls;
    let open = (): void => undefined;
    probe.gate = new Promise((resolve) => (open = resolve));
    const all = Promise.all(
      Array.from({ length: 8 }, () => post({ name: 'same' }, { 'idempotency-key': 'k3' })),
    );
    await expect.poll(() => probe.calls).toBe(before + 1);
    open();
    const answers = await all;
    expect(probe.calls).toBe(before + 1);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });

  it('judges a refused request anew, with another body too, and keeps none of our failures', async () => {
    const key = { 'idempotency-key': 'k4' };
    probe.failure = new ApiError('thing_broken', 'Not now.');
    expect((await post({ name: 'c' }, key)).body['code']).toBe('thing_broken');
    expect((await post({ name: 'broken' }, key)).body['code']).toBe('thing_broken');
    probe.failure = undefined;
    const taken = await post({ name: 'c' }, key);
    expect([taken.status, taken.headers.get('idempotent-replayed')]).toEqual([201, null]);
    expect((await post({ name: 'broken' }, key)).body['code']).toBe('idempotency_conflict');
    probe.failure = new Error('once');
    expect((await post({ name: 'c' }, { 'idempotency-key': 'k5' })).status).toBe(500);
    probe.failure = undefined;
    expect((await post({ name: 'c' }, { 'idempotency-key': 'k5' })).status).toBe(201);
  });

  it.each(['', 'ü', 'x'.repeat(256)])('refuses the key %j', async (key) => {
    const answer = await post({ name: 'a' }, { 'idempotency-key': Buffer.from(key).toString('latin1') });
    expect(answer.body).toMatchObject({ status: 400, code: 'invalid_idempotency_key' });
  });
});
