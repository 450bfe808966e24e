import { required } from '../config/temporal-connection.ts';
import { requireStack } from './local-stack.ts';
import { loadConfig, type Config } from '../families/config.ts';
import { noDatabase } from '../processes/reach.ts';
import { openDatabase, type Database } from '../db/database.ts';

/** The database that a command works in, and the keys and URLs that go with it. */
export interface Installation {
  url: string;
  ownerUrl: string | undefined;
  dataKey: string | undefined;
}

/** The running stack of the folder that is named, else the installation of DATABASE_URL, else the stack of DATA_DIR. */
export function installationOf(data: string | undefined): Installation {
  const config = loadConfig();
  if (data === undefined && config.DATABASE_URL !== undefined)
    return {
      url: config.DATABASE_URL,
      ownerUrl: config.MIGRATION_DATABASE_URL,
      dataKey: config.STEWARD_DATA_KEY,
    };
  const { config: stack } = requireStack(data ?? config.DATA_DIR, 'or set DATABASE_URL');
  return { url: required(stack, 'DATABASE_URL'), ownerUrl: undefined, dataKey: stack.STEWARD_DATA_KEY };
}

/** The settings of the same installation. */
export function configOf(data: string | undefined): Config {
  const config = loadConfig();
  if (data === undefined && config.DATABASE_URL !== undefined) return config;
  return requireStack(data ?? config.DATA_DIR, 'or set DATABASE_URL').config;
}

/** Opens the database after `prepare` has migrated or checked its schema. */
export async function openInstallation(
  { url, ownerUrl }: Installation,
  prepare: (url: string, ownerUrl?: string) => Promise<unknown>,
): Promise<Database> {
  await prepare(url, ownerUrl).catch(noDatabase(url));
  return openDatabase(url, { poolSize: 2 });
}
