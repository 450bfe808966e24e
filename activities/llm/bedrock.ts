import { Readable } from 'node:stream';
import {
  BedrockRuntimeClient,
  ConverseCommand,
  type ContentBlock,
  type ConverseCommandInput,
  type Message,
} from '@aws-sdk/client-bedrock-runtime';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { isObject } from '../../domain/json.ts';
import { noAnswer, readFailure, textOf, tookTooLong, toCall, useOf, type Words } from './failures.ts';
import { boundBytes } from './fetch-bounded.ts';
import { limitTime, type TimeLimit } from './limit-time.ts';
import type { ChatModel, ModelAnswer, ModelRequest, ModelTurn } from './model.ts';
import { tellSchema } from './tell-schema.ts';

export interface BedrockSettings {
  model: string;
  region: string;
  endpoint?: string | undefined;
  /** Without them the SDK looks where AWS says: variables, profiles, the role of the machine. */
  credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
  timeoutMs: number;
  words: Words;
}

/** Amazon Bedrock's Converse, which is the same for all its models. One that refuses an output schema is told it in words. */
export function createBedrock(settings: BedrockSettings): ChatModel {
  const { model, timeoutMs, words } = settings;
  const client = openClient(settings);
  let knowsSchemas = true;
  const send = async (request: ModelRequest, { signal }: TimeLimit): Promise<ModelAnswer> =>
    readOutput(
      await client.send(new ConverseCommand(bodyOf(model, request)), { abortSignal: signal }),
      words,
    );
  return {
    provider: 'bedrock',
    model,
    async ask(request) {
      const limit = limitTime(timeoutMs, request.signal);
      try {
        if (!knowsSchemas) return await send(tellSchema(request), limit);
        return await send(request, limit).catch(async (error: unknown) => {
          if (request.outputSchema === undefined || statusOf(error) !== 400) throw error;
          const answer = await send(tellSchema(request), limit);
          knowsSchemas = false;
          return answer;
        });
      } catch (error) {
        const over = limit.over();
        if (over !== undefined) return tookTooLong(over, words);
        if (request.signal?.aborted === true) throw error;
        return readError(error, words);
      }
    },
  };
}

function openClient({ region, endpoint, credentials, timeoutMs }: BedrockSettings): BedrockRuntimeClient {
  const client = new BedrockRuntimeClient({
    region,
    maxAttempts: 1, // Temporal repeats
    // The default is HTTP/2, which servers of one's own and proxies seldom speak.
    requestHandler: new NodeHttpHandler({ requestTimeout: timeoutMs, connectionTimeout: 10_000 }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(credentials === undefined ? {} : { credentials }),
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      if (isResponse(result.response)) result.response.body = bounded(result.response.body);
      return result;
    },
    { step: 'deserialize', name: 'boundAnswer', priority: 'low' },
  );
  return client;
}

const isResponse = (response: unknown): response is { body: unknown } =>
  typeof response === 'object' && response !== null && 'body' in response;

const bounded = (body: unknown): unknown =>
  body instanceof Readable ? Readable.from(boundBytes(body)) : body;

function bodyOf(model: string, request: ModelRequest): ConverseCommandInput {
  const { system, turns, tools = [], outputSchema, maxTokens } = request;
  return {
    modelId: model,
    system: [{ text: system }],
    messages: joinSpeakers(turns.map(toMessage)),
    inferenceConfig: { maxTokens },
    ...(tools.length > 0 && {
      toolConfig: {
        tools: tools.map(({ name, description, inputSchema }) => ({
          toolSpec: { name, description, inputSchema: { json: inputSchema } },
        })),
      },
    }),
    ...(outputSchema !== undefined && {
      outputConfig: {
        textFormat: {
          type: 'json_schema' as const,
          structure: {
            jsonSchema: { name: outputSchema.name, schema: JSON.stringify(outputSchema.schema) },
          },
        },
      },
    }),
  };
}

/** Converse takes the speakers in turn only. */
function joinSpeakers(messages: readonly Message[]): Message[] {
  const joined: Message[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (last === undefined || last.role !== message.role) joined.push(message);
    else last.content = [...(last.content ?? []), ...(message.content ?? [])];
  }
  return joined;
}

function toMessage(turn: ModelTurn): Message {
  switch (turn.role) {
    case 'user':
      return { role: 'user', content: [{ text: turn.text }] };
    case 'results':
      return {
        role: 'user',
        content: turn.results.map(({ callId, text, failed }) => ({
          toolResult: { toolUseId: callId, content: [{ text }], status: failed ? 'error' : 'success' },
        })),
      };
    case 'assistant': {
      const said: ContentBlock[] = turn.text.trim() === '' ? [] : [{ text: turn.text }];
      const calls = turn.calls.map(({ id, name, input }) => ({ toolUse: { toolUseId: id, name, input } }));
      return { role: 'assistant', content: [...said, ...calls] };
    }
  }
}

function readOutput(answer: unknown, words: Words): ModelAnswer {
  const output = isObject(answer) && isObject(answer['output']) ? answer['output'] : {};
  const message = isObject(output['message']) ? output['message'] : {};
  if (!isObject(answer) || !Array.isArray(message['content'])) return noAnswer(words);
  const told = isObject(answer['usage']) ? answer['usage'] : {};
  const { inputTokens, cacheReadInputTokens, cacheWriteInputTokens, outputTokens } = told;
  const use = useOf([inputTokens, cacheReadInputTokens, cacheWriteInputTokens], outputTokens);
  const end = ENDS[String(answer['stopReason'])];
  if (end !== undefined) return { kind: end.kind, message: `${words.who} ${end.why}.`, use };
  const blocks = message['content'].filter(isObject);
  return {
    kind: 'answer',
    text: blocks.map(({ text }) => textOf(text)).join(''),
    calls: blocks
      .flatMap(({ toolUse }) => (isObject(toolUse) ? [toolUse] : []))
      .map(({ toolUseId, name, input }) => toCall(textOf(toolUseId), textOf(name), input)),
    use,
  };
}

/** Why a model stopped before its answer was done. */
const ENDS: { readonly [reason: string]: { kind: 'refused' | 'failed'; why: string } | undefined } = {
  content_filtered: { kind: 'refused', why: 'refused the request' },
  guardrail_intervened: { kind: 'refused', why: 'was stopped by its guardrail' },
  max_tokens: { kind: 'failed', why: 'has more to say than it may: its answer was too long' },
  model_context_window_exceeded: { kind: 'failed', why: 'has no room left: request and answer are too long' },
  malformed_model_output: { kind: 'failed', why: 'made an answer that its provider cannot read' },
  malformed_tool_use: { kind: 'failed', why: 'made a tool call that its provider cannot read' },
};

interface AwsFailure {
  name?: unknown;
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number; headers?: { readonly [name: string]: string | undefined } };
}

const partsOf = (error: unknown): AwsFailure => (error instanceof Error ? error : {});

const statusOf = (error: unknown): number | undefined => {
  const { $metadata, $response } = partsOf(error);
  return $metadata?.httpStatusCode ?? $response?.statusCode;
};

function readError(error: unknown, words: Words): ModelAnswer {
  const { name, $response } = partsOf(error);
  if (name === 'CredentialsProviderError')
    return {
      kind: 'failed',
      message: `${words.who} was not asked, because there are no AWS credentials: check ${words.key}.`,
    };
  return readFailure(
    {
      error,
      status: statusOf(error),
      header: (header) => $response?.headers?.[header],
      unreached: name === 'TimeoutError' || isUnreached(error),
    },
    words,
  );
}

/** Node's own errors of a connection that was not made. */
const isUnreached = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  /^E[A-Z_]+$/.test(String(error.code)) &&
  error.cause === undefined;
