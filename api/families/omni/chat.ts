import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { findChat, insertChat } from '../../../db/omni/chats.ts';
import type { RunRow } from '../../../db/repositories/runs.ts';
import type { ChatInput, ChatSettings } from '../../../domain/omni/ports.ts';
import { ChatAnswer, ChatBody, ChatRunning } from '../../../schemas/families/omni/chat.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import { defineRoute, type Route } from '../../route.ts';
import { requireRun } from '../../runs/commands.ts';
import type { StartableRun, WorkflowStart } from '../../runs/start-request.ts';
import { startRun } from '../../runs/start.ts';
import { untilEnded } from '../../runs/until-ended.ts';
import { FAMILY, TAGS } from './names.ts';
import type { OmniOptions } from './options.ts';
import { outputOf } from './output.ts';
import { agentNotFound } from './problems.ts';
import { agentsOf } from './shared.ts';

const RETRY_AFTER_S = 5;

export const chatRoutes = (options: OmniOptions): Route[] => [chat(options), read()];

const responses = {
  200: { description: 'The answer. A rejection by the policy is in its steps.', schema: ChatAnswer },
  202: { description: 'It goes on; GET /chat/{task_id} tells how it ended.', schema: ChatRunning },
} as const;

const chat = (options: OmniOptions): Route =>
  defineRoute({
    method: 'post',
    path: '/chat',
    summary: 'Send a message to an agent',
    description:
      'The agent calls the tools that the message needs and pays for each call as its policy allows. Send an Idempotency-Key to be safe against lost answers.',
    tags: TAGS,
    scope: 'operate',
    idempotent: true,
    body: ChatBody,
    responses,
    errors: ['agent_not_found', 'agent_paused', 'agent_has_no_budget', 'agent_busy', 'task_failed'],
    async handler(ctx, { body }) {
      const runId = await begin(ctx, options, body);
      const run = await untilEnded(ctx, runId, options.chatWaitMs);
      return answer(ctx, run!, body.agent_id);
    },
  });

const read = (): Route =>
  defineRoute({
    method: 'get',
    path: '/chat/:task_id',
    missing: { task_id: 'task_not_found' },
    summary: 'How a chat stands, or its answer',
    tags: TAGS,
    scope: 'read',
    params: z.object({ task_id: z.string().min(1).max(250) }),
    responses,
    errors: ['task_not_found', 'agent_busy', 'task_failed'],
    async handler(ctx, { params }) {
      const missing = { code: 'task_not_found', detail: 'There is no such chat.' };
      const run = await requireRun(ctx, params.task_id, missing);
      const found = await findChat(ctx.deps.db.pool, run.id);
      if (found === undefined) throw new ApiError(missing.code, missing.detail);
      return answer(ctx, run, found.agent_id);
    },
  });

async function begin(ctx: Ctx, options: OmniOptions, body: ChatBody): Promise<string> {
  if (ctx.claim?.runId !== undefined && ctx.claim.runId !== null) return ctx.claim.runId; // an earlier try began it
  const { agent_id: agentId, message, session_id: session } = body;
  const agent = (await agentsOf(ctx, options)).find(({ id }) => id === agentId);
  if (agent === undefined) throw await noAgent(ctx, agentId);
  if (agent.pausedAt !== null)
    throw new ApiError(
      'agent_paused',
      `Agent ${agentId} is paused${agent.pauseReason === null ? '' : ` (${agent.pauseReason})`}; POST /agents/${agentId}/resume lets it go on.`,
    );
  const { tenant, subject } = ctx.principal;
  const id = `chat_${randomUUID()}`;
  const { runId } = await startRun(ctx.deps, {
    run: {
      id,
      tenant,
      family: FAMILY,
      kind: 'chat',
      subject: subject ?? agentId,
      workflowId: id,
      input: { agent_id: agentId, message, ...(session !== undefined && { session_id: session }) },
      settings: { ...options.chat, agentId },
      view: { agent_id: agentId },
      purse: { kind: 'budget', budget: agent.budgetId, agent: agentId, withoutRoom: 'refuse' },
    },
    start: chatStart(options),
    claim: ctx.claim,
    within: (client) =>
      insertChat(client, { run_id: id, tenant, agent_id: agentId, session_id: session ?? null }),
  });
  return runId;
}

/** Agents of other families have no budget here. */
async function noAgent(ctx: Ctx, id: string): Promise<ApiError> {
  for (const family of ctx.deps.families)
    if ((await family.agents?.(ctx))?.some((agent) => agent.id === id) === true)
      return new ApiError(
        'agent_has_no_budget',
        `Agent ${id} has no budget: chat with one of GET /treasury.`,
      );
  return agentNotFound(id);
}

/** How a chat is started, from its row alone: sweepers start what a crash left behind with the same. */
export const chatStart =
  ({ taskQueue }: OmniOptions) =>
  ({ id: runId, tenant, subject, settings }: StartableRun): WorkflowStart => {
    const chatSettings = settings as unknown as ChatSettings;
    const input: ChatInput = { runId, tenant, subject, settings: chatSettings };
    return {
      workflowType: 'omniChat',
      args: [input],
      taskQueue,
      summary: `chat of ${chatSettings.agentId}`,
    };
  };

type Answer =
  | { status: 200; body: ChatAnswer }
  | { status: 202; body: ChatRunning; headers: Record<string, string> };

async function answer(ctx: Ctx, run: RunRow, agentId: string): Promise<Answer> {
  const { id, status } = run;
  if (run.finished_at === null)
    return {
      status: 202,
      headers: { 'retry-after': String(RETRY_AFTER_S) },
      body: {
        agent_id: agentId,
        task_id: id,
        status: 'running',
        response: `The agent is still at work; ask GET /chat/${id}.`,
        steps: [],
      },
    };
  const error = errorOf(run);
  if (error?.code === 'AGENT_BUSY')
    throw new ApiError('agent_busy', error.message, {
      headers: { 'retry-after': String(RETRY_AFTER_S) },
      members: { task_id: id },
    });
  const output = await outputOf<ChatAnswer>(ctx, run);
  if (output === undefined)
    throw new ApiError('task_failed', error?.message ?? `The chat was ${status} before it had an answer.`, {
      members: { task_id: id },
    });
  const told = status === 'completed' ? 'completed' : status === 'cancelled' ? 'cancelled' : 'failed';
  return { status: 200, body: { ...output, status: told, ...(error !== undefined && { error }) } };
}

function errorOf({ view }: RunRow): { code: string; message: string } | undefined {
  const error = view['error'] as { code?: string; message?: string } | undefined | null;
  return error == null ? undefined : { code: error.code ?? 'FAILED', message: error.message ?? 'It failed.' };
}
