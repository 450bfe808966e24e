import { inject } from 'vitest';
import { migrate } from '../../families/schema.ts';
import { urlFor, withClient } from './database-admin.ts';

export interface FreshDatabase {
  url: string;
  drop: () => Promise<void>;
}

const TEMPLATE_LOCK = 7_236_772;
let made = 0;

/** A database of its own with every migration applied: a copy of the template that the first caller of a run makes. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const server = inject('databaseServerUrl');
  const template = inject('databaseTemplate');
  made += 1;
  const name = `steward_test_${process.pid}_${made}`;
  await withClient(server, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query(
      'select 1 from pg_database where datname = $1 and datistemplate',
      [template],
    );
    if (!rowCount) {
      await client.query(`drop database if exists ${template} with (force)`);
      await client.query(`create database ${template}`);
      await migrate(urlFor(server, template));
      await client.query(`alter database ${template} is_template true`);
    }
    await client.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
    await client.query(`drop database if exists ${name} with (force)`);
    await client.query(`create database ${name} template ${template}`);
  });
  return {
    url: urlFor(server, name),
    drop: () =>
      withClient(server, async (client) => void (await client.query(`drop database ${name} with (force)`))),
  };
}
