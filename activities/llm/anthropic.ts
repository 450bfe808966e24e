import Anthropic, { APIConnectionError, APIError, APIUserAbortError } from '@anthropic-ai/sdk';
import { transformJSONSchema } from '@anthropic-ai/sdk/lib/transform-json-schema';
import { isObject } from '../../domain/json.ts';
import { noAnswer, readFailure, textOf, tookTooLong, toCall, useOf, type Words } from './failures.ts';
import { fetchBounded } from './fetch-bounded.ts';
import { limitTime } from './limit-time.ts';
import type { ChatModel, ModelAnswer, ModelRequest, ModelTurn } from './model.ts';

export interface AnthropicSettings {
  apiKey: string;
  model: string;
  baseURL?: string | undefined;
  timeoutMs: number;
  words: Words;
}

/** Claude over the Messages API. Temporal repeats, so the SDK does not. */
export function createAnthropic({ apiKey, model, baseURL, timeoutMs, words }: AnthropicSettings): ChatModel {
  const client = new Anthropic({
    apiKey,
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: fetchBounded,
    logLevel: 'off',
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  return {
    provider: 'anthropic',
    model,
    async ask(request) {
      const limit = limitTime(timeoutMs, request.signal);
      try {
        return readMessage(
          await client.messages.create(bodyOf(model, request), { signal: limit.signal }),
          words,
        );
      } catch (error) {
        const over = limit.over();
        if (over !== undefined) return tookTooLong(over, words);
        if (error instanceof APIUserAbortError) throw error;
        return readError(error, words);
      }
    },
  };
}

function bodyOf(model: string, request: ModelRequest): Anthropic.MessageCreateParamsNonStreaming {
  const { system, turns, tools = [], outputSchema, maxTokens } = request;
  return {
    model,
    max_tokens: maxTokens,
    system,
    messages: turns.map(toMessage),
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        name,
        description,
        input_schema: { ...inputSchema, type: 'object' as const },
      })),
    }),
    ...(outputSchema !== undefined && {
      output_config: {
        format: { type: 'json_schema' as const, schema: transformJSONSchema(outputSchema.schema) },
      },
    }),
  };
}

function toMessage(turn: ModelTurn): Anthropic.MessageParam {
  switch (turn.role) {
    case 'user':
      return { role: 'user', content: turn.text };
    case 'results':
      return {
        role: 'user',
        content: turn.results.map(({ callId, text, failed }) => ({
          type: 'tool_result' as const,
          tool_use_id: callId,
          content: text,
          is_error: failed,
        })),
      };
    case 'assistant': {
      if (turn.calls.length === 0) return { role: 'assistant', content: turn.text };
      const said = turn.text.trim() === '' ? [] : [{ type: 'text' as const, text: turn.text }];
      const calls = turn.calls.map(({ id, name, input }) => ({ type: 'tool_use' as const, id, name, input }));
      return { role: 'assistant', content: [...said, ...calls] };
    }
  }
}

/** Whatever stands before the model may have answered, so nothing of it is taken for granted. */
function readMessage(message: unknown, words: Words): ModelAnswer {
  if (!isObject(message) || !Array.isArray(message['content'])) return noAnswer(words);
  const told = isObject(message['usage']) ? message['usage'] : {};
  const { input_tokens: input, cache_creation_input_tokens: written, cache_read_input_tokens: read } = told;
  const use = useOf([input, written, read], told['output_tokens']);
  const reason = String(message['stop_reason']);
  if (reason === 'refusal') return { kind: 'refused', message: `${words.who} refused the request.`, use };
  const why = ENDS[reason];
  if (why !== undefined) return { kind: 'failed', message: `${words.who} ${why}.`, use };
  const blocks = message['content'].filter(isObject);
  return {
    kind: 'answer',
    text: blocks.map((block) => (block['type'] === 'text' ? textOf(block['text']) : '')).join(''),
    calls: blocks
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input: given }) => toCall(textOf(id), textOf(name), given)),
    use,
  };
}

/** Why a model stopped before its answer was done. */
const ENDS: { readonly [reason: string]: string | undefined } = {
  max_tokens: 'has more to say than it may: its answer was too long',
  model_context_window_exceeded: 'has no room left: request and answer are too long',
  pause_turn: 'paused before its answer was done',
};

function readError(error: unknown, words: Words): ModelAnswer {
  const answered = error instanceof APIError && !(error instanceof APIConnectionError);
  return readFailure(
    {
      error,
      status: answered && error.status !== undefined ? Number(error.status) : undefined,
      header: (name) => (answered ? error.headers?.get(name) : undefined),
      unreached: error instanceof APIConnectionError,
    },
    words,
  );
}
