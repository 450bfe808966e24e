import { z } from 'zod';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Metered } from '../llm/metered.ts';
import type { ModelRequest } from '../llm/model.ts';
import { ModelPlan } from './model-schema.ts';

/** One turn of the conversation with the model. */
export interface Turn {
  role: 'user' | 'assistant';
  content: string;
}

/**
 * `retry` is worth repeating after the delay; `failed` is not; `exhausted`: a budget has no tokens left. Messages never carry the
 * key or the model's words.
 */
export type PlanAnswer =
  | { kind: 'plan'; plan: ModelPlan; raw: string }
  | { kind: 'retry'; message: string; retryAfterMs?: number }
  | { kind: 'failed'; message: string }
  | { kind: 'exhausted'; message: string };

export type AskModel = (system: string, turns: readonly Turn[], signal?: AbortSignal) => Promise<PlanAnswer>;

const MAX_TOKENS = 16_000;

const outputSchema = { name: 'plan', schema: z.toJSONSchema(ModelPlan) as JsonObject };

/** Asks a model for a plan in the strict schema. `ask` counts what it uses. */
export const createAskModel =
  (ask: (request: ModelRequest) => ReturnType<Metered['ask']>): AskModel =>
  async (system, turns, signal) => {
    const answer = await ask({
      system,
      turns: turns.map(({ role, content: text }) =>
        role === 'user' ? { role, text } : { role, text, calls: [] },
      ),
      outputSchema,
      maxTokens: MAX_TOKENS,
      ...(signal !== undefined && { signal }),
    });
    switch (answer.kind) {
      case 'answer':
        return readPlan(answer.text);
      case 'refused':
      case 'failed':
        return { kind: 'failed', message: answer.message };
      case 'retry': {
        const { kind, message, retryAfterMs } = answer;
        return { kind, message, ...(retryAfterMs !== undefined && { retryAfterMs }) };
      }
      case 'exhausted':
        return { kind: 'exhausted', message: answer.message };
    }
  };

function readPlan(raw: string): PlanAnswer {
  const parsed = ModelPlan.safeParse(parseJson(raw));
  return parsed.success
    ? { kind: 'plan', plan: parsed.data, raw }
    : { kind: 'failed', message: 'The planning model answered with something other than a plan.' };
}

/** Some models put a fence around their JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(/^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/i.exec(text)?.[1] ?? text);
  } catch {
    return undefined;
  }
}
