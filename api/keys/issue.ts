import type { Database } from '../../db/database.ts';
import type { ApiKey } from '../../db/entities.ts';
import { insertKey, type NewKey } from '../../db/repositories/keys.ts';
import { generateKey } from './secrets.ts';

/** Makes and stores a key. `key` is the only place that has the secret. */
export async function issueKey(
  db: Pick<Database, 'em'>,
  wanted: Omit<NewKey, 'prefix' | 'secretHash' | 'rotatedFrom'>,
): Promise<{ created: ApiKey; key: string }> {
  const { key, prefix, secretHash } = generateKey();
  const created = await insertKey(db.em(), { ...wanted, prefix, secretHash, rotatedFrom: null });
  return { created, key };
}
