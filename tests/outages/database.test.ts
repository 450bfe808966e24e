import { once } from 'node:events';
import { connect as openSocket, createServer, type AddressInfo, type Socket } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { checkHealth } from '../../api/core/health.ts';
import { createWake } from '../../api/stream/wake.ts';
import { createClient, dropIdle } from '../../db/connections.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { migrate } from '../../families/schema.ts';
import { EVENTS_CHANNEL } from '../../db/notifier.ts';
import { ask, openStack, type ApiStack } from '../api/support/api.ts';
import { withClient } from '../support/database-admin.ts';
import { watchForFatal } from './support/fatal.ts';

let stack: ApiStack;
let db: Database;
let expectNothingFatal: () => void;

beforeAll(async () => {
  stack = await openStack();
  db = await openDatabase(stack.url, { poolSize: 4 });
  expectNothingFatal = watchForFatal();
});
afterAll(async () => {
  await db.close();
  await stack.close();
  expectNothingFatal();
});

const cut = (pid: number): Promise<unknown> =>
  withClient(stack.url, (client) => client.query('select pg_terminate_backend($1)', [pid]));

const pidOf = async (client: { query(text: string): Promise<{ rows: unknown[] }> }): Promise<number> =>
  ((await client.query('select pg_backend_pid() as pid')).rows[0] as { pid: number }).pid;

const rows = async (): Promise<number> =>
  (await db.pool.query<{ n: number }>('select count(*) as n from outage')).rows[0]!.n;

describe('a connection that the server ends', () => {
  beforeAll(() => db.pool.query('create table outage (id int primary key)'));

  test('while it is idle: the next query takes another one', async () => {
    const pid = await pidOf(db.pool);
    await cut(pid);
    await expect.poll(() => db.pool.totalCount).toBe(0);
    expect(await pidOf(db.pool)).not.toBe(pid);
  });

  test('in a transaction between two statements: it is rejected with the reason and leaves nothing', async () => {
    const ended = Promise.withResolvers<void>();
    const failed = db.transaction(async (client) => {
      await client.query('insert into outage values (1)');
      client.once('error', () => ended.resolve());
      await cut(await pidOf(client));
      await ended.promise;
      await client.query('insert into outage values (2)');
    });
    await expect(failed).rejects.toMatchObject({ code: '57P01' });
    expect(await rows()).toBe(0);
  });

  test('in the middle of a statement: it is rejected, and the pool has room again', async () => {
    const failed = db.transaction(async (client) => {
      const slow = client.query('select pg_sleep(60)');
      await Promise.all([slow, pidOf(db.pool).then(async () => cut(await sleeping()))]);
    });
    await expect(failed).rejects.toMatchObject({ code: '57P01' });
    await Promise.all(Array.from({ length: 8 }, () => db.transaction((client) => client.query('select 1'))));
  });

  test('before the commit: nothing was written, and the error says so', async () => {
    const ended = Promise.withResolvers<void>();
    const failed = db.transaction(async (client) => {
      await client.query('insert into outage values (3)');
      client.once('error', () => ended.resolve());
      await cut(await pidOf(client));
      await ended.promise;
    });
    await expect(failed).rejects.toMatchObject({ code: '57P01' });
    expect(await rows()).toBe(0);
  });

  test('a refusal of our own is not hidden by the loss of its connection', async () => {
    const failed = db.transaction(async (client) => {
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      await cut(await pidOf(client));
      await ended;
      throw new Error('too little money');
    });
    await expect(failed).rejects.toThrow('too little money');
  });

  test('in transactions of MikroORM: each is rejected, and its place in the pool is free again', async () => {
    for (let loss = 0; loss < 6; loss++) await expect(cutInOrm()).rejects.toThrow(/terminat|not queryable/);
    await db.orm.em.fork().transactional((em) => em.getConnection().execute('select 1'));
    expect(await rows()).toBe(0);
  });

  test('while it holds the lock of the migrations: the next process gets it', async () => {
    const holder = createClient(stack.url);
    await holder.connect();
    await holder.query('select pg_advisory_lock(7236771)');
    const waiting = migrate(stack.url);
    waiting.catch(() => undefined); // awaited below
    await expect.poll(() => waitingForLocks()).toBe(1);
    const [victim] = await lockWaiters();
    await cut(victim!);
    await expect(waiting).rejects.toMatchObject({ code: '57P01' });
    await holder.end();
    expect(await migrate(stack.url)).toEqual([]);
  });

  test('while it listens: events are polled for, then it listens again', async () => {
    vi.useFakeTimers({
      toFake: ['setTimeout', 'clearTimeout'],
      shouldAdvanceTime: true,
      advanceTimeDelta: 100,
    });
    onTestFinished(() => void vi.useRealTimers());
    let woken = 0;
    const handlers = {
      changed: () => undefined,
      anything: () => void (woken += 1),
      keyChanged: () => undefined,
    };
    const wake = createWake(db.pool, stack.url, handlers, pino({ level: 'silent' }));
    onTestFinished(() => wake.close());
    await vi.waitFor(() => expect(wake.listening).toBe(true));
    const { rows: found } = await db.pool.query<{ pid: number }>(
      `select pid from pg_stat_activity where query like $1 and application_name = 'steward listen' and datname = current_database()`,
      [`listen ${EVENTS_CHANNEL};%`],
    );
    await cut(found[0]!.pid);
    await vi.waitFor(() => expect(wake.listening).toBe(false));
    const before = woken;
    await vi.waitFor(() => expect(woken).toBeGreaterThan(before));
    await vi.advanceTimersByTimeAsync(5000);
    await vi.waitFor(() => expect(wake.listening).toBe(true));
  });
});

/** A transaction of MikroORM whose connection is cut before it writes. */
function cutInOrm(): Promise<void> {
  return db.orm.em.fork().transactional(async (em) => {
    const run = <T>(text: string): Promise<T> =>
      em.getConnection().execute(text, [], 'all', em.getTransactionContext()) as Promise<T>;
    const [row] = await run<{ pid: number }[]>('select pg_backend_pid() as pid');
    await cut(row!.pid);
    await run('insert into outage values (4)');
  });
}

async function sleeping(): Promise<number> {
  const find = `select pid from pg_stat_activity where query like 'select pg_sleep%' and state = 'active'`;
  const look = async (): Promise<number | undefined> =>
    (await db.pool.query<{ pid: number }>(find)).rows[0]?.pid;
  await expect.poll(look).toBeDefined();
  return (await look())!;
}

const lockWaiters = async (): Promise<number[]> =>
  (
    await db.pool.query<{ pid: number }>(
      `select pid from pg_stat_activity where wait_event = 'advisory' and datname = current_database()`,
    )
  ).rows.map(({ pid }) => pid);
const waitingForLocks = async (): Promise<number> => (await lockWaiters()).length;

test('a commit whose answer is lost says that its outcome is unknown, and a repetition finds what was written', async () => {
  const line = await openLine(stack.url);
  const far = await openDatabase(line.url, { poolSize: 1 });
  onTestFinished(async () => {
    await far.close();
    await line.close();
  });
  await db.pool.query('create table kept (id int primary key)');
  const write = (): Promise<unknown> =>
    far.transaction((client) => client.query('insert into kept values (1) on conflict do nothing'));
  line.cutAt('commit');
  await expect(write()).rejects.toMatchObject({
    code: '08007',
    message: expect.stringContaining('Do the same again'),
  });
  await expect.poll(async () => (await db.pool.query('select 1 from kept')).rowCount).toBe(1);
  await write();
  expect((await db.pool.query('select 1 from kept')).rowCount).toBe(1);
});

test('a query to a host that swallows everything ends after its time, and so does its connection', async () => {
  const line = await openLine(stack.url);
  const far = await openDatabase(line.url, { poolSize: 1, queryMs: 300 });
  onTestFinished(async () => {
    line.swallow(false);
    await far.close();
    await line.close();
  });
  const pid = await pidOf(far.pool);
  const stuck = far.transaction((client) => (line.swallow(true), client.query('select 1')));
  await expect(stuck).rejects.toThrow('Query read timeout');
  line.swallow(false);
  expect(await pidOf(far.pool)).not.toBe(pid);
});

describe('a database that only reads', () => {
  const setReadOnly = (on: boolean): Promise<unknown> =>
    withClient(stack.url, (client) =>
      client.query(
        `do $$ begin execute format('alter database %I set default_transaction_read_only = ${on ? 'on' : 'off'}', current_database()); end $$`,
      ),
    );
  const undo = (): Promise<unknown> =>
    withClient(stack.url, async (client) => {
      await client.query('set default_transaction_read_only = off');
      await client.query(
        `do $$ begin execute format('alter database %I reset default_transaction_read_only', current_database()); end $$`,
      );
    });

  test('is down: writes are 503 with Retry-After, the API is not ready, and both say why', async () => {
    const own = await openDatabase(stack.url, { poolSize: 3 });
    const api = await stack.start({ db: own });
    onTestFinished(async () => {
      await api.close();
      await own.close();
    });
    await setReadOnly(true);
    dropIdle(own.pool); // the setting is one of new connections
    const ready = await ask(api, '/readyz');
    expect([ready.status, ready.body['status']]).toEqual([503, 'not_ready']);
    const health = await ask(api, '/health');
    expect(health.status).toBe(503);
    expect(health.body['message']).toContain('database is down (it takes no changes');
    expect((await ask(api, '/livez')).status).toBe(200);
    const write = await ask(api, '/stream-tickets', { method: 'POST' });
    expect(write.body).toMatchObject({ status: 503, code: 'unavailable' });
    expect(write.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(write.text).not.toMatch(/read-only transaction|INSERT/);
    await undo();
    await expect.poll(async () => (await ask(api, '/readyz')).status).toBe(200);
    expect((await ask(api, '/stream-tickets', { method: 'POST' })).status).toBeLessThan(300);
  });

  test('is left: no connection to it is used again', async () => {
    const own = await openDatabase(stack.url, { poolSize: 3 });
    onTestFinished(() => own.close());
    await setReadOnly(true);
    const clients = await Promise.all([1, 2, 3].map(() => own.pool.connect()));
    const pids = await Promise.all(clients.map(pidOf));
    for (const client of clients) client.release();
    await undo();
    const write = own.transaction((client) => client.query('insert into outage values (9)'));
    await expect(write).rejects.toMatchObject({ code: '25006' });
    await expect.poll(() => own.pool.totalCount).toBe(0);
    await own.transaction((client) => client.query('insert into outage values (9)'));
    expect(pids).not.toContain(await pidOf(own.pool));
  });
});

test('a database that is full, or that refuses us, is down, with the reason', async () => {
  const health = async (code: string): Promise<string> => {
    const pool = { query: () => Promise.reject(Object.assign(new Error('secret words'), { code })) };
    const deps = stack.deps({ db: { ...db, pool: pool as unknown as Database['pool'] } });
    const { status, message } = await checkHealth(deps, deps.families);
    expect(status).toBe('unhealthy');
    return message;
  };
  expect(await health('53300')).toContain('no room');
  expect(await health('28P01')).toContain('credentials');
  expect(await health('57P03')).toContain('does not answer');
});

/** A proxy to the server that can swallow bytes, or break once it has passed certain words on. */
async function openLine(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let word: string | undefined;
  let swallowing = false;
  const server = createServer((near) => {
    const far = openSocket(Number(port), hostname);
    for (const one of [near, far]) sockets.add(one.on('error', () => undefined));
    near.on('data', (bytes) => {
      if (swallowing) return;
      far.write(bytes);
      if (word === undefined || !bytes.includes(word)) return;
      word = undefined;
      near.destroy();
      far.end();
    });
    far.on('data', (bytes) => void near.write(bytes)).on('close', () => near.destroy());
    near.on('close', () => far.end());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = new URL(target);
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutAt: (text: string) => void (word = text),
    swallow: (on: boolean) => void (swallowing = on),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
