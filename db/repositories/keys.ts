import type { EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from '../entities.ts';
import type { Queryable } from '../ledger.ts';

/** What authentication needs of a key, by primary key. */
export interface KeyRow {
  prefix: string;
  secret_hash: string;
  tenant: string;
  subject: string;
  scopes: string[];
  expires_at: Date | null;
  revoked_at: Date | null;
}

export async function findKey(db: Queryable, prefix: string): Promise<KeyRow | undefined> {
  const { rows } = await db.query<KeyRow>({
    name: 'key_find',
    text: 'select prefix, secret_hash, tenant, subject, scopes, expires_at, revoked_at from api_key where prefix = $1',
    values: [prefix],
  });
  return rows[0];
}

export interface NewKey {
  prefix: string;
  secretHash: string;
  tenant: string;
  subject: string;
  name: string;
  scopes: string[];
  expiresAt: Date | null;
  rotatedFrom: string | null;
}

export async function insertKey(em: EntityManager, key: NewKey): Promise<ApiKey> {
  const created = em.create(ApiKey, { ...key, revokedAt: null, createdAt: new Date() });
  await em.flush();
  return created;
}

export async function listKeys(em: EntityManager, tenant: string): Promise<ApiKey[]> {
  return em.find(ApiKey, { tenant }, { orderBy: { createdAt: 'desc', prefix: 'asc' }, limit: 1000 });
}

export async function findKeyOf(em: EntityManager, tenant: string, prefix: string): Promise<ApiKey | null> {
  return em.findOne(ApiKey, { tenant, prefix });
}

/** The successor is valid at once; the old key stays valid until the overlap ends, never longer than it was. */
export async function rotateKey(
  em: EntityManager,
  old: ApiKey,
  next: NewKey,
  overlapUntil: Date,
): Promise<ApiKey> {
  return em.transactional(async (inner) => {
    inner.assign(inner.merge(old), {
      expiresAt: old.expiresAt && old.expiresAt < overlapUntil ? old.expiresAt : overlapUntil,
    });
    return insertKey(inner, next);
  });
}

export async function revokeKey(em: EntityManager, key: ApiKey): Promise<void> {
  key.revokedAt ??= new Date();
  await em.flush();
}
