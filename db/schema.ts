import type { MigrationClass } from '../migrations/index.ts';
import { createClient } from './connections.ts';
import { migrate } from './migrate.ts';

type Migrations = readonly MigrationClass[];

/**
 * What API, workers and commands call before they use the database. With one role for everything they migrate it. Where the
 * owner has a URL of its own, or this role may not change the schema, they only check it. A schema that is ahead is fine:
 * migrations only add, so that two releases can run beside each other. Returns the migrations that were applied.
 */
export async function prepareSchema(
  migrations: Migrations,
  url: string,
  ownerUrl?: string,
): Promise<string[]> {
  const { at, missing, mayMigrate } = await lookAtSchema(migrations, url);
  if (missing.length === 0) return [];
  if (ownerUrl === undefined && mayMigrate) return migrate(migrations, url);
  throw behind({ at, missing });
}

/** For commands that only read. Migrates nothing. */
export async function checkSchema(migrations: Migrations, url: string): Promise<void> {
  const found = await lookAtSchema(migrations, url);
  if (found.missing.length > 0) throw behind(found);
}

const behind = ({ at, missing }: Pick<Schema, 'at' | 'missing'>): Error =>
  new Error(
    `The database's schema is at ${at ?? 'nothing'}, this version needs ${missing.at(-1)}: run npm run migrate with MIGRATION_DATABASE_URL, the URL of the role that owns the tables.`,
  );

/** For `npm run migrate` and `npm start`: as the owner, where there is a URL for it. */
export async function upgradeSchema(
  migrations: Migrations,
  url: string,
  ownerUrl?: string,
): Promise<string[]> {
  return ownerUrl === undefined ? prepareSchema(migrations, url) : migrate(migrations, url, ownerUrl);
}

interface Schema {
  /** The last of our migrations that it has. */
  at: string | undefined;
  /** Our migrations that it lacks, in order. */
  missing: string[];
  /** Whether this role may apply them. */
  mayMigrate: boolean;
}

async function lookAtSchema(migrations: Migrations, url: string): Promise<Schema> {
  const client = createClient(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ there: boolean; mayMigrate: boolean }>(
      `select c.oid is not null as there,
         has_schema_privilege('public', 'create') and coalesce(pg_has_role(c.relowner, 'usage'), true) as "mayMigrate"
       from (select to_regclass('public.mikro_orm_migrations') as oid) t left join pg_class c on c.oid = t.oid`,
    );
    const { there, mayMigrate } = rows[0] ?? { there: false, mayMigrate: false };
    const applied = there
      ? await client.query<{ name: string }>('select name from mikro_orm_migrations')
      : { rows: [] };
    const has = new Set(applied.rows.map(({ name }) => name));
    const ours = migrations.map(({ name }) => name);
    return {
      at: ours.findLast((name) => has.has(name)),
      missing: ours.filter((name) => !has.has(name)),
      mayMigrate,
    };
  } finally {
    await client.end();
  }
}
