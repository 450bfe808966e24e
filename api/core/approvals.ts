import { z } from 'zod';
import { findInboxItem, listInbox } from '../../db/repositories/run-lists.ts';
import { ApprovalPage, DecisionBody, NoQuery } from '../../schemas/core/api.ts';
import { QuestionRecord } from '../../schemas/core/question.ts';
import { ApprovalRecord } from '../../schemas/core/run.ts';
import type { Ctx } from '../context.ts';
import { page, PageQuery, readCursor } from '../http/paging.ts';
import { ApiError } from '../problem.ts';
import { defineRoute } from '../route.ts';
import { approveRun, orEarlierAnswer, rejectRun, requireRun } from '../runs/commands.ts';
import { toApproval, toInbox } from '../runs/to-wire.ts';
import { hiddenFrom } from '../runs/visibility.ts';

const tags = ['approvals'];
const MISSING = { code: 'approval_not_found', detail: 'There is no such approval.' };

const list = defineRoute({
  method: 'get',
  path: '/approvals',
  summary: 'What waits for people: plans to approve and questions to answer, newest first',
  tags,
  scope: 'read',
  query: PageQuery(50, 200).extend({
    status: z
      .enum([...ApprovalRecord.shape.status.options, ...QuestionRecord.shape.status.options])
      .optional(),
    kind: z.enum(['approval', 'input']).optional(),
  }),
  responses: { 200: { description: 'A page of approvals.', schema: ApprovalPage } },
  errors: ['invalid_cursor'],
  async handler({ deps, principal }, { query: { status, kind, limit, cursor } }) {
    const hidden = hiddenFrom(deps.families, principal);
    const after = readCursor(cursor);
    const wanted = { status, kind };
    const rows = await listInbox(deps.db.pool, principal.tenant, wanted, after, limit + 1, hidden);
    const shown = page(rows, limit, (row) => ({ at: row.requested_at, id: row.id }));
    return { status: 200, body: { approvals: await toInbox(deps, shown.rows), next_cursor: shown.next } };
  },
});

const decide = defineRoute({
  method: 'post',
  path: '/approvals/:id',
  missing: { id: 'approval_not_found' },
  summary: 'Approve or reject what was asked',
  tags,
  scope: 'approve',
  idempotent: true,
  query: NoQuery,
  body: DecisionBody,
  responses: { 200: { description: 'The approval as it is now.', schema: ApprovalRecord } },
  errors: [
    'approval_not_found',
    'unsupported_action',
    'plan_changed',
    'partial_plan',
    'invalid_state',
    'approval_expired',
    'insufficient_escrow',
    'workflow_lost',
  ],
  async handler(ctx, { params, body }) {
    const asked = await requireApproval(ctx, params['id'] ?? '');
    const run = await requireRun(ctx, asked.run_id, MISSING);
    const hash = body.plan_hash ?? asked.plan_hash;
    const bound = hash === '' ? {} : { planHash: hash };
    const accepted = body.accept_partial === undefined ? {} : { acceptPartial: body.accept_partial };
    const decideRun = (): Promise<unknown> =>
      body.decision === 'reject'
        ? rejectRun(ctx, run, { reason: body.reason, ...bound })
        : approveRun(ctx, run, { ...bound, ...accepted });
    await orEarlierAnswer(ctx, run, decideRun);
    return { status: 200, body: await requireApproval(ctx, asked.id) };
  },
});

async function requireApproval(
  { deps, principal }: Ctx,
  id: string,
): Promise<z.output<typeof ApprovalRecord>> {
  const row = await findInboxItem(deps.db.pool, principal.tenant, id);
  if (row?.kind === 'input')
    throw new ApiError(
      'unsupported_action',
      `This is a question; answer it with POST /runs/${row.run_id}/inputs.`,
    );
  if (row === undefined) throw new ApiError(MISSING.code, MISSING.detail);
  return toApproval(row);
}

export const approvalRoutes = [list, decide];
