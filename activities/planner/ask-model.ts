import Anthropic, { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod';
import { isObject } from '../../domain/json.ts';
import { fetchBounded, TooLarge } from './fetch-bounded.ts';
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
    fetch: fetchBounded,
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

/**
 * `messages.parse` would throw with the model's words in the error; the answer is read here instead. Whatever stands before
 * the model may have answered, so nothing of it is taken for granted.
 */
function readMessage(message: unknown): ModelAnswer {
  if (!isObject(message) || !Array.isArray(message['content']))
    return { kind: 'failed', message: NO_MESSAGE };
  const why = ENDS[String(message['stop_reason'])];
  if (why !== undefined) return { kind: 'failed', message: why };
  const raw = message['content'].flatMap((block) => textOf(block)).join('');
  const parsed = ModelPlan.safeParse(parseJson(raw));
  if (!parsed.success)
    return { kind: 'failed', message: 'The planning model answered with something other than a plan.' };
  return { kind: 'plan', plan: parsed.data, raw };
}

const NO_MESSAGE =
  'What answered in place of the planning model is none: check ANTHROPIC_BASE_URL and what lies between.';

/** Why a model stopped before its plan was done. */
const ENDS: { readonly [reason: string]: string | undefined } = {
  refusal: 'The planning model refused the request.',
  max_tokens: 'The plan was too long for the planning model.',
  model_context_window_exceeded: 'The plan was too long for the planning model.',
  pause_turn: 'The planning model paused before its plan was done.',
};

const textOf = (block: unknown): string[] => {
  const text = isObject(block) && block['type'] === 'text' ? block['text'] : undefined;
  return typeof text === 'string' ? [text] : [];
};

/** Some models put a fence around their JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(/^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/i.exec(text)?.[1] ?? text);
  } catch {
    return undefined;
  }
}

function readError(error: unknown): ModelAnswer {
  if (error instanceof APIConnectionError)
    return { kind: 'retry', message: 'The planning model could not be reached.' };
  if (error instanceof APIUserAbortError) throw error;
  if (error instanceof APIError && error.status !== undefined) return readRefusal(error);
  if (isLostConnection(error))
    return { kind: 'retry', message: 'The planning model broke off in its answer.' };
  return { kind: 'failed', message: error instanceof TooLarge ? error.message : NO_MESSAGE };
}

/** A body that ends too early comes as an error with a cause; one that is no JSON has none. */
const isLostConnection = (error: unknown): boolean =>
  error instanceof Error && error.cause !== undefined && !(error instanceof SyntaxError);

function readRefusal(error: APIError): ModelAnswer {
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

function retryAfter(headers: APIError['headers']): number | undefined {
  const ms = Number(headers?.get('retry-after-ms') ?? Number.NaN);
  const seconds = Number(headers?.get('retry-after') ?? Number.NaN);
  const wait = Number.isFinite(ms) ? ms : seconds * 1000;
  return Number.isFinite(wait) && wait >= 0 ? Math.min(wait, LONGEST_WAIT) : undefined;
}
