import { z } from 'zod';
import type { Attention } from '../../db/entities.ts';
import { listAttention, resolveAttention } from '../../db/repositories/attention.ts';
import { AttentionPage, AttentionRecord, ResolveBody } from '../../schemas/core/api.ts';
import { actorOf } from '../http/pipeline.ts';
import { page, PageQuery, readCursor } from '../http/paging.ts';
import { keepClaim } from '../middleware/idempotency.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { hiddenFrom } from '../runs/visibility.ts';
import { isoOrNull } from './times.ts';

const tags = ['attention'];

const list = defineRoute({
  method: 'get',
  path: '/attention',
  summary: 'What a person must look at, newest first',
  tags,
  scope: 'read',
  query: PageQuery(50, 200).extend({ resolved: z.enum(['true', 'false']).default('false') }),
  responses: { 200: { description: 'A page of items.', schema: AttentionPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { resolved, limit, cursor } }) {
    const rows = await listAttention(
      deps.db.em(),
      principal.tenant,
      resolved === 'true',
      readCursor(cursor),
      limit + 1,
      hiddenFrom(deps.families, principal),
    );
    const shown = page(rows, limit, (row) => ({ at: row.createdAt, id: row.id }));
    return { status: 200, body: { attention: shown.rows.map(toRecord), next_cursor: shown.next } };
  },
});

const resolve = defineRoute({
  method: 'post',
  path: '/attention/:id/resolve',
  missing: { id: 'attention_not_found' },
  summary: 'Close an item, saying what was done',
  tags,
  scope: 'operate',
  idempotent: true,
  body: ResolveBody,
  responses: { 200: { description: 'The item, resolved.', schema: AttentionRecord } },
  errors: ['attention_not_found'],
  async handler({ deps, principal, claim }, { params, body }) {
    const item = await resolveAttention(
      deps.db.em(),
      principal.tenant,
      params['id'] ?? '',
      actorOf(principal),
      body.note,
      hiddenFrom(deps.families, principal),
      () => keepClaim(deps.db.pool, claim),
    );
    if (item === null) throw new ApiError('attention_not_found', 'There is no such item.');
    return { status: 200, body: toRecord(item) };
  },
});

const toRecord = (item: Attention): AttentionRecord => ({
  id: item.id,
  kind: item.kind,
  run_id: item.runId ?? null,
  detail: item.detail,
  data: item.data,
  created_at: item.createdAt.toISOString(),
  resolved_at: isoOrNull(item.resolvedAt ?? null),
  resolved_by: item.resolvedBy ?? null,
  note: item.note ?? null,
});

export const attentionRoutes = [list, resolve];
