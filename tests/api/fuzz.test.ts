import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';

let stack: ApiStack;
let api: { url: string };
let operations: { method: string; path: string; query: string[] }[];

beforeAll(async () => {
  stack = await openStack();
  // No worker serves the queues here, so requests that wait for a workflow must not wait long.
  api = await stack.start({ families: [createProbe().family], settings: { commandTimeoutMs: 500 } });
  const { body } = await ask(api, '/openapi.json');
  const paths = body['paths'] as Record<
    string,
    Record<string, { parameters?: { name: string; in: string }[] }>
  >;
  delete paths['/probe/wrong']; // breaks its own schema on purpose
  operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name),
    })),
  );
});
afterAll(() => stack.close());

const TEXTS = [
  '',
  ' ',
  '0',
  '-1',
  '1e9',
  '99999999999999999999',
  'NaN',
  'null',
  "' or 1=1 --",
  '../../etc/passwd',
  '%00',
  '%ff',
  '%',
  '\u202e',
  '💥',
  'ÿ',
  '__proto__',
  'x'.repeat(3000),
];
const CURSORS = [
  '1 ',
  '999999999999999 x',
  '-1 x',
  'feed 999999999999999',
  'feed -1',
  '0 \u0001',
  '1 ' + 'y'.repeat(301),
].map((text) => Buffer.from(text).toString('base64url'));
const BODIES = [
  '',
  '{',
  'null',
  '[]',
  '0',
  '"x"',
  '{}',
  '{"__proto__":{"admin":true}}',
  '{"constructor":1}',
  '{"data":{"\\u0000":1}}',
  '{"data":{"a":"\\udc00"}}',
  '{"note":"\\u0000","decision":"approve","name":1e999}',
  '{"name":"a","subject":"b","expires_at":"9999-99-99T99:99:99Z"}',
  '{"name":"x","name":1}',
  '['.repeat(70) + ']'.repeat(70),
];

const raw = (text: string): string => (text.includes('%') ? text : encodeURIComponent(text));

/** Whatever comes in, the API answers: it never crashes, and errors always have one shape. */
async function expectSane(path: string, init: Parameters<typeof ask>[2]): Promise<void> {
  const answer = await ask(api, path, init);
  const said = `${init?.method ?? 'GET'} ${path} ${JSON.stringify(init?.body ?? null)} -> ${answer.status} ${answer.text.slice(0, 300)}`;
  expect(answer.status, said).toBeLessThan(500);
  if (answer.status < 400) return;
  expect(answer.headers.get('content-type'), said).toContain('application/problem+json');
  expect(answer.body, said).toMatchObject({
    status: answer.status,
    code: expect.stringMatching(/^[a-z_]+$/),
    detail: expect.any(String),
    request_id: expect.any(String),
  });
}

describe('every route', () => {
  it('survives odd paths', async () => {
    for (const { method, path } of operations)
      if (path.includes('{'))
        for (const text of TEXTS) await expectSane(path.replace(/\{\w+\}/g, raw(text)), { method });
  });

  it('survives odd queries', async () => {
    for (const { method, path, query } of operations)
      for (const name of query)
        for (const text of [...TEXTS, ...CURSORS])
          await expectSane(`${path.replace(/\{\w+\}/g, 'x')}?${name}=${raw(text)}`, { method });
  });

  it('survives odd bodies and headers', async () => {
    for (const { method, path } of operations) {
      if (method === 'GET') continue;
      const where = path.replace(/\{\w+\}/g, 'x');
      for (const body of BODIES)
        await expectSane(where, {
          method,
          body,
          headers: { 'idempotency-key': `fuzz-${BODIES.indexOf(body)}` },
        });
      for (const type of [
        'application/xml',
        'application/json; charset=latin1',
        'multipart/form-data',
        'application/vnd.x+json',
      ])
        await expectSane(where, { method, body: '{}', headers: { 'content-type': type } });
    }
  });

  it('survives methods nobody serves', async () => {
    for (const { path } of operations)
      for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND']) {
        const answer = await ask(api, path.replace(/\{\w+\}/g, 'x'), { method });
        expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      }
  });
});
