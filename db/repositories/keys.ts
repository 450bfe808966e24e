import { LIMIT_IDLE } from '../connections.ts';
import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from '../entities.ts';
import type { Queryable } from '../ledger.ts';

/** Channel on which the database tells of keys that changed (a trigger, migration 11); the payload is the key's prefix. */
export const KEYS_CHANNEL = 'steward_keys';

/** What authority needs of a key. The database's clock says whether it has expired: it is one for all processes. */
export interface KeyRow {
  prefix: string;
  secret_hash: string;
  tenant: string;
  subject: string;
  scopes: string[];
  revoked: boolean;
  expired: boolean;
}

const COLUMNS = `prefix, secret_hash, tenant, subject, scopes, revoked_at is not null as revoked,
  coalesce(expires_at <= now(), false) as expired`;

export async function findKey(db: Queryable, prefix: string): Promise<KeyRow | undefined> {
  const { rows } = await db.query<KeyRow>({
    name: 'key_find',
    text: `select ${COLUMNS} from api_key where prefix = $1`,
    values: [prefix],
  });
  return rows[0];
}

/** Many keys in one round trip; those that are gone are missing. */
export async function findKeys(db: Queryable, prefixes: readonly string[]): Promise<Map<string, KeyRow>> {
  const { rows } = await db.query<KeyRow>({
    name: 'keys_find',
    text: `select ${COLUMNS} from api_key where prefix = any($1)`,
    values: [prefixes],
  });
  return new Map(rows.map((row) => [row.prefix, row]));
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

/** Which of a tenant's keys. */
export interface KeyName {
  tenant: string;
  prefix: string;
}

export interface Rotation {
  /** The successor's own. */
  fresh: Pick<NewKey, 'prefix' | 'secretHash'>;
  /** Until when the old key works on, never longer than it would have. */
  overlapUntil: Date;
  /** The successor's end; undefined: the old key's. */
  expiresAt: Date | null | undefined;
}

export type RotationOutcome =
  | { kind: 'rotated'; created: ApiKey }
  | { kind: 'missing' | 'revoked' | 'expired' }
  /** A successor of it is alive. */
  | { kind: 'succeeded'; by: string };

/** Under the old key's row lock: of a rotation and a revocation at once, the revocation wins; of two rotations, one. */
export async function rotateKey(
  em: EntityManager,
  key: KeyName,
  { fresh, overlapUntil, expiresAt }: Rotation,
): Promise<RotationOutcome> {
  return em.transactional(async (inner): Promise<RotationOutcome> => {
    await inner.execute(LIMIT_IDLE);
    const old = await inner.findOne(ApiKey, { ...key }, { lockMode: LockMode.PESSIMISTIC_WRITE });
    if (old === null) return { kind: 'missing' };
    if (old.revokedAt) return { kind: 'revoked' };
    const end = old.expiresAt ?? null;
    if (end !== null && end.getTime() <= Date.now()) return { kind: 'expired' };
    const heir = await inner.findOne(ApiKey, {
      tenant: key.tenant,
      rotatedFrom: old.prefix,
      revokedAt: null,
      $or: [{ expiresAt: null }, { expiresAt: { $gt: new Date() } }],
    });
    if (heir !== null) return { kind: 'succeeded', by: heir.prefix };
    old.expiresAt = end !== null && end < overlapUntil ? end : overlapUntil;
    const { tenant, subject, name, scopes, prefix: rotatedFrom } = old;
    const next = { ...fresh, tenant, subject, name, scopes, rotatedFrom };
    const created = await insertKey(inner, { ...next, expiresAt: expiresAt === undefined ? end : expiresAt });
    return { kind: 'rotated', created };
  });
}

/** Again changes nothing: the first time counts. Null when the tenant has no such key. */
export async function revokeKey(em: EntityManager, key: KeyName): Promise<ApiKey | null> {
  await em.nativeUpdate(ApiKey, { ...key, revokedAt: null }, { revokedAt: new Date() });
  return em.findOne(ApiKey, { ...key });
}
