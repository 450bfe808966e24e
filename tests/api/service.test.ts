import { request } from 'node:http';
import { connect as openSocket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import { uniqueTaskQueue } from '../support/temporal.ts';
import { ask, openStack, type ApiStack } from './support/api.ts';
import { createProbe } from './support/family.ts';
import { createWriter, listen, readEvents } from './support/streams.ts';

let stack: ApiStack;
let api: { url: string };
let writer: ReturnType<typeof createWriter>;

beforeAll(async () => {
  stack = await openStack();
  api = await stack.start({ families: [createProbe().family] });
  writer = createWriter(stack.db);
});
afterAll(async () => {
  await writer.close();
  await stack.close();
});

type Operation = {
  responses: Record<string, { description: string }>;
  parameters?: { name: string }[];
  requestBody?: { required: boolean };
};

describe('the documentation', () => {
  it('describes every route from the record that serves it', async () => {
    const { body } = await ask(api, '/openapi.json');
    expect(body['openapi']).toBe('3.1.0');
    const paths = body['paths'] as Record<string, Record<string, Operation>>;
    const things = paths['/probe/things']?.['post'];
    expect(Object.keys(things?.responses ?? {})).toEqual(
      expect.arrayContaining(['201', '400', '401', '403', '409', '413', '415', '429', '500', '503']),
    );
    expect(things?.responses['409']?.description).toContain('`idempotency_conflict`');
    expect(things?.parameters).toMatchObject([{ name: 'Idempotency-Key' }]);
    expect(things?.requestBody?.required).toBe(true);
    expect(paths['/runs/{id}/cancel']?.['post']?.requestBody?.required).toBe(false);
    expect(paths['/runs/{id}/events']?.['get']?.responses).toHaveProperty('101');
    for (const path of [
      '/runs',
      '/events',
      '/approvals',
      '/payments',
      '/attention',
      '/ledger/accounts',
      '/admin/keys',
      '/health',
    ])
      expect(paths).toHaveProperty([path]);
  });

  it('is a page of our own under a strict policy', async () => {
    const page = await ask(api, '/docs');
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none';script-src 'self';");
    expect(page.text).not.toMatch(/https?:\/\//);
    for (const [, path = ''] of page.text.matchAll(/(?:src|href)="(\/[^"]+)"/g))
      expect((await ask(api, path)).status, path).toBe(200);
    expect((await ask(api, '/docs/page.js')).headers.get('content-type')).toContain('javascript');
    const browser = await ask(api, '/', { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } });
    expect([browser.status, browser.headers.get('location')]).toEqual([303, '/docs']);
    expect((await ask(api, '/')).body).toMatchObject({ service: 'steward', documentation: '/docs' });
  });
});

it('lists flows and agents of all families as bare arrays, sorted, one family’s on demand', async () => {
  const family = (name: string, ...ids: string[]) => ({
    ...createProbe().family,
    name,
    routes: [],
    prefixes: [],
    flows: async () => ids.map((id) => ({ id, family: name })),
  });
  const here = await stack.start({ families: [family('one', 'c', 'a'), family('two', 'b')] });
  const ids = async (path: string) =>
    ((await ask(here, path)).body as unknown as { id: string }[]).map(({ id }) => id);
  expect(await ids('/flows')).toEqual(['a', 'b', 'c']);
  expect(await ids('/flows?family=two')).toEqual(['b']);
  expect((await ask(here, '/agents')).text).toBe('[]');
});

describe('documents', () => {
  it.each(['/openapi.json', '/docs', '/docs/page.css', '/docs/page.js', '/docs/swagger-ui-bundle.js'])(
    'at %s are sent once: with their ETag they are only confirmed',
    async (path) => {
      const whole = await ask(api, path);
      const etag = whole.headers.get('etag') ?? '';
      expect(etag).toMatch(/^"[\w-]{27}"$/);
      expect(whole.headers.get('cache-control')).toBe('no-cache');
      const length = String(Buffer.byteLength(whole.text));
      const head = await ask(api, path, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-length'), head.text]).toEqual([200, length, '']);
      expect(head.headers.get('content-type')).toBe(whole.headers.get('content-type'));
      const known = await ask(api, path, { headers: { 'if-none-match': `"another", W/${etag}` } });
      expect([known.status, known.text, known.headers.get('etag')]).toEqual([304, '', etag]);
      expect((await ask(api, path, { headers: { 'if-none-match': '"another"' } })).status).toBe(200);
    },
  );
});

describe('health', () => {
  it('is degraded while nobody does the work, and names the queues and what to start', async () => {
    const taskQueue = uniqueTaskQueue('health');
    const quiet = await stack.start({ settings: { taskQueue } });
    expect(await ask(quiet, '/health')).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        message: `workers is degraded (no worker serves the queues ${taskQueue}, ${taskQueue}-money, ${taskQueue}-llm: start one with npm run worker)`,
        checks: { database: 'ok', temporal: 'ok', workers: 'degraded' },
        metrics: { queueDepth: 0 },
      },
    });
    for (const path of ['/livez', '/readyz', '/status', '/metrics'])
      expect((await ask(api, path)).status).toBe(200);
  });

  it('degrades when a family says that something outside is down, also when asking fails', async () => {
    const probe = createProbe().family;
    const down = await stack.start({
      families: [
        {
          ...probe,
          fills: { checks: ['chain'], metrics: ['paymentsUnknown'] },
          health: async () => ({
            checks: { chain: { status: 'down', detail: 'no RPC' } },
            metrics: { paymentsUnknown: 1 },
          }),
        },
      ],
    });
    expect((await ask(down, '/health')).body).toMatchObject({
      status: 'degraded',
      message: expect.stringMatching(/; chain is down \(no RPC\)$/),
      checks: { chain: 'down' },
      metrics: { paymentsUnknown: 1 },
      families: {
        probe: { status: 'degraded', checks: { chain: 'down' }, metrics: { paymentsUnknown: 1 } },
      },
    });
    const failing = await stack.start({
      families: [{ ...probe, health: () => Promise.reject(new Error('x')) }],
    });
    expect((await ask(failing, '/health')).body).toMatchObject({
      status: 'degraded',
      checks: { probe: 'down' },
    });
  });

  it('lets no family take the place of another, or of the engine', async () => {
    const probe = createProbe().family;
    const one = await stack.start({
      settings: { taskQueue: uniqueTaskQueue('health') },
      families: [
        {
          ...probe,
          health: async () => ({
            checks: { database: { status: 'down' }, disk: { status: 'degraded' } },
            metrics: { activeWorkflows: 999, queueDepth: 999 },
            fields: { status: 'splendid', service: 'probe' },
          }),
        },
      ],
    });
    const { body } = await ask(one, '/health');
    expect(body).toMatchObject({
      status: 'degraded',
      message: expect.stringMatching(/; probe\.database is down; probe\.disk is degraded$/),
      checks: { database: 'ok', temporal: 'ok' },
      families: { probe: { checks: { database: 'down', disk: 'degraded' }, service: 'probe' } },
    });
    expect(body['service']).toBeUndefined();
    expect(body['metrics']).toMatchObject({ queueDepth: 0, activeWorkflows: expect.any(Number) });
    expect((body['metrics'] as Record<string, number>)['activeWorkflows']).toBeLessThan(999);
  });

  it('is unhealthy without the database, and requests say 503 with Retry-After', async () => {
    const db = await openDatabase('postgresql://nobody@127.0.0.1:1/none');
    const cut = await stack.start({ db, settings: { listenUrl: null } });
    const health = await ask(cut, '/health');
    expect([health.status, health.body['status']]).toEqual([503, 'unhealthy']);
    expect((await ask(cut, '/readyz')).status).toBe(503);
    expect((await ask(cut, '/livez')).status).toBe(200);
    for (const path of ['/runs', '/payments', '/runs/x', '/events']) {
      const answer = await ask(cut, path);
      expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
      expect(answer.headers.get('retry-after')).toBe('2');
    }
    const client = listen(cut, '/runs/x/events');
    expect((await client.closed).code).toBe(1013);
    await cut.close();
    await db.close();
  });

  it('counts runs for Prometheus', async () => {
    await writer.run('counted');
    await writer.end('counted');
    const text = async () => (await ask(api, '/metrics', { headers: { accept: 'text/plain' } })).text;
    await expect
      .poll(text, { timeout: 3000 })
      .toContain('steward_runs_finished_total{status="completed"} 1\n');
    expect(
      (await ask(api, '/metrics', { headers: { accept: 'text/plain, application/json' } })).headers.get(
        'content-type',
      ),
    ).toContain('json');
    expect((await ask(api, '/metrics/prometheus')).headers.get('content-type')).toContain(
      'text/plain; version=0.0.4',
    );
  });
});

describe('the process', () => {
  it('drains: streams are sent away to resume elsewhere, new connections are refused', async () => {
    const leaving = await stack.start();
    const run = await writer.run('drained');
    const socket = listen(leaving, `/runs/${run}/events`);
    const sse = readEvents(leaving, `/runs/${run}/events`, () => false);
    await expect.poll(() => socket.frames.length).toBe(1);
    await leaving.close();
    expect((await socket.closed).code).toBe(1001);
    expect(await sse).toMatchObject([{ event: 'connected' }]);
    await expect(ask(leaving, '/livez')).rejects.toThrow();
  });

  it('answers what is not HTTP, and headers without end, in the usual shape', async () => {
    const raw = (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        let answer = '';
        const socket = openSocket(Number(new URL(api.url).port), '127.0.0.1', () => socket.write(text));
        socket.on('data', (data) => (answer += data.toString()));
        socket.on('end', () => resolve(answer));
        socket.on('error', reject);
      });
    expect(await raw('nonsense\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"invalid_request"/,
    );
    expect(await raw(`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain(
      '"code":"headers_too_large"',
    );
  });

  it('answers a request that offers another protocol as plain HTTP', async () => {
    const h2c = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        connection: 'Upgrade, HTTP2-Settings',
        upgrade: 'h2c',
        'http2-settings': 'AAMAAABkAAQ',
      };
      request(new URL('/livez', api.url), { headers }, (res) => resolve(res.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(h2c).toBe(200);
  });
});
