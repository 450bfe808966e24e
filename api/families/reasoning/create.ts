import { randomBytes } from 'node:crypto';
import { findRun } from '../../../db/repositories/runs.ts';
import { escrowAsset } from '../../../domain/assets.ts';
import { EngineError } from '../../../domain/errors.ts';
import { parseUnits } from '../../../domain/money.ts';
import type { RunInput, RunSettings } from '../../../domain/run-settings.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { CreatedWorkflow, CreateWorkflow } from '../../../schemas/families/reasoning.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import type { StartableRun, WorkflowStart } from '../../runs/start-request.ts';
import { startRun } from '../../runs/start.ts';
import { requireUser } from './access.ts';
import { FAMILY, TAGS } from './names.ts';
import type { ReasoningOptions } from './options.ts';

export function createRoute(options: ReasoningOptions): Route {
  return defineRoute({
    method: 'post',
    path: '/workflows/create',
    summary: 'Create a workflow from a task in plain words',
    description:
      'Planning begins at once; the plan waits for approval. Send an Idempotency-Key to be safe against lost answers.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    user: 'body.userId',
    money: { paths: ['maxCost', 'maxTime'] },
    exact: ['metadata'],
    body: CreateWorkflow,
    responses: { 201: { description: 'Created; planning has begun.', schema: CreatedWorkflow } },
    errors: ['run_abandoned'],
    handler: async (ctx, { body }) => {
      requireUser(ctx, body.userId);
      const runId = await begin(ctx, options, body);
      const row = await findRun(ctx.deps.db.pool, ctx.principal.tenant, runId);
      const createdAt = (row?.created_at ?? new Date()).toISOString();
      return { status: 201, body: { success: true, workflow: { id: runId, status: 'planning', createdAt } } };
    },
  });
}

async function begin(ctx: Ctx, options: ReasoningOptions, body: CreateWorkflow): Promise<string> {
  const { userId, input, metadata } = body;
  const id = newWorkflowId(Date.now());
  const { runId } = await startRun(ctx.deps, {
    run: {
      id,
      tenant: ctx.principal.tenant,
      family: FAMILY,
      kind: FAMILY,
      subject: userId,
      workflowId: id,
      input: { input, ...(metadata === undefined ? {} : { metadata }) },
      settings: settingsOf(options, body),
    },
    start: workflowStart(options),
    claim: ctx.claim,
  });
  return runId;
}

/** `wf_<ms>_<16 hex>`. */
export const newWorkflowId = (nowMs: number): string => `wf_${nowMs}_${randomBytes(8).toString('hex')}`;

/** A maximum fixes the asset it is meant in: the planner prices in no other. */
function settingsOf(options: ReasoningOptions, { maxCost, maxTime, ask }: CreateWorkflow): JsonObject {
  const maxTimeMs = Math.min(maxTime || options.maxTimeMs, options.maxTimeMs);
  const settings: RunSettings = { ...options.run, maxTimeMs, ...(ask === true && { ask }) };
  if (maxCost === undefined) return { ...settings };
  return { ...settings, maxCost: minorOf(options, maxCost, 'maxCost'), asset: options.planAsset };
}

/** A request's amount in minor units of the plan asset, within the installation's ceiling. */
export function minorOf(options: ReasoningOptions, amount: string, path: string): string {
  const decimals = escrowAsset(options.assets, options.planAsset)?.decimals ?? 0;
  return withinCeiling(options, toMinor(amount, decimals, path), decimals, path);
}

export function withinCeiling(
  options: ReasoningOptions,
  minor: bigint,
  decimals: number,
  path: string,
): string {
  if (options.maxCost !== null && minor > parseUnits(options.maxCost, decimals))
    throw invalidField(path, `Must be at most ${options.maxCost}, the ceiling of this installation.`);
  return minor.toString();
}

export function toMinor(amount: string, decimals: number, path: string): bigint {
  try {
    return parseUnits(amount, decimals);
  } catch (error) {
    if (error instanceof EngineError) throw invalidField(path, error.message);
    throw error;
  }
}

export const invalidField = (path: string, message: string): ApiError =>
  new ApiError('validation_failed', `body: ${path}: ${message}`, {
    errors: [{ path, message, code: 'invalid' }],
  });

/** How Temporal is told, from the row alone: the sweeper of unstarted runs uses the same. Never the prompt. */
export function workflowStart(options: ReasoningOptions): (row: StartableRun) => WorkflowStart {
  return (row) => {
    const { asset: _asset, ...settings } = row.settings;
    const input: RunInput = {
      runId: row.id,
      tenant: row.tenant,
      subject: row.subject,
      settings: settings as unknown as RunSettings,
    };
    return {
      workflowType: 'reasoning',
      args: [input],
      taskQueue: options.taskQueue,
      summary: `reasoning for ${row.subject}`,
    };
  };
}
