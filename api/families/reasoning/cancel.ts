import { NoQuery } from '../../../schemas/core/api.ts';
import { CancelAnswer, CancelWorkflow, WorkflowParams } from '../../../schemas/families/reasoning.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { cancelRun, orEarlierAnswer } from '../../runs/commands.ts';
import type { Ctx } from '../../context.ts';
import type { RunDetail } from '../../../db/repositories/run-detail.ts';
import type { RunStatus } from '../../../schemas/core/run.ts';
import { TAGS } from './names.ts';
import { statusWord } from './to-wire.ts';
import { requireOwn } from './workflows.ts';

export const cancelRoute: Route = defineRoute({
  method: 'post',
  path: '/workflows/:id/cancel',
  missing: { id: 'workflow_not_found' },
  summary: 'Cancel a workflow',
  description:
    'Nothing new is started or signed; payments that move are followed to their end, then finished work is undone.',
  tags: TAGS,
  scope: 'operate',
  idempotent: true,
  params: WorkflowParams,
  query: NoQuery,
  body: CancelWorkflow.optional(),
  responses: { 200: { description: 'Cancelled, or rolling back on the way there.', schema: CancelAnswer } },
  errors: ['workflow_not_found', 'cannot_cancel', 'workflow_lost'],
  handler: async (ctx, { params, body }) => {
    const run = await requireOwn(ctx, params.id);
    const { status } = await orEarlierAnswer(ctx, run, () => cancel(ctx, run, body?.reason));
    return {
      status: 200,
      body: { success: true, message: 'Workflow cancelled', status: statusWord(status) },
    };
  },
});

async function cancel(ctx: Ctx, run: RunDetail, reason: string | undefined): Promise<{ status: RunStatus }> {
  try {
    return await cancelRun(ctx, run, reason);
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 'invalid_state')) throw error;
    // It ended while we asked: its row knows how.
    return cancelRun(ctx, await requireOwn(ctx, run.id), reason);
  }
}
