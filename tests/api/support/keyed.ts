import { generateKey } from '../../../api/keys/secrets.ts';
import type { Database } from '../../../db/database.ts';
import { insertKey } from '../../../db/repositories/keys.ts';
import type { Scope } from '../../../schemas/core/principal.ts';

export interface StoredKey {
  id: string;
  key: string;
  headers: { authorization: string };
  /** Changes the key's row in the database, as an operator would. `set` is SQL. */
  change(set: string): Promise<void>;
}

/** Writes a key into the database, without an API. */
export async function storeKey(
  db: Database,
  wanted: { subject: string; tenant?: string; scopes?: Scope[]; expiresAt?: Date },
): Promise<StoredKey> {
  const { key, prefix, secretHash } = generateKey();
  const { subject, tenant = 'default', scopes = ['read', 'operate', 'approve'], expiresAt = null } = wanted;
  await insertKey(db.em(), {
    prefix,
    secretHash,
    tenant,
    subject,
    name: 'test',
    scopes,
    expiresAt,
    rotatedFrom: null,
  });
  return {
    id: prefix,
    key,
    headers: { authorization: `Bearer ${key}` },
    change: async (set) =>
      void (await db.pool.query(`update api_key set ${set} where prefix = $1`, [prefix])),
  };
}
