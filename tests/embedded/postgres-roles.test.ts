import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import { migrate } from '../../families/schema.ts';
import { createAuditor } from '../../db/repositories/audit.ts';
import { verifyAudit } from '../../db/repositories/audit-check.ts';
import { canAlterAudit } from '../../db/roles.ts';
import { upgradeSchema } from '../../families/schema.ts';
import { defaultCacheDir } from '../../embedded/downloads/cache-dir.ts';
import { freePort } from '../../embedded/ports.ts';
import { startPostgres, type RunningPostgres } from '../../embedded/postgres.ts';
import { postgresBinaries } from '../../embedded/postgres/binaries.ts';
import { ensureCluster, postgresEnvironment } from '../../embedded/postgres/data-folder.ts';
import { postgresIdentity } from '../../embedded/postgres/identity.ts';
import { createProcesses, type Processes } from '../../embedded/processes.ts';
import { withClient } from '../support/database-admin.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const log = (): void => undefined;
const folder = temporaryFolder('roles');
let folders = 0;
let dataDir: string;
let processes: Processes;
beforeEach(() => {
  folders += 1;
  dataDir = join(folder, String(folders), 'postgres');
  mkdirSync(dirname(dataDir));
  processes = createProcesses({ log });
});
afterEach(() => processes.stopAll());

const start = (): Promise<RunningPostgres> => startPostgres({ dataDir, port: 0, processes, log });

const refusal = (client: Client, statement: string): Promise<unknown> =>
  client.query(statement).then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

/** What everyone on this machine may do as the application, and what not. */
async function expectOrdinaryUser({ url }: RunningPostgres): Promise<void> {
  const others = new Client({ connectionString: url });
  await others.connect();
  const ended = new Promise((resolve) => others.on('error', resolve));
  const { rows } = await others.query<{ pid: number }>('select pg_backend_pid() as pid');
  await withClient(url, async (client) => {
    const who = 'select current_user as us, rolsuper as all from pg_roles where rolname = current_user';
    expect((await client.query(who)).rows).toEqual([{ us: 'steward', all: false }]);
    for (const statement of [
      'begin; lock table run in share row exclusive mode; rollback',
      'begin; lock table run in access exclusive mode; rollback',
      'select * from audit',
      'delete from rate_window',
      `select pg_terminate_backend(${rows[0]!.pid})`,
    ])
      expect([statement, await refusal(client, statement)]).toEqual([statement, 'done']);
    for (const statement of [
      'delete from audit',
      `update audit set actor = 'x'`,
      'truncate audit',
      'drop table audit',
      'create table mine (id int)',
      'create role mine superuser',
      'set role steward_owner',
      `alter role steward_owner password 'mine'`,
      `select pg_read_file('postgresql.conf')`,
    ])
      expect([statement, await refusal(client, statement)]).toEqual([statement, '42501']);
  });
  await ended;
}

test('a new stack gives everyone on this machine the application’s rights, and the owner’s only with the key', async () => {
  const server = await start();
  expect(await upgradeSchema(server.url, server.ownerUrl)).toContain('M0013Audit');
  await expectOrdinaryUser(server);
  for (const url of [
    server.ownerUrl.replace(/:[0-9a-f]{48}@/, '@'),
    server.ownerUrl.replace(/:[0-9a-f]{48}@/, ':guess@'),
    server.url.replace('steward@', 'postgres@'),
  ])
    await expect(withClient(url, () => Promise.resolve())).rejects.toThrow(/password/);
  const key = join(dirname(dataDir), 'postgres-owner.key');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(new URL(server.ownerUrl).password).toBe(readFileSync(key, 'utf8').trim());
  expect(server.url).not.toContain(readFileSync(key, 'utf8').trim());
});

/** A server as an older release started it: one role, a superuser, for everything. */
async function startAsBefore(): Promise<{ url: string; stop(): Promise<void> }> {
  const identity = postgresIdentity(dataDir);
  const bin = await postgresBinaries({
    cacheDir: defaultCacheDir(),
    forOtherUser: identity !== undefined,
    log,
  });
  await ensureCluster(dataDir, { bin, identity, log });
  const port = await freePort();
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='];
  const child = await processes.spawn(
    'PostgreSQL',
    join(bin, 'postgres'),
    ['-D', dataDir, '-p', `${port}`, ...settings],
    {
      ...identity,
      cwd: '/',
      env: postgresEnvironment(),
      readyWhen: /ready to accept connections/,
      stopSignal: 'SIGINT',
    },
  );
  const url = `postgresql://steward@127.0.0.1:${port}/steward`;
  await withClient(url.replace(/steward$/, 'postgres'), (client) => client.query('create database steward'));
  return { url, stop: () => child.stop() };
}

test('a data folder of an older release gets two roles at its next start, and keeps its data', async () => {
  const before = await startAsBefore();
  await migrate(before.url);
  const old = await openDatabase(before.url);
  for (const object of ['one', 'two'])
    await createAuditor(old).append({ tenant: 'default', actor: 'me', action: 'test', object, data: {} });
  expect(await canAlterAudit(old.pool)).toBe(true);
  await old.close();
  await before.stop();

  for (const time of ['first', 'second']) {
    const server = await start();
    expect(await upgradeSchema(server.url, server.ownerUrl)).toEqual([]);
    await expectOrdinaryUser(server);
    const db = await openDatabase(server.url);
    expect([time, await canAlterAudit(db.pool)]).toEqual([time, false]);
    expect(await verifyAudit(db.pool, 'default')).toEqual({ valid: true, lines: 2 });
    await db.close();
    await withClient(server.ownerUrl, async (client) => {
      const { rows } = await client.query('select rolname from pg_roles where rolname !~ $1 order by 1', [
        '^pg_',
      ]);
      expect(rows).toEqual([{ rolname: 'steward' }, { rolname: 'steward_owner' }]);
    });
    await server.stop();
  }
});

test('a key that belongs to other data is explained in a sentence', async () => {
  await (await start()).stop();
  rmSync(join(dirname(dataDir), 'postgres-owner.key'));
  await expect(start()).rejects.toThrow(
    /postgres-owner\.key in the data folder does not belong to this data: put back the one/,
  );
});
