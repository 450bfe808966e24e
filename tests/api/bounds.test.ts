import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { FamilyModule } from '../../api/family.ts';
import { defineRoute } from '../../api/route.ts';
import { ask, CONNECTIONS, openStack, type ApiStack } from './support/api.ts';
import { createProbe, type Probe } from './support/family.ts';
import { openRaw, requestText, watchServerSockets, type Raw } from './support/raw.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
const BIG = 32 * 1024 * 1024;
let stack: ApiStack;
let probe: Probe;
let server: ReturnType<typeof watchServerSockets>;
let opened: Raw[] = [];

beforeAll(async () => {
  stack = await openStack();
});
afterAll(() => stack.close());
beforeEach(() => {
  probe = createProbe();
  server = watchServerSockets();
});
afterEach(() => {
  server.stop();
  for (const { socket } of opened) socket.destroy();
  opened = [];
});

/** Larger than what the system buffers for a client that does not read. */
const big = defineRoute({
  method: 'get',
  path: '/big',
  summary: 'Much',
  tags: ['probe'],
  scope: null,
  responses: { 200: { description: 'Much.', schema: z.string(), type: 'text/plain' } },
  handler: async () => ({ status: 200, text: 'x'.repeat(BIG), type: 'text/plain' }),
});
const open = async (...args: Parameters<typeof openRaw>): Promise<Raw> => {
  const raw = await openRaw(...args);
  opened.push(raw);
  return raw;
};
const families = (...routes: FamilyModule['routes']): FamilyModule[] => [
  { ...probe.family, routes: [...probe.family.routes, ...routes] },
];
const thing = (name: string): string =>
  requestText('POST', '/probe/things', { 'content-type': 'application/json' }, JSON.stringify({ name }));
const statuses = (text: string): string[] => text.match(/(?<=HTTP\/1\.1 )\d+/g) ?? [];

describe('answers on one connection', () => {
  it('are made one after the other, in the order of the requests', async () => {
    let release = (): void => undefined;
    probe.gate = new Promise((resolve) => (release = resolve));
    const api = await stack.start({ families: families() });
    const client = await open(api);
    client.send(['a', 'b', 'c', 'd'].map(thing).join(''));
    await expect.poll(() => probe.calls).toBe(1);
    await ask(api, '/livez');
    expect(probe.calls).toBe(1);
    release();
    await expect.poll(() => statuses(client.text())).toEqual(['201', '201', '201', '201']);
    expect(
      client
        .text()
        .match(/"name":"."/g)
        ?.map((name) => name.at(-2)),
    ).toEqual(['a', 'b', 'c', 'd']);
  });

  it('end with the connection when more requests are sent ahead than may wait', async () => {
    probe.gate = new Promise(() => undefined);
    const api = await stack.start({ families: families(), limits: { answersWaiting: 3 } });
    const patient = await open(api);
    patient.send(['a', 'b', 'c', 'd'].map(thing).join(''));
    const hasty = await open(api);
    hasty.send(requestText('GET', '/livez') + requestText('HEAD', '/probe/x').repeat(4));
    expect(await hasty.closed).toBe('');
    expect(patient.socket.destroyed).toBe(false);
  });

  it('count also when Node would answer by itself', async () => {
    probe.gate = new Promise(() => undefined);
    const api = await stack.start({ families: families(), limits: { answersWaiting: 3 } });
    for (const more of ['GET / HTTP/1.1\r\n\r\n', 'GET / HTTP/1.1\r\nhost: a\r\nexpect: magic\r\n\r\n']) {
      const client = await open(api);
      client.send(thing('a') + more.repeat(4));
      expect(await client.closed).toBe('');
    }
    const nameless = await open(api);
    nameless.send('GET /livez HTTP/1.1\r\n\r\n');
    await expect.poll(() => nameless.text()).toMatch(/^HTTP\/1.1 400 [\s\S]*"code":"invalid_request"/);
  });

  it('come before the refusal of the request after them', async () => {
    const api = await stack.start({ families: families() });
    const client = await open(api);
    client.send(`${thing('a')}${thing('b')}nonsense\r\n\r\n`);
    expect(statuses(await client.closed)).toEqual(['201', '201', '400']);
  });
});

describe('answers nobody reads', () => {
  it('are given up after a while when the client reads nothing', async () => {
    const api = await stack.start({ families: families(big), limits: { stalledMs: 100, slowestRead: 1 } });
    const client = await open(api, { paused: true });
    client.send(requestText('GET', '/big'));
    await expect.poll(() => server.sockets[0]?.bytesRead).toBeGreaterThan(0);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
    expect((await ask(api, '/livez')).status).toBe(200);
  });

  it('are given up when they are read too slowly', async () => {
    const api = await stack.start({
      families: families(big),
      limits: { stalledMs: 200, slowestRead: BIG, checkEveryMs: 20 },
    });
    const client = await open(api, { paused: true });
    client.send(requestText('GET', '/big'));
    let read = 0;
    const sip = setInterval(() => (read += (client.socket.read(16_384) as Buffer | null)?.length ?? 0), 5);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
    clearInterval(sip);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(BIG);
  });

  it('are bounded together: the oldest gives way to the newest', async () => {
    const api = await stack.start({ families: families(big), limits: { unreadAnswers: 1.5 * BIG } });
    for (let i = 1; i <= 3; i++) {
      (await open(api, { paused: true })).send(requestText('GET', '/big'));
      await expect.poll(() => server.sockets[i - 1]?.writableLength).toBeGreaterThan(0);
    }
    expect(server.sockets.map(({ destroyed }) => destroyed)).toEqual([true, true, false]);
  });
});

describe('requests that take their time', () => {
  const limits = { headersMs: 150, requestMs: 300, checkEveryMs: 20 };

  it.each([
    ['nothing', ''],
    ['half a head', 'GET /livez HTTP/1.1\r\nhost: localhost\r\n'],
    ['half a body', thing('a').slice(0, -3)],
  ])('are refused when %s has come by then', async (_what, text) => {
    const api = await stack.start({ families: families(), limits });
    const client = await open(api);
    client.send(text);
    const answer = await client.closed;
    expect(statuses(answer)).toEqual(['408']);
    expect(answer).toMatch(/application\/problem\+json[\s\S]*"code":"request_timeout"/);
    expect(probe.calls).toBe(0);
  });

  it('do not live longer because a byte comes now and then', async () => {
    const api = await stack.start({ families: families(), limits });
    const client = await open(api);
    client.send('GET /livez HTTP/1.1\r\n');
    const drip = setInterval(() => client.send('x'), 20);
    expect(statuses(await client.closed)).toEqual(['408']);
    clearInterval(drip);
  });
});

describe('connections without a key', () => {
  const guarded = (connections: Partial<typeof CONNECTIONS>, more = {}) => ({
    families: families(waiting),
    settings: {
      auth: 'on' as const,
      adminKey: ADMIN,
      connections: { ...CONNECTIONS, ...connections },
      ...more,
    },
    limits: { overLimit: 2 },
  });
  const waiting = defineRoute({
    method: 'get',
    path: '/waiting',
    summary: 'Waits',
    tags: ['probe'],
    scope: null,
    responses: { 200: { description: 'Done.', schema: z.object({}) } },
    async handler() {
      probe.calls += 1;
      await probe.gate;
      return { status: 200, body: {} };
    },
  });
  const key = { authorization: `Bearer ${ADMIN}` };

  it('are bounded for each address, but health and valid keys still get through', async () => {
    const api = await stack.start(guarded({ guestsPerClient: 2 }));
    const [first] = [await open(api), await open(api)];
    const refused = await open(api);
    refused.send(requestText('GET', '/waiting'));
    expect(await refused.closed).toMatch(
      /^HTTP\/1.1 429 [\s\S]*connection: close[\s\S]*retry-after: 10[\s\S]*"code":"too_many_connections"/i,
    );
    const health = await open(api);
    health.send(requestText('GET', '/livez'));
    expect(statuses(await health.closed)).toEqual(['200']);
    const known = await open(api);
    known.send(requestText('GET', '/runs', key));
    await expect.poll(() => statuses(known.text())).toEqual(['200']);
    known.send(requestText('GET', '/waiting'));
    await expect.poll(() => statuses(known.text())).toEqual(['200', '200']);
    const elsewhere = await open(api, { localAddress: '127.0.0.2' });
    elsewhere.send(requestText('GET', '/waiting'));
    await expect.poll(() => statuses(elsewhere.text())).toEqual(['200']);
    first.socket.destroy();
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
    const next = await open(api);
    next.send(requestText('GET', '/waiting'));
    await expect.poll(() => statuses(next.text())).toEqual(['200']);
  });

  it('are closed, oldest first, when far too many say nothing', async () => {
    const api = await stack.start(guarded({ guestsPerClient: 1 }));
    for (let i = 0; i < 5; i++) await open(api);
    await expect
      .poll(() => server.sockets.map(({ destroyed }) => destroyed))
      .toEqual([false, true, true, false, false]);
    const health = await open(api);
    health.send(requestText('GET', '/livez'));
    expect(statuses(await health.closed)).toEqual(['200']);
  });

  it('are counted by the client’s address behind a proxy, whose connections are shared', async () => {
    let release = (): void => undefined;
    probe.gate = new Promise((resolve) => (release = resolve));
    const api = await stack.start(guarded({ guestsPerClient: 1 }, { trustProxy: 1 }));
    const from = (address: string) => ask(api, '/waiting', { headers: { 'x-forwarded-for': address } });
    const slow = [from('1.1.1.1'), from('2.2.2.2')];
    await expect.poll(() => probe.calls).toBe(2);
    expect((await from('9.9.9.9, 1.1.1.1')).body).toMatchObject({
      status: 429,
      code: 'too_many_connections',
    });
    expect((await ask(api, '/runs', { headers: { ...key, 'x-forwarded-for': '1.1.1.1' } })).status).toBe(200);
    release();
    expect((await Promise.all(slow)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await from('1.1.1.1')).status).toBe(200);
  });

  it('are bounded in all, with keys and without', async () => {
    const api = await stack.start(guarded({ inAll: 1 }));
    const only = await open(api);
    const dropped = await open(api);
    expect(await dropped.closed).toBe('');
    only.send(requestText('GET', '/livez'));
    await expect.poll(() => statuses(only.text())).toEqual(['200']);
  });
});
