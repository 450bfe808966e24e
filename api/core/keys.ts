import type { ApiKey } from '../../db/entities.ts';
import { findKeyOf, listKeys, revokeKey, rotateKey, type NewKey } from '../../db/repositories/keys.ts';
import { KeyBody, KeyList, KeyRecord, NewKeyRecord, RotateBody } from '../../schemas/core/api.ts';
import { Scope } from '../../schemas/core/principal.ts';
import type { Ctx } from '../context.ts';
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
  summary: 'Replace a key; the old one works on for a while',
  tags,
  scope: 'admin',
  body: RotateBody,
  responses: { 201: { description: 'The new key.', schema: NewKeyRecord } },
  errors: ['key_not_found', 'invalid_state'],
  async handler(ctx, { params, body }) {
    const em = ctx.deps.db.em();
    const old = await requireKey(ctx, em, params['id'] ?? '');
    if (old.revokedAt) throw new ApiError('invalid_state', 'The key is revoked; create a new one.');
    const { key, prefix, secretHash } = generateKey();
    const { tenant, subject, name, scopes } = old;
    const next: NewKey = {
      prefix,
      secretHash,
      tenant,
      subject,
      name,
      scopes,
      expiresAt: null,
      rotatedFrom: old.prefix,
    };
    const created = await rotateKey(
      em,
      old,
      next,
      new Date(Date.now() + (body?.overlap_seconds ?? 86_400) * 1000),
    );
    return { status: 201, body: { ...toRecord(created), key } };
  },
});

const revoke = defineRoute({
  method: 'post',
  path: '/admin/keys/:id/revoke',
  summary: 'Revoke a key, at once and for ever',
  tags,
  scope: 'admin',
  responses: { 200: { description: 'The key, revoked.', schema: KeyRecord } },
  errors: ['key_not_found'],
  async handler(ctx, { params }) {
    const em = ctx.deps.db.em();
    const key = await requireKey(ctx, em, params['id'] ?? '');
    await revokeKey(em, key);
    return { status: 200, body: toRecord(key) };
  },
});

async function requireKey(
  { principal }: Ctx,
  em: ReturnType<Ctx['deps']['db']['em']>,
  id: string,
): Promise<ApiKey> {
  const key = await findKeyOf(em, principal.tenant, id);
  if (key === null) throw new ApiError('key_not_found', 'There is no such key.');
  return key;
}

const toRecord = (key: ApiKey): KeyRecord => ({
  id: key.prefix,
  tenant: key.tenant,
  subject: key.subject,
  name: key.name,
  scopes: Scope.array().parse(key.scopes),
  rotated_from: key.rotatedFrom ?? null,
  created_at: key.createdAt.toISOString(),
  expires_at: isoOrNull(key.expiresAt ?? null),
  revoked_at: isoOrNull(key.revokedAt ?? null),
});

export const keyRoutes = [create, list, rotate, revoke];
