import { afterAll, beforeAll, expect, test } from 'vitest';
import type { NodeChild } from '../../embedded/processes.ts';
import { withClient } from '../support/database-admin.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { createProduction, stageImage, type Production } from './production.ts';
import { startSeller, type Seller } from './seller.ts';

const folder = temporaryFolder('image');
let production: Production;
let seller: Seller;
let api: NodeChild;
let worker: NodeChild;

beforeAll(async () => {
  stageImage(folder);
  [production, seller] = await Promise.all([createProduction(folder), startSeller()]);
});
afterAll(async () => {
  await production.close();
  await seller.close();
});

const settings = () => ({ REGISTRY_URL: seller.url, SERVICE_HOSTS: seller.host, LLM_PROVIDER: 'offline' });

interface Answer {
  status: number;
  body: Record<string, unknown> & {
    workflow?: { id: string; status: string; output?: unknown; error?: unknown };
  };
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  key: string | null = production.adminKey,
): Promise<Answer> {
  const answer = await fetch(`${String(api.info['url'])}${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Answer['body'] };
}

test('the image builds its workflow bundle from its own files', async () => {
  const built = await production.once('scripts/build.ts');
  expect(built.output).toMatch(/dist\/workflows\.js: \d\.\d\d MiB/);
  expect(built.code).toBe(0);
});

test('API and worker refuse a database that nobody has migrated, whoever they could become', async () => {
  for (const script of ['processes/api.ts', 'processes/worker.ts'])
    for (const env of [{}, { MIGRATION_DATABASE_URL: production.ownerUrl }]) {
      const { code, output } = await production.once(script, [], { ...env, PORT: '0' });
      expect(code).toBe(1);
      expect(output).toMatch(
        /could not start: The database's schema is at nothing, this version needs M\d+\w+: run npm run migrate with MIGRATION_DATABASE_URL/,
      );
    }
});

test('the one-shots prepare an empty database and an empty Temporal, and may be run again', async () => {
  const [migrated, ready] = await Promise.all([
    production.once('scripts/migrate.ts', [], { MIGRATION_DATABASE_URL: production.ownerUrl }),
    production.setUpTemporal(),
  ]);
  expect(migrated).toMatchObject({ code: 0 });
  expect(migrated.output).toContain('applied ');
  expect(ready).toContain('is ready, with StewardFamily StewardTenant StewardStatus StewardSubject');
  expect((await production.once('scripts/migrate.ts')).output).toBe('The schema is up to date.\n');
  expect(await production.setUpTemporal()).toBe(ready);
});

test('an API without keys refuses to listen on all addresses', async () => {
  const open = await production.once('processes/api.ts', [], { HOST: '0.0.0.0', PORT: '0', AUTH: 'off' });
  expect(open.code).not.toBe(0);
  expect(open.output).toContain('AUTH=off is for loopback only');
});

test('API and worker start as separate processes and call themselves healthy', async () => {
  [api, worker] = await Promise.all([
    production.serve('processes/api.ts', { ...settings(), HOST: '127.0.0.1', PORT: '0' }),
    production.serve('processes/worker.ts', settings()),
  ]);
  const { hostname, port } = new URL(String(api.info['url']));
  const asked = await production.once('scripts/health.ts', [], { HOST: hostname, PORT: port });
  expect(asked.output).toMatch(/^status +(healthy|degraded)$/m);
  expect(asked.code).toBe(0);
  await expect
    .poll(() => production.once('scripts/health.ts', ['--workers', '--quiet']), { timeout: 20_000 })
    .toEqual({ code: 0, output: '' });
});

test('a queue that no worker of this machine serves makes the worker unhealthy', async () => {
  const asked = await production.once('scripts/health.ts', ['--workers'], {
    TASK_QUEUE: 'elsewhere',
    WORKER_QUEUES: 'money',
  });
  expect(asked).toEqual({
    code: 1,
    output: expect.stringContaining('No worker of this machine serves elsewhere-money. Start one') as string,
  });
});

test('new runs begin on the workers of this release, which promote finds by itself, once', async () => {
  const promoted = await production.once('scripts/promote.ts', ['--once', '--wait', '20']);
  expect(promoted.output).toMatch(/steward: new runs start on \d+\.\d+\.\d+-[0-9a-f]{8}\.\n/);
  expect(promoted.code).toBe(0);
  const again = await production.once('scripts/promote.ts', ['--once', '--wait', '20']);
  expect(again).toMatchObject({
    code: 0,
    output: expect.stringContaining('was promoted before: nothing was'),
  });
});

test('without a key nothing is answered, with it a run goes through', async () => {
  const task = { userId: 'alice', input: 'Summarize this text: the quick brown fox jumps over the lazy dog' };
  expect((await ask('POST', '/workflows/create', task, null)).status).toBe(401);
  const created = await ask('POST', '/workflows/create', task);
  expect(created.status).toBe(201);
  const path = `/workflows/${created.body.workflow?.id}`;
  const status = async () => (await ask('GET', path)).body.workflow?.status;
  await expect.poll(status, { timeout: 20_000 }).toBe('awaiting_approval');
  expect((await ask('POST', `${path}/approve`)).status).toBe(200);
  await expect.poll(status, { timeout: 20_000 }).toBe('completed');
  expect(seller.calls).toHaveLength(1);
  expect((await ask('GET', path)).body.workflow?.output).toEqual({ summary: 'All is well.' });
});

test('what they wrote to the audit trail they cannot take back, and it holds', async () => {
  await withClient(production.url, async (client) => {
    const { rows } = await client.query('select from audit');
    expect(rows.length).toBeGreaterThan(1);
    for (const statement of ['delete from audit', `update audit set actor = 'me'`, 'truncate audit'])
      await expect(client.query(statement)).rejects.toMatchObject({ code: '42501' });
  });
  const verified = await production.once('scripts/audit.ts', ['verify']);
  expect(verified.output).toMatch(/^ok {6}default {2}\d+ lines, .*\nThe audit trail holds\.\n$/);
  expect(verified.code).toBe(0);
});

test('on SIGTERM both drain and end without an error', async () => {
  process.kill(worker.pid, 'SIGTERM');
  expect(await worker.exited).toBe(0);
  process.kill(api.pid, 'SIGTERM');
  expect(await api.exited).toBe(0);
});
