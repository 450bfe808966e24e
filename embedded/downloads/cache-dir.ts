import { chmodSync, lstatSync, mkdirSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { canReach, isRoot, nobody } from './identity.ts';

/**
 * The folder for programs that are fetched or copied once: under XDG_CACHE_HOME or ~/.cache. Where that cannot be made,
 * or (under root) PostgreSQL's unprivileged user cannot enter it, a folder of the system.
 */
export function defaultCacheDir(env: NodeJS.ProcessEnv = process.env): string {
  const uid = process.getuid?.() ?? 0;
  const reader = isRoot() ? nobody() : undefined;
  const candidates = [
    join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'steward'),
    ...(isRoot() ? ['/var/cache/steward'] : []),
    `/var/tmp/steward-${uid}`,
    join(tmpdir(), `steward-${uid}`),
  ];
  const found = candidates.find((folder) => isOurs(folder, uid) && (!reader || canReach(folder, reader)));
  if (found) return found;
  throw new Error(
    `no usable cache folder among ${candidates.join(', ')}: set XDG_CACHE_HOME to a folder you can write to`,
  );
}

/** Programs are run from here, so nobody else may be able to put one here (everybody can write to /var/tmp). */
function isOurs(folder: string, uid: number): boolean {
  try {
    if (mkdirSync(folder, { recursive: true })) chmodSync(folder, 0o755);
    const stat = lstatSync(folder);
    return stat.isDirectory() && stat.uid === uid && (stat.mode & 0o022) === 0;
  } catch {
    return false;
  }
}
