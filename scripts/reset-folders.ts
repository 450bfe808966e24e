import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { dataDirInCache } from '../embedded/postgres/data-folder.ts';

/** The first things that the embedded stack makes. Every data folder has at least one of them. */
const SIGNS = ['data.key', 'local-chains.seed', 'stack.env', 'temporal.db'];

export interface Reset {
  /** The folder of the embedded stack. */
  dataDir: string;
  /** What exists and would be deleted, the data folder first. */
  folders: string[];
}

/**
 * What a reset would delete: the data folder, and PostgreSQL's own folder where PostgreSQL ran as another user (under
 * root).
 */
export function planReset(dataDir: string, cacheDir: string): Reset {
  const folder = resolve(dataDir);
  const elsewhere = dirname(dataDirInCache(join(folder, 'postgres'), cacheDir));
  return { dataDir: folder, folders: [folder, elsewhere].filter((path) => existsSync(path)) };
}

/** Why this folder must not be deleted; undefined when it is a data folder of the embedded stack and nothing else. */
export function refusal(dataDir: string, project: string): string | undefined {
  const folder = resolve(dataDir);
  const precious = [project, homedir(), process.cwd()].find((path) => contains(folder, path));
  if (precious !== undefined)
    return `${folder} contains ${precious}: it is not deleted. Set DATA_DIR to the stack's own folder.`;
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder);
  if (names.length === 0 || SIGNS.some((name) => names.includes(name))) return undefined;
  return `${folder} does not look like a data folder of Steward (no ${SIGNS.join(', ')} in it): it is not deleted.`;
}

function contains(folder: string, path: string): boolean {
  const way = relative(folder, resolve(path));
  return way === '' || !way.startsWith('..');
}
