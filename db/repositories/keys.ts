import { LIMIT_IDLE } from '../connections.ts';
import { LockMode, type EntityManager } from '@mikro-orm/postgresql';
import { ApiKey } from '../entities.ts';
import type { Queryable } from '../ledger.ts';

/** Channel on which a trigger (migration 11) notifies of changed keys; the payload is the key's prefix. */
export const KEYS_CHANNEL = 'steward_keys';

/** What deciding about a key needs. The database's clock, one for all processes, says whether the key has expired. */
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

/** Many keys in one round trip. The answer leaves out keys that are gone. */
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

/** Names one of a tenant's keys. */
export interface KeyName {
  tenant: string;
  prefix: string;
}

export interface Rotation {
  /** Prefix and hash of the successor. */
  fresh: Pick<NewKey, 'prefix' | 'secretHash'>;
  /** How long the old key still works; its own end still holds. */
  overlapUntil: Date;
  /** The end of the successor. Undefined: the old key's end. */
  expiresAt: Date | null | undefined;
}

export type RotationOutcome =
  | { kind: 'rotated'; created: ApiKey }
  | { kind: 'missing' | 'revoked' | 'expired' }
  /** It has a successor that is valid. */
  | { kind: 'succeeded'; by: string };

/** Locks the old key's row. A revocation at the same time wins, and of two rotations at once only one succeeds. */
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

/** A second revocation keeps the time of the first. Null when the tenant has no such key. */
export async function revokeKey(em: EntityManager, key: KeyName): Promise<ApiKey | null> {
  await em.nativeUpdate(ApiKey, { ...key, revokedAt: null }, { revokedAt: new Date() });
  return em.findOne(ApiKey, { ...key });
}
