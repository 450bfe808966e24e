import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A fresh key. Only the hash is stored; `key` is shown once. */
export function generateKey(): { key: string; prefix: string; secretHash: string } {
  const prefix = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { key: `sk_${prefix}_${secret}`, prefix, secretHash: sha256(secret) };
}

export function splitKey(key: string): { prefix: string; secret: string } | undefined {
  const match = /^sk_([0-9a-z]{4,32})_([\w-]{16,200})$/.exec(key);
  return match?.[1] && match[2] ? { prefix: match[1], secret: match[2] } : undefined;
}

/** Stands in for a key that does not exist, so that the same work is done: no key has this prefix, no secret this hash. */
export const NO_KEY = { prefix: '-', hash: '0'.repeat(64) };

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Compares hashes in constant time. A stored value that is not a hash matches nothing. */
export function sameSecret(given: string, hash: string): boolean {
  const [ours, theirs] = [Buffer.from(hash, 'hex'), Buffer.from(sha256(given), 'hex')];
  return ours.length === theirs.length && timingSafeEqual(ours, theirs);
}
