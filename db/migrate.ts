import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import type pg from 'pg';
import type { MigrationClass } from '../migrations/index.ts';
import { createClient, normaliseUrl, steadyDriver } from './connections.ts';
import { grantRights, roleOf, whyUnprotected } from './roles.ts';

const LOCK = 7_236_771; // any number that is the same for every Steward process

/**
 * Brings the database to the newest schema. Safe to call from many processes at once: an advisory lock queues them. With
 * `ownerUrl` it migrates as the owner and gives the role of `url` exactly the rights of the application.
 */
export async function migrate(
  migrations: readonly MigrationClass[],
  url: string,
  ownerUrl: string = url,
): Promise<string[]> {
  const application = ownerUrl === url ? undefined : roleOf(normaliseUrl(url));
  const lock = createClient(ownerUrl);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    if (application !== undefined) await requireProtection(lock, application);
    const applied = await applyAll(migrations, normaliseUrl(ownerUrl));
    if (application !== undefined) await grantRights(lock, application);
    return applied;
  } finally {
    await lock.end().catch(() => undefined); // a lost connection has lost its lock as well
  }
}

async function requireProtection(owner: pg.Client, application: string): Promise<void> {
  const why = await whyUnprotected(owner, application);
  if (why !== undefined) throw new Error(why);
}

async function applyAll(migrations: readonly MigrationClass[], clientUrl: string): Promise<string[]> {
  const orm = await MikroORM.init({
    entities: [],
    clientUrl,
    driverOptions: steadyDriver({ queryMs: 0 }), // migrations have no time limit
    extensions: [Migrator],
    logger: () => undefined, // a lost connection is thrown, not printed
    discovery: { warnWhenNoEntities: false },
    migrations: { migrationsList: listed(migrations), snapshot: false, silent: true },
  });
  try {
    return (await orm.migrator.up()).map((migration) => migration.name);
  } finally {
    await orm.close(true);
  }
}

const listed = (migrations: readonly MigrationClass[]): { name: string; class: MigrationClass }[] =>
  migrations.map((migration) => ({ name: migration.name, class: migration }));
