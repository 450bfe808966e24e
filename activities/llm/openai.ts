import OpenAI, { APIConnectionError, APIError, APIUserAbortError } from 'openai';
import { isObject } from '../../domain/json.ts';
import { noAnswer, readFailure, textOf, tookTooLong, toCall, useOf, type Words } from './failures.ts';
import { fetchBounded } from './fetch-bounded.ts';
import { limitTime, type TimeLimit } from './limit-time.ts';
import {
  UNTOLD,
  type ChatModel,
  type ModelAnswer,
  type ModelCall,
  type ModelRequest,
  type ModelTurn,
  type TokenUse,
} from './model.ts';
import { tellSchema } from './tell-schema.ts';

export interface OpenAiSettings {
  /** Servers on one's own machine often need none. */
  apiKey: string | undefined;
  model: string;
  baseURL?: string | undefined;
  timeoutMs: number;
  words: Words;
}

type Body = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Message = OpenAI.ChatCompletionMessageParam;

/** Any server that speaks chat completions. One that refuses an output schema is told it in words from then on. */
export function createOpenAi(settings: OpenAiSettings): ChatModel {
  const { apiKey, model, baseURL, timeoutMs, words } = settings;
  const client = new OpenAI({
    apiKey: apiKey ?? 'none',
    organization: null,
    project: null,
    maxRetries: 0,
    timeout: timeoutMs,
    fetch: fetchBounded,
    logLevel: 'off',
    ...(baseURL === undefined ? {} : { baseURL }),
  });
  // Other servers know only the older name.
  const limitName = baseURL === undefined ? 'max_completion_tokens' : 'max_tokens';
  let knowsSchemas = true;
  const send = async (request: ModelRequest, limit: TimeLimit): Promise<ModelAnswer> => {
    const body = { ...bodyOf(model, request), [limitName]: request.maxTokens };
    return readCompletion(await client.chat.completions.create(body, { signal: limit.signal }), words);
  };
  return {
    provider: 'openai',
    model,
    async ask(request) {
      const limit = limitTime(timeoutMs, request.signal);
      try {
        if (!knowsSchemas) return await send(tellSchema(request), limit);
        return await send(request, limit).catch(async (error: unknown) => {
          if (request.outputSchema === undefined || !isRefusedBody(error)) throw error;
          const answer = await send(tellSchema(request), limit);
          knowsSchemas = false;
          return answer;
        });
      } catch (error) {
        const over = limit.over();
        if (over !== undefined) return tookTooLong(over, words);
        if (error instanceof APIUserAbortError) throw error;
        return readError(error, words);
      }
    },
  };
}

const isRefusedBody = (error: unknown): boolean =>
  error instanceof APIError && (error.status === 400 || error.status === 422);

function bodyOf(model: string, { system, turns, tools = [], outputSchema }: ModelRequest): Body {
  return {
    model,
    messages: [{ role: 'system', content: system }, ...turns.flatMap(toMessages)],
    ...(tools.length > 0 && {
      tools: tools.map(({ name, description, inputSchema }) => ({
        type: 'function' as const,
        function: { name, description, parameters: inputSchema },
      })),
    }),
    ...(outputSchema !== undefined && {
      response_format: {
        type: 'json_schema' as const,
        json_schema: { name: outputSchema.name, schema: outputSchema.schema, strict: true },
      },
    }),
  };
}

function toMessages(turn: ModelTurn): Message[] {
  switch (turn.role) {
    case 'user':
      return [{ role: 'user', content: turn.text }];
    case 'results':
      return turn.results.map(({ callId, text }) => ({ role: 'tool', tool_call_id: callId, content: text }));
    case 'assistant':
      return [
        {
          role: 'assistant',
          content: turn.text,
          ...(turn.calls.length > 0 && { tool_calls: turn.calls.map(toToolCall) }),
        },
      ];
  }
}

const toToolCall = ({ id, name, input }: ModelCall): OpenAI.ChatCompletionMessageFunctionToolCall => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(input) },
});

function readCompletion(completion: unknown, words: Words): ModelAnswer {
  const choice =
    isObject(completion) && Array.isArray(completion['choices']) ? completion['choices'][0] : undefined;
  if (!isObject(completion) || !isObject(choice) || !isObject(choice['message'])) return noAnswer(words);
  const { message } = choice;
  const use = readUse(completion['usage']);
  const reason = choice['finish_reason'];
  if (reason === 'content_filter' || textOf(message['refusal']) !== '')
    return { kind: 'refused', message: `${words.who} refused the request.`, use };
  if (reason === 'length')
    return {
      kind: 'failed',
      message: `${words.who} has more to say than it may: its answer was too long.`,
      use,
    };
  const calls = Array.isArray(message['tool_calls'])
    ? message['tool_calls'].filter(isObject).map(readCall)
    : [];
  return { kind: 'answer', text: textOf(message['content']), calls, use };
}

function readUse(usage: unknown): TokenUse {
  return isObject(usage) ? useOf([usage['prompt_tokens']], usage['completion_tokens']) : UNTOLD;
}

function readCall(call: { readonly [name: string]: unknown }, at: number): ModelCall {
  const { function: made } = call;
  const { name, arguments: given } = isObject(made) ? made : {};
  return toCall(textOf(call['id']) || `call_${at + 1}`, textOf(name), parse(given));
}

/** Some servers send an object where the API has a text. */
function parse(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given);
  } catch {
    return undefined;
  }
}

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
