import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Said } from './model-server.ts';

/** One answer of the stub, in the order they are scripted; the last one repeats. `raw`: somebody else answers 200. */
export type StubAnswer =
  | { kind: 'plan'; plan: unknown }
  | { kind: 'text'; text: string; stopReason?: string }
  | { kind: 'error'; status: number; type: string; headers?: { [name: string]: string }; message?: string }
  | { kind: 'raw'; body: string; type?: string }
  | { kind: 'silence' };

/** A request as the stub received it. */
export interface StubRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: {
    model?: string;
    system?: string;
    messages: { role: string; content: string }[];
    output_config?: unknown;
  };
}

export interface AnthropicStub {
  url: string;
  requests: StubRequest[];
  script(...answers: StubAnswer[]): void;
  close(): Promise<void>;
}

export const plan = (value: unknown): StubAnswer => ({ kind: 'plan', plan: value });
export const rateLimited = (retryAfterSeconds: number): StubAnswer => ({
  kind: 'error',
  status: 429,
  type: 'rate_limit_error',
  headers: { 'retry-after': String(retryAfterSeconds) },
});
export const overloaded = (): StubAnswer => ({ kind: 'error', status: 529, type: 'overloaded_error' });
export const malformed = (): StubAnswer => ({ kind: 'text', text: '{"steps": [' });
export const refusal = (): StubAnswer => ({
  kind: 'text',
  text: 'I cannot help with that.',
  stopReason: 'refusal',
});

/** A local server that speaks the Messages API's wire format, without streaming. */
export async function startAnthropicStub(): Promise<AnthropicStub> {
  const requests: StubRequest[] = [];
  let answers: StubAnswer[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const body = JSON.parse(text) as StubRequest['body'];
      requests.push({ path: request.url ?? '', headers: request.headers, body });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      respond(
        response,
        body.model ?? '',
        answer ?? { kind: 'error', status: 500, type: 'api_error', message: 'nothing scripted' },
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    script: (...next) => {
      answers = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function respond(response: ServerResponse, model: string, answer: StubAnswer): void {
  if (answer.kind === 'silence') return;
  if (answer.kind === 'raw') {
    response.writeHead(200, { 'content-type': answer.type ?? 'application/json' });
    response.end(answer.body);
    return;
  }
  if (answer.kind === 'error') {
    response.writeHead(answer.status, {
      'content-type': 'application/json',
      'request-id': 'req_stub',
      ...answer.headers,
    });
    response.end(
      JSON.stringify({ type: 'error', error: { type: answer.type, message: answer.message ?? answer.type } }),
    );
    return;
  }
  const text = answer.kind === 'plan' ? JSON.stringify(answer.plan) : answer.text;
  response.writeHead(200, { 'content-type': 'application/json', 'request-id': 'req_stub' });
  response.end(
    JSON.stringify({
      id: 'msg_stub',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text, citations: null }],
      stop_reason: answer.kind === 'text' ? (answer.stopReason ?? 'end_turn') : 'end_turn',
      stop_sequence: null,
      usage: {
        input_tokens: 10,
        output_tokens: 20,
        cache_creation_input_tokens: 0,
        cache_read_input_tokens: 0,
      },
    }),
  );
}

/** An answer as `POST /v1/messages` gives it. */
export function anthropicMessage({ text, calls = [], end, use }: Said): JsonObject {
  const said = text === undefined ? [] : [{ type: 'text', text, citations: null }];
  const tools = calls.map((call) => ({ type: 'tool_use', ...call }));
  return {
    id: 'msg_stub',
    type: 'message',
    role: 'assistant',
    model: 'test-model',
    content: [...said, ...tools],
    stop_reason: stop(end, tools.length),
    stop_sequence: null,
    ...(use && { usage: { input_tokens: use.input, output_tokens: use.output } }),
  };
}

function stop(end: Said['end'], tools: number): string {
  if (end !== undefined) return end === 'refusal' ? 'refusal' : 'max_tokens';
  return tools > 0 ? 'tool_use' : 'end_turn';
}

export const anthropicError = (message: string): JsonObject => ({
  type: 'error',
  error: { type: 'some_error', message },
});
