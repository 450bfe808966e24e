import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createUrlGuard } from './guard.ts';
import { createGuardedFetch, type GuardedFetch } from './guarded-fetch.ts';

let server: Server;
let base: string;
let fetch: GuardedFetch;
let answer: RequestListener;

beforeAll(async () => {
  server = createServer((req, res) => answer(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `localhost:${(server.address() as AddressInfo).port}`;
  base = `http://${host}`;
  fetch = createGuardedFetch({
    guard: createUrlGuard({ allowHosts: [host] }),
    timeoutMs: 1000,
    maxBytes: 1000,
  });
});
afterAll(async () => {
  await fetch.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const get = (path: string, more: Partial<Parameters<GuardedFetch>[1]> = {}) =>
  fetch(`${base}${path}`, { method: 'GET', headers: {}, timeoutMs: 500, ...more });

describe('the guarded fetch', () => {
  it('sends method, headers and body, and answers status, lower-case headers, text and size', async () => {
    answer = (req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () =>
        res
          .writeHead(402, { 'X-Asked': `${req.method} ${String(req.headers['x-mine'])}` })
          .end(`got ${body} ü`),
      );
    };
    const result = await get('/a', { method: 'POST', headers: { 'x-mine': '1' }, body: 'text' });
    expect(result).toMatchObject({ status: 402, text: 'got text ü', bytes: 11 });
    expect(result.headers['x-asked']).toBe('POST 1');
  });

  it('stops at the size limit and at the time limit', async () => {
    answer = (_req, res) => void res.end('x'.repeat(1001));
    await expect(get('/')).rejects.toMatchObject({ code: 'answer_too_large' });
    answer = (_req, res) => void res.write('x');
    await expect(get('/', { timeoutMs: 60 })).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('stops when the caller does', async () => {
    answer = () => undefined;
    const stop = new AbortController();
    const asked = get('/', { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow();
  });

  it('sends a POST again where 307 and 308 of the same origin lead, with its headers and its body', async () => {
    answer = (req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        if (req.url === '/moved') return void res.writeHead(308, { location: '/slash/' }).end();
        if (req.url === '/slash') return void res.writeHead(307, { location: '/moved' }).end();
        const { 'idempotency-key': key, 'payment-signature': paid } = req.headers;
        res.end(`${req.method} ${req.url} ${String(key)} ${String(paid)} ${body}`);
      });
    };
    const headers = { 'idempotency-key': 'k1', 'payment-signature': 'p1' };
    const result = await get('/slash', { method: 'POST', headers, body: '{"a":1}' });
    expect(result).toMatchObject({ status: 200, text: 'POST /slash/ k1 p1 {"a":1}', url: `${base}/slash/` });
  });

  it('sends no POST to another origin, and ends where a POST goes round in a circle', async () => {
    const asked: (string | undefined)[] = [];
    let elsewhere = '';
    answer = (req, res) => {
      asked.push(req.url);
      res.writeHead(307, { location: req.url === '/loop' ? '/loop' : elsewhere }).end();
    };
    for (const other of [base.replace('localhost', '127.0.0.1'), base.replace('http:', 'https:')]) {
      elsewhere = `${other}/away`;
      expect(await get('/far', { method: 'POST', body: '{}' })).toMatchObject({ status: 307 });
    }
    expect(asked).toEqual(['/far', '/far']);
    expect((await get('/loop', { method: 'POST', body: '{}' })).status).toBe(307);
    expect(asked.slice(2)).toEqual(Array(6).fill('/loop'));
  });

  it('reads a header of 100 KB, and a body in the coding that it names', async () => {
    const body = gzipSync('{"id":7}');
    answer = (_req, res) =>
      res.writeHead(200, { 'content-encoding': 'gzip', 'x-long': 'y'.repeat(100_000) }).end(body);
    const result = await get('/');
    expect(result).toMatchObject({ text: '{"id":7}', bytes: 8 });
    expect(result.headers['x-long']).toHaveLength(100_000);
    answer = (_req, res) =>
      res.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1001)));
    await expect(get('/')).rejects.toMatchObject({ code: 'answer_too_large' });
  });

  it('follows redirects of the same origin only, and 302 never with a body', async () => {
    answer = (req, res) => {
      if (req.url === '/end') res.end('there');
      else if (req.url === '/near') res.writeHead(302, { location: '/end' }).end();
      else if (req.url === '/nowhere') res.writeHead(302, { location: 'http://[' }).end();
      else if (req.url === '/silent') res.writeHead(302).end();
      else if (req.url === '/loop') res.writeHead(302, { location: '/loop' }).end();
      else res.writeHead(302, { location: 'http://127.0.0.1:1/away' }).end('moved');
    };
    expect((await get('/near')).text).toBe('there');
    expect((await get('/near', { method: 'POST', body: '{}' })).status).toBe(302);
    expect(await get('/far')).toMatchObject({ status: 302, text: 'moved' });
    expect((await get('/loop')).status).toBe(302);
    for (const path of ['/nowhere', '/silent']) expect((await get(path)).status).toBe(302);
  });

  it('answers a header that was sent twice as one', async () => {
    answer = (_req, res) => res.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end();
    expect((await get('/')).headers['set-cookie']).toBe('a=1, b=2');
  });

  it('looks at the address again when it connects: a name that has changed gains nothing', async () => {
    // Its address was a public one when the guard was asked first.
    const rebound = { ...createUrlGuard({ allowHosts: [] }), check: async (url: string) => new URL(url) };
    const other = createGuardedFetch({ guard: rebound, timeoutMs: 1000, maxBytes: 1000 });
    const asked = other('https://localhost/', { method: 'GET', headers: {}, timeoutMs: 1000 });
    await expect(asked).rejects.toMatchObject({ code: 'url_refused' });
    await other.close();
  });
});
