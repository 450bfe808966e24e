import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig } from '../families/config.ts';
import { openDatabase, type Database } from '../db/database.ts';

/** The database that a command works in, and the keys and URLs that go with it. */
export interface Installation {
  url: string;
  ownerUrl: string | undefined;
  dataKey: string | undefined;
}

/** The installation of DATABASE_URL, else the running local stack. */
export function installationOf(data: string | undefined): Installation {
  const config = loadConfig();
  if (config.DATABASE_URL !== undefined)
    return {
      url: config.DATABASE_URL,
      ownerUrl: config.MIGRATION_DATABASE_URL,
      dataKey: config.STEWARD_DATA_KEY,
    };
  const file = join(data ?? config.DATA_DIR, 'stack.env');
  const stack = existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {};
  const url = stack['DATABASE_URL'];
  if (url === undefined)
    throw new Error(`DATABASE_URL is not set, and there is no local stack in ${file}. Name one of them.`);
  return { url, ownerUrl: undefined, dataKey: stack['STEWARD_DATA_KEY'] };
}

/** Opens the database after `prepare` has migrated or checked its schema. */
export async function openInstallation(
  { url, ownerUrl }: Installation,
  prepare: (url: string, ownerUrl?: string) => Promise<unknown>,
): Promise<Database> {
  await prepare(url, ownerUrl).catch((error: unknown) => {
    if (error instanceof Error && !(error instanceof AggregateError) && !('code' in error)) throw error;
    const { host } = new URL(url);
    throw new Error(`The database at ${host} does not answer. Is it running? (npm start brings one.)`, {
      cause: error,
    });
  });
  return openDatabase(url, { poolSize: 2 });
}
