import type { ApiKey } from '../../db/entities.ts';
import { listKeys, revokeKey, rotateKey, type RotationOutcome } from '../../db/repositories/keys.ts';
import { KeyBody, KeyList, KeyRecord, NewKeyRecord, RotateBody } from '../../schemas/core/api.ts';
import { scopesOf } from '../keys/authority.ts';
import { issueKey } from '../keys/issue.ts';
import { generateKey } from '../keys/secrets.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { isoOrNull } from './times.ts';

const tags = ['admin'];

const create = defineRoute({
  method: 'post',
  path: '/admin/keys',
  summary: 'Create an API key; the answer is the only place that shows it',
  tags,
  scope: 'admin',
  body: KeyBody,
  responses: { 201: { description: 'The key.', schema: NewKeyRecord } },
  async handler({ deps, principal }, { body }) {
    const tenant = body.tenant ?? principal.tenant;
    if (tenant !== principal.tenant && !principal.operator)
      throw new ApiError('forbidden', 'Only the bootstrap key creates keys of another tenant.');
    const expiresAt = body.expires_at === undefined ? null : new Date(body.expires_at);
    const { name, subject, scopes } = body;
    const { created, key } = await issueKey(deps.db, { tenant, subject, name, scopes, expiresAt });
    return { status: 201, body: { ...toRecord(created), key } };
  },
});

const list = defineRoute({
  method: 'get',
  path: '/admin/keys',
  summary: "The tenant's keys, newest first, without their secrets",
  tags,
  scope: 'admin',
  responses: { 200: { description: 'The keys.', schema: KeyList } },
  async handler({ deps, principal }) {
    return { status: 200, body: { keys: (await listKeys(deps.db.em(), principal.tenant)).map(toRecord) } };
  },
});

const rotate = defineRoute({
  method: 'post',
  path: '/admin/keys/:id/rotate',
  missing: { id: 'key_not_found' },
  summary: 'Replace a key; the old one works on for a while',
  description:
    'The new key ends when the old one would have, unless `expires_at` says otherwise (null: never). A key that has ended, or has been replaced already, is not replaced.',
  tags,
  scope: 'admin',
  body: RotateBody,
  responses: { 201: { description: 'The new key.', schema: NewKeyRecord } },
  errors: ['key_not_found', 'invalid_state'],
  async handler({ deps, principal }, { params, body }) {
    const { key, prefix, secretHash } = generateKey();
    const rotation = {
      fresh: { prefix, secretHash },
      overlapUntil: new Date(Date.now() + (body?.overlap_seconds ?? 86_400) * 1000),
      expiresAt: expiryOf(body?.expires_at),
    };
    const old = { tenant: principal.tenant, prefix: params['id'] ?? '' };
    const created = createdBy(await rotateKey(deps.db.em(), old, rotation));
    return { status: 201, body: { ...toRecord(created), key } };
  },
});

function expiryOf(text: string | null | undefined): Date | null | undefined {
  if (text === undefined || text === null) return text;
  if (Date.parse(text) > Date.now()) return new Date(text);
  const message = 'Must be in the future: the new key would never work.';
  throw new ApiError('validation_failed', `body: expires_at: ${message}`, {
    errors: [{ path: 'expires_at', message, code: 'invalid' }],
  });
}

function createdBy(outcome: RotationOutcome): ApiKey {
  switch (outcome.kind) {
    case 'rotated':
      return outcome.created;
    case 'missing':
      throw noSuchKey();
    case 'succeeded':
      throw new ApiError(
        'invalid_state',
        `The key was replaced by ${outcome.by} already; rotate that one, or revoke it first.`,
      );
    case 'revoked':
      throw new ApiError('invalid_state', 'The key is revoked; create a new one with POST /admin/keys.');
    case 'expired':
      throw new ApiError('invalid_state', 'The key has expired; create a new one with POST /admin/keys.');
  }
}

const revoke = defineRoute({
  method: 'post',
  path: '/admin/keys/:id/revoke',
  missing: { id: 'key_not_found' },
  summary: 'Revoke a key, at once and for ever',
  tags,
  scope: 'admin',
  responses: { 200: { description: 'The key, revoked.', schema: KeyRecord } },
  errors: ['key_not_found'],
  async handler({ deps, principal }, { params }) {
    const key = await revokeKey(deps.db.em(), { tenant: principal.tenant, prefix: params['id'] ?? '' });
    if (key === null) throw noSuchKey();
    return { status: 200, body: toRecord(key) };
  },
});

const noSuchKey = (): ApiError => new ApiError('key_not_found', 'There is no such key.');

const toRecord = (key: ApiKey): KeyRecord => ({
  id: key.prefix,
  tenant: key.tenant,
  subject: key.subject,
  name: key.name,
  scopes: scopesOf(key),
  rotated_from: key.rotatedFrom ?? null,
  created_at: key.createdAt.toISOString(),
  expires_at: isoOrNull(key.expiresAt ?? null),
  revoked_at: isoOrNull(key.revokedAt ?? null),
});

export const keyRoutes = [create, list, rotate, revoke];
