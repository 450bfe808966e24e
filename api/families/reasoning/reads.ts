import { countWorkflows, listWorkflows } from '../../../db/repositories/run-detail.ts';
import {
  PageQuery,
  StepsAnswer,
  UserParams,
  WorkflowAnswer,
  WorkflowParams,
  WorkflowsAnswer,
} from '../../../schemas/families/reasoning.ts';
import { page, readCursor } from '../../http/paging.ts';
import { defineRoute, type Route } from '../../route.ts';
import { requireUser } from './access.ts';
import { FAMILY, TAGS } from './names.ts';
import type { ReasoningOptions } from './options.ts';
import { planOf, toStepResults, toSteps } from './to-wire.ts';
import { decimalsOf, requireOwn, show, withOutputs } from './workflows.ts';

export function readRoutes(options: ReasoningOptions): Route[] {
  return [getWorkflow(options), getSteps(options), listOfUser(options)];
}

const getWorkflow = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/workflows/:id',
    missing: { id: 'workflow_not_found' },
    summary: 'One workflow',
    tags: TAGS,
    scope: 'read',
    params: WorkflowParams,
    responses: { 200: { description: 'The workflow.', schema: WorkflowAnswer } },
    errors: ['workflow_not_found'],
    handler: async (ctx, { params }) => {
      const run = await withOutputs(ctx.deps, await requireOwn(ctx, params.id));
      return { status: 200, body: { success: true, workflow: await show(ctx.deps, options, run) } };
    },
  });

const getSteps = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/workflows/:id/steps',
    missing: { id: 'workflow_not_found' },
    summary: 'Steps of a workflow and how they went',
    tags: TAGS,
    scope: 'read',
    params: WorkflowParams,
    responses: {
      200: { description: 'The steps of the current plan and their results by id.', schema: StepsAnswer },
    },
    errors: ['workflow_not_found'],
    handler: async (ctx, { params }) => {
      const run = await withOutputs(ctx.deps, await requireOwn(ctx, params.id));
      const decimals = planOf(run)?.decimals ?? decimalsOf(options, undefined);
      const stepResults = toStepResults(run.steps, run.payments, decimals);
      return { status: 200, body: { success: true, steps: toSteps(run), stepResults } };
    },
  });

const listOfUser = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/users/:userId/workflows',
    summary: 'Workflows of a user, newest first',
    description: 'Without stepResults; read a workflow by its id for those.',
    tags: TAGS,
    scope: 'read',
    user: 'params.userId',
    params: UserParams,
    query: PageQuery,
    responses: { 200: { description: 'A page of workflows; `total` counts all.', schema: WorkflowsAnswer } },
    handler: async (ctx, { params: { userId }, query: { limit, cursor } }) => {
      requireUser(ctx, userId);
      const { pool } = ctx.deps.db;
      const whose = { tenant: ctx.principal.tenant, family: FAMILY, subject: userId };
      const [rows, total] = await Promise.all([
        listWorkflows(pool, whose, limit + 1, readCursor(cursor)),
        countWorkflows(pool, whose),
      ]);
      const shown = page(rows, limit, (row) => ({ at: row.created_at, id: row.id }));
      const workflows = await Promise.all(shown.rows.map((run) => show(ctx.deps, options, run)));
      return { status: 200, body: { success: true, workflows, total, nextCursor: shown.next } };
    },
  });
