import { loadConfig } from '../families/config.ts';
import { upgradeSchema } from '../families/schema.ts';
import { describeError } from '../domain/errors.ts';
import { runScript } from './command-line.ts';

await runScript({
  name: 'migrate',
  about: 'Brings the database that DATABASE_URL names to the newest schema.',
  examples: ['DATABASE_URL=postgresql://steward:password@localhost:5432/steward steward migrate'],
  notes: `Safe to run at any time and from several places at once. With MIGRATION_DATABASE_URL it works as the owner of the
tables, and gives the user of DATABASE_URL the rights that the application needs (docs/OPERATIONS.md, "The audit trail").
Without, one user has everything, and API and worker processes do the same when they start.
npm start needs none of it: it brings its own PostgreSQL.`,
  run: migrateDatabase,
});

async function migrateDatabase(): Promise<void> {
  const { DATABASE_URL: url, MIGRATION_DATABASE_URL: ownerUrl } = loadConfig();
  if (url === undefined)
    throw new Error(
      'DATABASE_URL is not set. Name the PostgreSQL to migrate, for example DATABASE_URL=postgresql://steward:password@localhost:5432/steward (in .env or the environment). npm start brings its own PostgreSQL and migrates it by itself.',
    );
  const applied = await upgradeSchema(url, ownerUrl).catch((error: unknown) => {
    const { host, pathname } = new URL(ownerUrl ?? url);
    throw new Error(
      `The database ${pathname.slice(1)} at ${host} was not migrated: ${describeError(error)}`,
      { cause: error },
    );
  });
  for (const name of applied) process.stdout.write(`applied ${name}\n`);
  process.stdout.write(
    applied.length === 0 ? 'The schema is up to date.\n' : 'The schema is now up to date.\n',
  );
}
