import type { Client } from 'pg';
import type { Queryable } from './ledger.ts';

/**
 * Tables to which the application may only add rows. In all others it may change and delete them too, those of later
 * migrations included.
 */
const APPEND_ONLY: readonly string[] = [
  'audit',
  'audit_anchor',
  'receipt_anchor',
  'event',
  'entry',
  'budget_entry',
];
const READ_ONLY: readonly string[] = ['mikro_orm_migrations'];

/** The role that a connection URL names. */
export function roleOf(url: string): string {
  const name = decodeURIComponent(new URL(url).username);
  if (name !== '') return name;
  throw new Error(
    'DATABASE_URL names no user. With MIGRATION_DATABASE_URL it must: the rights of the application are given to that user.',
  );
}

/** Gives the application's role its rights and takes away all others. `owner` is a connection of the tables' owner. */
export async function grantRights(owner: Client, role: string): Promise<void> {
  const name = owner.escapeIdentifier(role);
  const { databases, tables, sequences, routines } = await ownedThings(owner);
  const rights = [
    ...databases.map(
      (database) => `grant connect on database ${owner.escapeIdentifier(database)} to ${name}`,
    ),
    ...tables.flatMap((table) => [
      `revoke all on ${owner.escapeIdentifier(table)} from ${name}`,
      `grant ${rightsOn(table)} on ${owner.escapeIdentifier(table)} to ${name}`,
    ]),
    ...sequences.map((sequence) => `grant usage on sequence ${owner.escapeIdentifier(sequence)} to ${name}`),
    ...routines.map((routine) => `grant execute on routine ${routine} to ${name}`),
    ...rightsOnSchema(name),
  ];
  await owner.query(['begin', ...rights, 'commit'].join(';\n'));
  if (await canAlterAudit(owner, role))
    throw new Error(
      `The role ${role} of DATABASE_URL can still alter the audit trail, through a role that it is a member of or a right that everyone has. Revoke that.`,
    );
}

function rightsOn(table: string): string {
  if (READ_ONLY.includes(table)) return 'select';
  return APPEND_ONLY.includes(table) ? 'select, insert' : 'select, insert, update, delete';
}

/** The role creates nothing in the schema, but may use what the owner creates later. */
const rightsOnSchema = (name: string): string[] => [
  `revoke create on schema public from public, ${name}`,
  `grant usage on schema public to ${name}`,
  `alter default privileges in schema public grant select, insert, update, delete on tables to ${name}`,
  `alter default privileges in schema public grant usage on sequences to ${name}`,
  `alter default privileges in schema public grant execute on routines to ${name}`,
];

/** The owner's own objects. Other objects in the same schema, such as those of extensions, are left alone. */
async function ownedThings(
  owner: Client,
): Promise<Record<'databases' | 'tables' | 'sequences' | 'routines', string[]>> {
  const { rows } = await owner.query<{ kind: string; name: string }>(
    `select case relkind when 'S' then 'sequence' else 'table' end as kind, relname::text as name from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S') and pg_has_role(relowner, 'usage')
     union all select 'routine', oid::regprocedure::text from pg_proc
     where pronamespace = 'public'::regnamespace and pg_has_role(proowner, 'usage')
     union all select 'database', datname from pg_database where datname = current_database() and pg_has_role(datdba, 'usage')
     order by 1, 2`,
  );
  const named = (kind: string): string[] => rows.filter((row) => row.kind === kind).map(({ name }) => name);
  return {
    databases: named('database'),
    tables: named('table'),
    sequences: named('sequence'),
    routines: named('routine'),
  };
}

/** Why the rights of this role would protect nothing; undefined when they would protect. */
export async function whyUnprotected(owner: Client, role: string): Promise<string | undefined> {
  const { rows } = await owner.query<
    { us: string } & Record<'itself' | 'super' | 'owns' | 'member', boolean>
  >(
    `select current_user as us, r.rolname = current_user as itself, r.rolsuper as super,
       exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = 'public'::regnamespace) as owns,
       pg_has_role(r.oid, current_user, 'member') as member
     from pg_roles r where r.rolname = $1`,
    [role],
  );
  const [found] = rows;
  const it = `The role ${role} of DATABASE_URL`;
  if (found === undefined) return `${it} does not exist: create role ${role} login password '...'`;
  const { us, itself, super: all, owns, member } = found;
  if (itself)
    return `${it} is that of MIGRATION_DATABASE_URL. Let the application use another, or leave that unset.`;
  if (all) return `${it} is a superuser and may do everything. Let the application use another.`;
  if (owns) return `${it} owns tables. As a superuser, in this database: reassign owned by ${role} to ${us}`;
  if (member) return `${it} is a member of ${us} and has its rights: revoke ${us} from ${role}`;
  return undefined;
}

/** Whether a role (default: this connection's) may do more with the audit trail than read it and add to it. */
export async function canAlterAudit(db: Queryable, role?: string): Promise<boolean> {
  const { rows } = await db.query<{ can: boolean }>(
    `select has_table_privilege(r.oid, c.oid, 'update, delete, truncate') or pg_has_role(r.oid, c.relowner, 'usage') as can
     from pg_class c, pg_roles r where c.oid = 'audit'::regclass and r.rolname = coalesce($1, current_user)`,
    [role ?? null],
  );
  return rows[0]?.can !== false;
}
