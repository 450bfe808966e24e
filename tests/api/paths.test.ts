import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reasoning as reasoningFamily } from '../../families/reasoning.ts';
import { withNames } from '../../processes/serve-families.ts';
import { createReasoning } from '../../api/families/reasoning/index.ts';
import { startApi, type RunningApi } from '../../api/server.ts';
import { startMasumiApp, type MasumiApp } from '../masumi/support/app.ts';
import { HYMN, sell, ELEMENTS } from '../masumi/support/client.ts';
import { ask } from './support/api.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { listen } from './support/streams.ts';

let masumi: MasumiApp;
let reasoning: ReasoningApp;
let api: RunningApi;
let operations: { method: string; path: string }[];

beforeAll(async () => {
  [masumi, reasoning] = await Promise.all([startMasumiApp(), startReasoningApp({ workers: false })]);
  sell(masumi, HYMN, ELEMENTS);
  const families = [...masumi.deps.families, withNames(reasoningFamily, createReasoning(reasoning.options))];
  api = await startApi({ ...masumi.deps, families }, { host: '127.0.0.1', port: 0 });
  const { body } = await ask(api, '/openapi.json');
  operations = Object.entries(body['paths'] as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item).map((method) => ({ method: method.toUpperCase(), path })),
  );
});
afterAll(async () => {
  await api.close();
  await Promise.all([masumi.close(), reasoning.close()]);
});

interface Reply {
  status: number;
  type: string | undefined;
  text: string;
}

/** Sends the path as it is written, because fetch would correct it. */
function send(method: string, path: string, accept = 'application/json'): Promise<Reply> {
  const { hostname, port } = new URL(api.url);
  const hasBody = method !== 'GET' && method !== 'DELETE';
  const headers = { accept, ...(hasBody && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const req = request({ hostname, port, method, path, headers }, (res) => {
      let text = '';
      const done = (): void =>
        resolve({ status: res.statusCode ?? 0, type: res.headers['content-type'], text });
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      res.on('end', done);
      if (res.headers['content-type']?.startsWith('text/event-stream')) {
        done();
        req.destroy();
      }
    });
    req.on('error', reject);
    req.end(hasBody ? '{}' : undefined);
  });
}

/** Names that cannot be stored, or are not UTF-8. */
const IMPOSSIBLE = ['%00', 'a%00b', '%00%00', '%ff', '%', '%zz', '%ed%a0%80', '%C0%80'];
const STRANGE = [
  '%2500',
  '%01',
  '%0d%0aX:%20y',
  '%7f',
  '%2e%2e',
  '..%2f..',
  '%252e%252e',
  '%20',
  'x'.repeat(7000),
];

/** The path with the word instead of each of its parts, and after the last. */
function variants(path: string, word: string): string[] {
  const parts = path.split('/').slice(1);
  const usual = parts.map((part) => part.replace(/^\{flow_key\}$/, HYMN).replace(/^\{.*\}$/, 'x'));
  const inPlaces = parts.map((_part, at) => `/${usual.with(at, word).join('/')}`);
  return [...inPlaces, `/${[...usual, word].join('/')}`, `${inPlaces.at(-1)}/`];
}

const allVariants = (words: readonly string[]): { method: string; path: string }[] =>
  operations.flatMap(({ method, path }) =>
    words.flatMap((word) => variants(path, word).map((one) => ({ method, path: one }))),
  );

async function inTurns<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  for (let i = 0; i < items.length; i += width)
    results.push(...(await Promise.all(items.slice(i, i + width).map(work))));
  return results;
}

describe('a path with characters that no name can have', () => {
  it('is 400 or 404 as a problem, at every place of every route, for data and for events', async () => {
    expect(operations.length).toBeGreaterThan(40);
    const tried = allVariants(IMPOSSIBLE).flatMap((one) => [
      { ...one, accept: 'application/json' },
      ...(one.method === 'GET' ? [{ ...one, accept: 'text/event-stream' }] : []),
    ]);
    const wrong = await inTurns(tried, 16, async ({ method, path, accept }) => {
      const { status, type, text } = await send(method, path, accept);
      const isFine = [400, 404].includes(status) && type?.startsWith('application/problem+json') === true;
      return isFine ? [] : [`${status} ${method} ${path} (${accept}): ${text.slice(0, 200)}`];
    });
    expect(wrong.flat()).toEqual([]);
  });

  it('never causes a 5xx, however strange it is', async () => {
    const wrong = await inTurns(allVariants(STRANGE), 16, async ({ method, path }) => {
      const { status, text } = await send(method, path);
      return status < 500 ? [] : [`${status} ${method} ${path.slice(0, 100)}: ${text.slice(0, 200)}`];
    });
    expect(wrong.flat()).toEqual([]);
  });

  it('is 400 or 404 in a query', async () => {
    const paths = operations.filter(({ method, path }) => method === 'GET' && !path.includes('{'));
    for (const { path } of paths)
      for (const query of ['?x=%00', '?%00=x', '?cursor=%00', '?after=%00', '?ticket=%00', '?limit=%00'])
        for (const accept of ['application/json', 'text/event-stream']) {
          const { status } = await send('GET', `${path}${query}`, accept);
          expect([path, query, status < 500]).toEqual([path, query, true]);
        }
  });

  it('is reported on a WebSocket, too', async () => {
    const streams = ['/runs/{id}/events', '/workflows/{id}/stream', '/events', '/nowhere'];
    for (const path of streams)
      for (const word of IMPOSSIBLE)
        for (const variant of variants(path, word)) {
          const client = listen(api, variant);
          const { code } = await client.closed;
          expect([variant, [4400, 4404].includes(code)]).toEqual([variant, true]);
          expect(client.frames).toHaveLength(1);
        }
  });
});

/** Sends raw bytes and returns the raw answer, until the server closes or `enough` says so. */
function raw(
  lines: string[],
  { body = '', enough = () => false }: { body?: string; enough?: (text: string) => boolean } = {},
): Promise<{ status: number; type: string; body: string }> {
  const { hostname, port } = new URL(api.url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () =>
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body}`),
    );
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      text += chunk;
      if (enough(text)) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', ...rest] = text.split('\r\n\r\n');
      const type = /^content-type: (.*)$/im.exec(head)?.[1] ?? '';
      resolve({ status: Number(head.split(' ')[1]), type, body: rest.join('\r\n\r\n') });
    });
  });
}

const CLOSE = 'Connection: close';

describe('a request with contradictory headers', () => {
  it('is answered once the headers agree', async () => {
    for (const host of [new URL(api.url).host, 'localhost', '[::1]:80', 'app.localhost:8000'])
      expect((await raw(['GET /runs HTTP/1.1', `Host: ${host}`, CLOSE])).status).toBe(200);
  });

  it.each(['http://', 'http://[::', 'resource'])(
    'is 400 with the target %s, as a problem',
    async (target) => {
      const answer = await raw([`GET ${target} HTTP/1.1`, 'Host: localhost', CLOSE]);
      expect([answer.status, answer.type]).toEqual([400, 'application/problem+json; charset=utf-8']);
      expect(answer.body).toMatch(/"code":"invalid_(path|request)"/);
    },
  );

  it.each([
    ['two hosts', ['Host: localhost', 'Host: evil.example']],
    ['the same host twice', ['Host: localhost', 'Host: localhost']],
    ['no host', []],
    ['an empty host', ['Host: ']],
    ['a host with a user', ['Host: me@localhost']],
    ['a list of hosts', ['Host: localhost, evil.example']],
    ['a host with a space', ['Host: local host']],
    ['a host with a path', ['Host: localhost/evil']],
    ['two origins', ['Host: localhost', 'Origin: http://localhost', 'Origin: http://evil.example']],
    ['two keys', ['Host: localhost', 'Authorization: Bearer a', 'Authorization: Bearer b']],
    ['two idempotency keys', ['Host: localhost', 'Idempotency-Key: a', 'Idempotency-Key: b']],
    ['two lengths', ['Host: localhost', 'Content-Length: 0', 'Content-Length: 1']],
    [
      'a length and chunks',
      ['Host: localhost', 'Content-Length: 5', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    ],
    [
      'chunks twice',
      ['Host: localhost', 'Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'],
      '0\r\n\r\n',
    ],
  ])('is 400 with %s, as a problem', async (_what, headers, body = '') => {
    const answer = await raw(['GET /runs HTTP/1.1', ...headers, CLOSE], { body });
    expect([answer.status, answer.type]).toEqual([400, expect.stringMatching(/^application\/problem\+json/)]);
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('is upgraded first on a WebSocket, then told the error and closed with 4400', async () => {
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
    const key = `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`;
    const closed = `${String.fromCharCode(4400 >> 8, 4400 & 255)}invalid_request`;
    for (const headers of [['Host: localhost', 'Host: evil.example'], [], ['Host: a@localhost']]) {
      const enough = (text: string): boolean => text.includes(closed);
      const { status, body } = await raw(['GET /events HTTP/1.1', ...headers, ...upgrade, key], { enough });
      expect(status).toBe(101);
      expect(body).toContain('"code":"invalid_request"');
      expect(body).toContain(closed);
    }
  });
});
