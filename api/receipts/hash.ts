import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { hashable } from '../../domain/hashable.ts';
import type { Json } from '../../schemas/core/json.ts';

/** SHA-256 in hex over the RFC 8785 JSON of a value; numbers that no double holds are hashed with their digits. */
export const hashJson = (value: unknown): string =>
  createHash('sha256')
    .update(canonicalize(hashable(value as Json)) ?? '')
    .digest('hex');
