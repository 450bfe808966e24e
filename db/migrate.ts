import { MikroORM } from '@mikro-orm/postgresql';
import { Migrator } from '@mikro-orm/migrations';
import { migrationsList } from '../migrations/index.ts';
import { createClient, normaliseUrl, steadyDriver } from './connections.ts';

const LOCK = 7_236_771; // any number, the same for every Steward process

/** Brings the database to the newest schema. Safe to call from many processes at once: an advisory lock queues them. */
export async function migrate(url: string): Promise<string[]> {
  const clientUrl = normaliseUrl(url);
  const lock = createClient(url);
  await lock.connect();
  try {
    await lock.query('select pg_advisory_lock($1)', [LOCK]);
    const orm = await MikroORM.init({
      entities: [],
      clientUrl,
      driverOptions: steadyDriver({ queryMs: 0 }), // a migration may take as long as it takes
      extensions: [Migrator],
      logger: () => undefined, // losses are told by what is thrown
      discovery: { warnWhenNoEntities: false },
      migrations: { migrationsList, snapshot: false, silent: true },
    });
    try {
      return (await orm.migrator.up()).map((migration) => migration.name);
    } finally {
      await orm.close(true);
    }
  } finally {
    await lock.end().catch(() => undefined); // it may be gone: then so is the lock
  }
}
