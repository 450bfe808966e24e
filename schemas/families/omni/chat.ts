import { z } from 'zod';
import { JsonObject } from '../../core/json.ts';
import { Id, Message } from './primitives.ts';

/** `POST /chat` (omni.md, section 1). The agent remembers the last 20 turns of a session. */
export const ChatBody = z
  .object({
    agent_id: z.string().trim().min(1).max(64),
    message: Message,
    session_id: z.string().trim().min(1).max(128).optional(),
  })
  .meta({ example: { agent_id: 'user-agent', message: 'What is the price of ETH?' } });
export type ChatBody = z.infer<typeof ChatBody>;

/** One tool call of a chat. `input` and `output` are the tool's own. */
export const ChatStep = z.object({
  step_id: z.string(),
  description: z.string(),
  agent_id: Id,
  service_id: z.string(),
  tool_name: z.string(),
  input: JsonObject,
  output: JsonObject,
  payment_id: z.string().nullable(),
  service_call_hash: z.string().nullable(),
  tx_hash: z.string().nullable(),
  policy_action: z.enum(['ALLOW', 'DENY', 'DOWNGRADE']),
  risk_level: z.string(),
  error: z.string().nullable(),
  status: z.enum(['success', 'failed', 'denied']),
});

/** 200 of a chat that is done. A policy rejection is in its steps. */
export const ChatAnswer = z.object({
  response: z.string(),
  agent_id: Id,
  task_id: z.string(),
  status: z.enum(['completed', 'failed', 'cancelled']),
  mode: z.enum(['llm', 'offline']),
  steps: z.array(ChatStep),
  a2a_transfers: z.array(JsonObject),
  escrow_records: z.array(JsonObject),
  guardian: z.object({ reasoning: z.string().nullable(), risk_score: z.number(), blocked: z.boolean() }),
  /** `mock`: payments were counted, and nothing moved. */
  payment_mode: z.enum(['live', 'mock']),
  error: z.object({ code: z.string(), message: z.string() }).optional(),
});
export type ChatAnswer = z.infer<typeof ChatAnswer>;

/** 202: it goes on; `GET /chat/{task_id}` tells how it ended. */
export const ChatRunning = z.object({
  agent_id: Id,
  task_id: z.string(),
  status: z.literal('running'),
  response: z.string(),
  steps: z.array(ChatStep),
});
export type ChatRunning = z.infer<typeof ChatRunning>;
