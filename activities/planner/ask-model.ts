import Anthropic, { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { ModelPlan } from './model-schema.ts';

/** One turn of the conversation with the model. */
export interface Turn {
  role: 'user' | 'assistant';
  content: string;
}

/** `retry` is worth repeating after the delay; `failed` is not. Messages never carry the key or the model's words. */
export type ModelAnswer =
  | { kind: 'plan'; plan: ModelPlan; raw: string }
  | { kind: 'retry'; message: string; retryAfterMs?: number }
  | { kind: 'failed'; message: string };

export interface ModelSettings {
  apiKey: string;
  model: string;
  baseURL?: string | undefined;
  timeoutMs?: number;
  maxTokens?: number;
}

export type AskModel = (system: string, turns: readonly Turn[], signal?: AbortSignal) => Promise<ModelAnswer>;

/** Asks Claude for a plan in the strict schema. Temporal repeats, so the SDK does not. */
export function createAskModel({
  apiKey,
  model,
  baseURL,
  timeoutMs = 60_000,
  maxTokens = 16_000,
}: ModelSettings): AskModel {
  const client = new Anthropic({
    apiKey,
    maxRetries: 0,
    timeout: timeoutMs,
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  const format = zodOutputFormat(ModelPlan);
  return async (system, turns, signal) => {
    try {
      const message = await client.messages.create(
        { model, max_tokens: maxTokens, system, messages: [...turns], output_config: { format } },
        signal === undefined ? {} : { signal },
      );
      return readMessage(message);
    } catch (error) {
      if (signal?.reason instanceof DOMException && signal.reason.name === 'TimeoutError')
        return { kind: 'retry', message: 'The planning model took too long.' };
      return readError(error);
    }
  };
}

/** `messages.parse` would throw with the model's words in the error; the answer is read here instead. */
function readMessage(message: Anthropic.Message): ModelAnswer {
  if (message.stop_reason === 'refusal')
    return { kind: 'failed', message: 'The planning model refused the request.' };
  if (message.stop_reason === 'max_tokens')
    return { kind: 'failed', message: 'The plan was too long for the planning model.' };
  const raw = message.content.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  const parsed = ModelPlan.safeParse(parseJson(raw));
  if (!parsed.success)
    return { kind: 'failed', message: 'The planning model answered with something other than a plan.' };
  return { kind: 'plan', plan: parsed.data, raw };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function readError(error: unknown): ModelAnswer {
  if (error instanceof APIConnectionError)
    return { kind: 'retry', message: 'The planning model could not be reached.' };
  if (!(error instanceof APIError) || error.status === undefined) throw error;
  const status = Number(error.status);
  const message = `The planning model answered ${status}${ADVICE[status] ?? ''}.`;
  const isPassing = status === 408 || status === 409 || status === 429 || status >= 500;
  if (!isPassing) return { kind: 'failed', message };
  const retryAfterMs = retryAfter(error.headers);
  return { kind: 'retry', message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

const ADVICE: { readonly [status: number]: string } = {
  401: ': check ANTHROPIC_API_KEY',
  403: ': the key may not use this model',
  404: ': check PLANNER_MODEL',
  429: ': its rate limit is reached',
  529: ': it is overloaded',
};

const LONGEST_WAIT = 60_000; // ms

function retryAfter(headers: Headers | undefined): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(ms) ? ms : seconds * 1000;
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, LONGEST_WAIT) : undefined;
}
