import * as schema from '../db/schema.ts';
import { migrate as migrateTo } from '../db/migrate.ts';
import { migrations as own, type MigrationClass } from '../migrations/index.ts';
import type { Family } from './define.ts';
import { families as served } from './index.ts';

type Urls = [url: string, ownerUrl?: string];

/** The engine's migrations and those of the families, in the order of their names. */
export async function migrationsOf(families: readonly Family[] = served): Promise<MigrationClass[]> {
  const parts = await Promise.all(families.map(async (family) => family.migrations?.()));
  const all = [...own, ...parts.flatMap((part) => part?.migrations ?? [])];
  const twice = all.find(({ name }, index) => all.findIndex((other) => other.name === name) !== index);
  if (twice !== undefined)
    throw new Error(`Two migrations are called ${twice.name}: rename the newer one's class.`);
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** `db/migrate.ts` with the tables of all families served. */
export const migrate = async (...[url, ownerUrl]: Urls): Promise<string[]> =>
  migrateTo(await migrationsOf(), url, ownerUrl);

/** `db/schema.ts` with the tables of the families. */
export const prepareSchema = async (
  url: string,
  ownerUrl?: string,
  families?: readonly Family[],
): Promise<string[]> => schema.prepareSchema(await migrationsOf(families), url, ownerUrl);

export const upgradeSchema = async (
  url: string,
  ownerUrl?: string,
  families?: readonly Family[],
): Promise<string[]> => schema.upgradeSchema(await migrationsOf(families), url, ownerUrl);

export const checkSchema = async (url: string): Promise<void> =>
  schema.checkSchema(await migrationsOf(), url);
