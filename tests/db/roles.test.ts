import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { createAuditor } from '../../db/repositories/audit.ts';
import { canAlterAudit } from '../../db/roles.ts';
import { checkSchema, migrate, migrationsOf, prepareSchema } from '../../families/schema.ts';
import { freshDatabase } from '../support/database.ts';
import { withClient } from '../support/database-admin.ts';
import { tamper, twoRoles, type TwoRoles } from '../support/two-roles.ts';

const TRAIL = ['audit', 'audit_anchor', 'receipt_anchor'];
const BOOKS = [
  ['audit', 'actor'],
  ['audit_anchor', 'hash'],
  ['receipt_anchor', 'hash'],
  ['event', 'type'],
  ['entry', 'account_id'],
  ['budget_entry', 'kind'],
] as const;

let roles: TwoRoles;
let db: Database;
let application: Client;
let owner: Client;

beforeAll(async () => {
  roles = await twoRoles();
  db = await openDatabase(roles.url);
  application = new Client({ connectionString: roles.url });
  owner = new Client({ connectionString: roles.ownerUrl });
  await Promise.all([application.connect(), owner.connect()]);
  await createAuditor(db).append({ tenant: 'default', actor: 'me', action: 'test', object: '1', data: {} });
});
afterAll(async () => {
  await Promise.all([application.end(), owner.end(), db.close()]);
  await roles.drop();
});

const refusal = async (client: Client, statement: string): Promise<unknown> =>
  client.query(statement).then(
    () => 'done',
    (error: { code?: string }) => error.code,
  );

describe('the role of the application', () => {
  test.each(BOOKS)('adds to %s and changes nothing of it', async (table, column) => {
    for (const statement of [
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table}`,
      `truncate ${table} cascade`,
      `alter table ${table} add column more text`,
      `alter table ${table} disable trigger all`,
      `alter table ${table} rename to other`,
      `alter table ${table} owner to ${roles.application}`,
      `drop table ${table} cascade`,
      `select * from ${table} for update`,
      `do $$ begin lock table ${table} in access exclusive mode; end $$`,
      `create trigger mine before insert on ${table} for each row execute function refuse_change()`,
      `create rule mine as on insert to ${table} do instead nothing`,
      `merge into ${table} t using (select) s on true when matched then delete`,
    ])
      expect([statement, await refusal(application, statement)]).toEqual([statement, '42501']);
    expect(await refusal(application, `select 1 from ${table}`)).toBe('done');
    expect((await application.query(`select has_table_privilege('${table}', 'insert') as may`)).rows).toEqual(
      [{ may: true }],
    );
  });

  test.each([
    'drop trigger append_only on audit',
    'drop function refuse_change() cascade',
    'create or replace function refuse_change() returns trigger language plpgsql as $$ begin return null; end $$',
    'set session_replication_role = replica',
    'create table mine (id int)',
    'create schema mine',
    'drop schema public cascade',
    `insert into mikro_orm_migrations (name) values ('M9999')`,
    'delete from mikro_orm_migrations',
    `select setval('audit_id_seq', 1)`,
    'alter sequence audit_id_seq restart',
    `alter default privileges for role OWNER in schema public grant all on tables to public`,
    'set role OWNER',
    'grant OWNER to current_user',
    'alter role current_user superuser',
    'reassign owned by OWNER to current_user',
    `copy audit to program 'true'`,
  ])('cannot get around it: %s', async (statement) => {
    const said = statement.replaceAll('OWNER', roles.owner);
    expect(await refusal(application, said)).toBe('42501');
  });

  test('has the same rights in tables of later migrations, which only the owner makes', async () => {
    await owner.query('create table later (id bigint generated always as identity primary key, said text)');
    await owner.query(
      `create function later_count() returns bigint language sql as 'select count(*) from later'`,
    );
    await application.query(`insert into later (said) values ('a'), ('b')`);
    await application.query(`update later set said = 'c' where said = 'a'`);
    await application.query(`delete from later where said = 'b'`);
    expect((await application.query('select later_count() as n')).rows).toEqual([{ n: 1 }]);
    expect(await refusal(application, 'truncate later')).toBe('42501');
    await migrate(roles.url, roles.ownerUrl);
    await application.query(`update later set said = 'd'`);
    expect(await refusal(application, 'update audit set actor = actor')).toBe('42501');
  });
});

describe('the owner of the trail', () => {
  test.each(TRAIL)('does not change %s by a slip', async (table) => {
    for (const statement of [`update ${table} set tenant = 'x'`, `delete from ${table}`, `truncate ${table}`])
      expect(await refusal(owner, statement)).toBe('42501');
  });

  test('can still do it on purpose', async () => {
    await tamper(roles.ownerUrl, `update audit set object = object`);
    expect(await refusal(owner, `update audit set object = object`)).toBe('42501');
  });

  test('may not give rights to a role that rights do not bind', async () => {
    const cases: [string, string, RegExp][] = [
      [
        `alter role ${roles.application} superuser`,
        `alter role ${roles.application} nosuperuser`,
        /is a superuser/,
      ],
      [
        `grant ${roles.owner} to ${roles.application}`,
        `revoke ${roles.owner} from ${roles.application}`,
        /is a member of/,
      ],
      [
        `grant pg_write_all_data to ${roles.application}`,
        `revoke pg_write_all_data from ${roles.application}`,
        /can still alter the audit trail/,
      ],
      ['grant delete on audit to public', 'revoke delete on audit from public', /can still alter/],
      [
        `create table theirs (id int); alter table theirs owner to ${roles.application}`,
        'drop table theirs',
        /owns tables.*reassign owned by/,
      ],
    ];
    for (const [before, after, what] of cases)
      await withClient(roles.adminUrl, async (admin) => {
        await admin.query(before);
        await expect(migrate(roles.url, roles.ownerUrl)).rejects.toThrow(what);
        await admin.query(after);
      });
    await expect(migrate(roles.ownerUrl, `${roles.ownerUrl}?application_name=x`)).rejects.toThrow(
      /is that of MIGRATION/,
    );
    const nobody = roles.url.replace(roles.application, 'nobody_of_that_name');
    await expect(migrate(nobody, roles.ownerUrl)).rejects.toThrow(/does not exist: create role/);
    await expect(migrate(roles.url.replace(/\/\/.*@/, '//'), roles.ownerUrl)).rejects.toThrow(
      /names no user/,
    );
    expect(await migrate(roles.url, roles.ownerUrl)).toEqual([]);
  });
});

const [before, newest] = (await migrationsOf()).slice(-2).map(({ name }) => name);

describe('a process', () => {
  const LAST = `delete from mikro_orm_migrations where name = '${newest}'`;

  test('only checks the schema when it may not change it', async () => {
    expect(await prepareSchema(roles.url)).toEqual([]);
    expect(await canAlterAudit(db.pool)).toBe(false);
    await owner.query(LAST);
    const behind = `The database's schema is at ${before}, this version needs ${newest}: run npm run migrate with MIGRATION_DATABASE_URL`;
    await expect(prepareSchema(roles.url)).rejects.toThrow(behind);
    await expect(prepareSchema(roles.url, roles.ownerUrl)).rejects.toThrow(behind);
    await owner.query(`insert into mikro_orm_migrations (name) values ('${newest}'), ('M0999Newer')`);
    expect(await prepareSchema(roles.url)).toEqual([]);
    expect(await prepareSchema(roles.url, roles.ownerUrl)).toEqual([]);
  });

  test('of an empty database that it does not own says the same', async () => {
    const empty = await twoRoles({ migrated: false });
    await expect(prepareSchema(empty.url)).rejects.toThrow(/schema is at nothing, this version needs/);
    await expect(checkSchema(empty.ownerUrl)).rejects.toThrow(/schema is at nothing/);
    expect((await prepareSchema(empty.ownerUrl)).length).toBeGreaterThan(10);
    await empty.drop();
  });

  test('with one role for everything migrates as before, and learns that it can alter the trail', async () => {
    const single = await freshDatabase();
    await withClient(single.url, (client) =>
      client.query('drop schema public cascade; create schema public'),
    );
    await expect(prepareSchema(single.url, 'postgresql://owner@elsewhere/steward')).rejects.toThrow(
      /is at nothing/,
    );
    expect((await prepareSchema(single.url)).length).toBeGreaterThan(10);
    const one = await openDatabase(single.url);
    expect(await canAlterAudit(one.pool)).toBe(true);
    await one.close();
    await single.drop();
  });

  test('of a database that grew up with one role is divided once what it made has another owner', async () => {
    const old = await twoRoles({ migrated: false });
    await withClient(old.adminUrl, (admin) =>
      admin.query(`grant create on schema public to ${old.application}`),
    );
    await migrate(old.url);
    await expect(migrate(old.url, old.ownerUrl)).rejects.toThrow(
      `reassign owned by ${old.application} to ${old.owner}`,
    );
    await withClient(old.adminUrl, (admin) =>
      admin.query(
        `reassign owned by ${old.application} to ${old.owner};
         do $$ begin execute format('revoke connect on database %I from public', current_database()); end $$`,
      ),
    );
    await expect(withClient(old.url, () => Promise.resolve())).rejects.toThrow(/permission denied/);
    expect(await migrate(old.url, old.ownerUrl)).toEqual([]);
    await withClient(old.url, async (client) => {
      expect(await refusal(client, 'delete from audit')).toBe('42501');
      expect(await refusal(client, 'create table mine (id int)')).toBe('42501');
      expect(await refusal(client, 'delete from rate_window')).toBe('done');
    });
    await old.drop();
  });
});
