import { statSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, nobody, type Identity } from '../downloads/identity.ts';

/**
 * The user that PostgreSQL runs as. It refuses root, so under root this is an unprivileged user; else it is us
 * (undefined). Existing data keeps its owner, so that a stack begun by an ordinary user can go on under root.
 */
export function postgresIdentity(dataDir: string): Identity | undefined {
  if (!isRoot()) return undefined;
  const existing = statSync(join(dataDir, 'PG_VERSION'), { throwIfNoEntry: false });
  if (existing && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid };
  const identity = nobody();
  if (identity) return identity;
  throw new Error(
    'PostgreSQL does not run as root and there is no user `nobody` here: run as an ordinary user, or set DATABASE_URL',
  );
}
