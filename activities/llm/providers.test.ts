import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../schemas/core/json.ts';
import { anthropicError, anthropicMessage } from '../../tests/support/anthropic-stub.ts';
import { bedrockAnswer, bedrockError } from '../../tests/support/bedrock-stub.ts';
import { startModelServer, type ModelServer, type Said } from '../../tests/support/model-server.ts';
import { openAiCompletion, openAiError } from '../../tests/support/openai-stub.ts';
import { createModel, type ModelSettings } from './create-model.ts';
import { UNTOLD, type ChatModel, type ModelRequest, type ModelTurn } from './model.ts';

const KEY = 'sk-a-secret-of-ours';
const TIMEOUT_MS = 3000;

interface Provider {
  settings(url: string): ModelSettings;
  answer(said: Said): JsonObject;
  error(message: string): JsonObject;
  /** What the wire has of the results of two calls. */
  results: unknown[];
  /** Where the JSON schema of a tool is. */
  toolSchema(body: JsonObject): unknown;
}

const providers: { [name: string]: Provider } = {
  anthropic: {
    settings: (url) => ({ LLM_PROVIDER: 'anthropic', ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: url }),
    answer: anthropicMessage,
    error: anthropicError,
    results: [
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'c1', content: '{"price":"1"}', is_error: false },
          { type: 'tool_result', tool_use_id: 'c2', content: 'away', is_error: true },
        ],
      },
    ],
    toolSchema: (body) => (body['tools'] as JsonObject[])[0]!['input_schema'],
  },
  openai: {
    settings: (url) => ({ LLM_PROVIDER: 'openai', OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` }),
    answer: openAiCompletion,
    error: openAiError,
    results: [
      { role: 'tool', tool_call_id: 'c1', content: '{"price":"1"}' },
      { role: 'tool', tool_call_id: 'c2', content: 'away' },
    ],
    toolSchema: (body) => ((body['tools'] as JsonObject[])[0]!['function'] as JsonObject)['parameters'],
  },
  bedrock: {
    settings: (url) => ({
      LLM_PROVIDER: 'bedrock',
      AWS_REGION: 'eu-central-1',
      AWS_ACCESS_KEY_ID: 'AKIATEST',
      AWS_SECRET_ACCESS_KEY: KEY,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
    }),
    answer: bedrockAnswer,
    error: bedrockError,
    results: [
      {
        role: 'user',
        content: [
          { toolResult: { toolUseId: 'c1', content: [{ text: '{"price":"1"}' }], status: 'success' } },
          { toolResult: { toolUseId: 'c2', content: [{ text: 'away' }], status: 'error' } },
        ],
      },
    ],
    toolSchema(body) {
      const [tool] = (body['toolConfig'] as { tools: JsonObject[] }).tools;
      return ((tool!['toolSpec'] as JsonObject)['inputSchema'] as JsonObject)['json'];
    },
  },
};

const inputSchema = {
  type: 'object',
  properties: { symbol: { type: 'string' } },
  required: ['symbol'],
  additionalProperties: false,
};
const tool = { name: 'get_price', description: 'The price of a coin', inputSchema };
const hello: ModelTurn = { role: 'user', text: 'What is ETH?' };
const request = (over: Partial<ModelRequest> = {}): ModelRequest => ({
  system: 'Be brief.',
  turns: [hello],
  maxTokens: 500,
  ...over,
});

let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer();
});
afterAll(() => server.close());

describe.each(Object.entries(providers))('a model of %s', (name, provider) => {
  const use = { input: 12, output: 3 };
  let model: ChatModel;
  beforeAll(() => {
    const settings = { ...provider.settings(server.url), LLM_MODEL: 'test-model' };
    model = createModel(settings, { timeoutMs: TIMEOUT_MS })!;
  });

  test('answers with text and tells what it used', async () => {
    server.script({ body: provider.answer({ text: 'ETH is a coin.', use }) });
    expect(await model.ask(request())).toEqual({ kind: 'answer', text: 'ETH is a coin.', calls: [], use });
    expect(model).toMatchObject({ provider: name, model: 'test-model' });
    expect(JSON.stringify(server.requests[0]!.body)).toContain('Be brief.');
    expect(JSON.stringify(server.requests[0]!.body)).toContain('500');
  });

  test('calls one tool or several, and is told their results', async () => {
    const calls = [
      { id: 'c1', name: 'get_price', input: { symbol: 'ETH' } },
      { id: 'c2', name: 'get_price', input: { symbol: 'BTC' } },
    ];
    server.script({ body: provider.answer({ calls: calls.slice(0, 1), use }) });
    expect(await model.ask(request({ tools: [tool] }))).toMatchObject({ text: '', calls: [calls[0]] });
    expect(provider.toolSchema(server.requests[0]!.body)).toEqual(inputSchema);
    server.script(
      { body: provider.answer({ text: 'I look.', calls, use }) },
      { body: provider.answer({ text: 'Done', use }) },
    );
    const first = await model.ask(request({ tools: [tool] }));
    expect(first).toEqual({ kind: 'answer', text: 'I look.', calls, use });
    const turns: ModelTurn[] = [
      hello,
      { role: 'assistant', text: 'I look.', calls },
      {
        role: 'results',
        results: [
          { callId: 'c1', text: '{"price":"1"}', failed: false },
          { callId: 'c2', text: 'away', failed: true },
        ],
      },
    ];
    expect(await model.ask(request({ tools: [tool], turns }))).toMatchObject({ text: 'Done' });
    const told = server.requests[1]!.body['messages'] as JsonObject[];
    expect(told.slice(-provider.results.length)).toEqual(provider.results);
    expect(JSON.stringify(told)).toContain('BTC');
  });

  test('that makes arguments which are no object is told so by whoever asked', async () => {
    const made = { id: 'c1', name: 'get_price', input: '{"symbol": "ET' };
    server.script({ body: provider.answer({ calls: [made], use }) });
    const answer = await model.ask(request({ tools: [tool] }));
    const problem = expect.stringMatching(/not a JSON object/) as string;
    expect(answer).toMatchObject({ calls: [{ id: 'c1', name: 'get_price', input: {}, problem }] });
    expect(JSON.stringify(answer)).not.toContain('ET"');
  });

  test('is asked again later when it is busy, after the time that it says', async () => {
    const headers = { 'retry-after': '7' };
    server.script({ status: 429, headers, body: provider.error(`slow ${KEY}`) });
    expect(await model.ask(request())).toEqual({
      kind: 'retry',
      message: 'The model answered 429: its rate limit is reached.',
      retryAfterMs: 7000,
    });
    for (const [status, mayHaveWorked] of [
      [409, false],
      [500, false],
      [503, false],
      [408, true],
      [502, true],
      [504, true],
    ] as const) {
      server.script({ status, body: provider.error('words') });
      const told = { kind: 'retry', message: `The model answered ${status}.` };
      expect(await model.ask(request())).toEqual(mayHaveWorked ? { ...told, use: UNTOLD } : told);
      expect(server.requests).toHaveLength(1);
    }
  });

  test('that rejects the key or the request has failed, and the message names the setting', async () => {
    server.script({ status: 401, body: provider.error(`bad key ${KEY}`) });
    const answer = await model.ask(request());
    expect(answer).toMatchObject({
      kind: 'failed',
      message: expect.stringMatching(/401: check [A-Z_]+KEY/) as string,
    });
    expect(JSON.stringify(answer)).not.toContain(KEY);
    server.script({ status: 404, body: provider.error('no such model') });
    expect(await model.ask(request())).toEqual({
      kind: 'failed',
      message: 'The model answered 404: check LLM_MODEL.',
    });
  });

  test('that refuses, or has too much to say, tells what it used', async () => {
    server.script({ body: provider.answer({ text: 'I cannot.', end: 'refusal', use }) });
    const refused = await model.ask(request());
    expect(refused).toMatchObject({ kind: 'refused', use });
    expect(JSON.stringify(refused)).not.toContain('I cannot');
    server.script({ body: provider.answer({ text: 'On and on', end: 'too_long', use }) });
    expect(await model.ask(request())).toMatchObject({ kind: 'failed', use });
  });

  test.each<[string, Parameters<ModelServer['script']>[0], 'failed' | 'retry']>([
    ['broken JSON', { body: '{"id":' }, 'failed'],
    ['a page', { body: '<html></html>', headers: { 'content-type': 'text/html' } }, 'failed'],
    ['nothing', { body: '' }, 'failed'],
    ['null', { body: 'null' }, 'failed'],
    ['a list', { body: '[]' }, 'failed'],
    ['another object', { body: '{"error":"over quota"}' }, 'failed'],
    ['an answer without an end', { endless: true }, 'failed'],
    ['half an answer', { cut: '{"choices":[' }, 'retry'],
    ['silence', { silence: true }, 'retry'],
  ])('counts as having worked when %s comes in its place', async (_, answer, kind) => {
    server.script(answer);
    const told = await model.ask(request());
    expect(told).toMatchObject({ kind, use: { untold: true } });
    expect(JSON.stringify(told)).not.toMatch(/over quota|choices|html/);
    expect(server.requests).toHaveLength(1);
  });

  test('that nobody serves was not asked', async () => {
    const gone = await startModelServer();
    await gone.close();
    const away = createModel(provider.settings(gone.url))!;
    expect(await away.ask(request())).toEqual({ kind: 'retry', message: 'The model could not be reached.' });
  });

  test('that does not say what it used is marked so', async () => {
    server.script({ body: provider.answer({ text: 'Hi' }) });
    expect(await model.ask(request())).toMatchObject({ kind: 'answer', use: { untold: true } });
  });

  test('is given up when the caller calls it off', async () => {
    server.script({ silence: true });
    const control = new AbortController();
    const asking = model.ask(request({ signal: control.signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    control.abort();
    await expect(asking).rejects.toThrow();
    server.script({ silence: true });
    const late = model.ask(request({ signal: AbortSignal.timeout(200) }));
    expect(await late).toMatchObject({ kind: 'retry', message: 'The model took too long.' });
  });

  test('answers in a schema, and is told it in words where its API takes none', async () => {
    const outputSchema = { name: 'price', schema: inputSchema };
    const said = { body: provider.answer({ text: '{"symbol":"ETH"}', use }) };
    const settings = { ...provider.settings(server.url), LLM_MODEL: 'other-model' };
    server.script(said);
    expect(await createModel(settings)!.ask(request({ outputSchema }))).toMatchObject({
      text: '{"symbol":"ETH"}',
    });
    expect(JSON.stringify(server.requests[0]!.body)).toMatch(/"type":"json_schema"/);
    if (name === 'anthropic') return;
    const other = createModel(settings)!;
    server.script({ status: 400, body: provider.error('no schemas here') }, said, said);
    for (const asked of [2, 3]) {
      expect(await other.ask(request({ outputSchema }))).toMatchObject({ kind: 'answer' });
      expect(server.requests).toHaveLength(asked);
    }
    expect(JSON.stringify(server.requests[2]!.body)).not.toContain('"type":"json_schema"');
    expect(JSON.stringify(server.requests[2]!.body)).toContain('JSON Schema');
  });
});

test('Bedrock, which takes speakers in turn only, is told turns of one speaker as one', async () => {
  const { settings, answer } = providers['bedrock']!;
  server.script({ body: answer({ text: 'Hi', use: { input: 1, output: 1 } }) });
  const turns = [hello, { role: 'user', text: 'And BTC?' } as const];
  await createModel(settings(server.url))!.ask(request({ turns }));
  expect(server.requests[0]!.body['messages']).toEqual([
    { role: 'user', content: [{ text: 'What is ETH?' }, { text: 'And BTC?' }] },
  ]);
});

test('requests to Bedrock are signed for its path and region', async () => {
  const { settings, answer } = providers['bedrock']!;
  server.script({ body: answer({ text: 'Hi', use: { input: 1, output: 1 } }) });
  await createModel({ ...settings(server.url), LLM_MODEL: 'amazon.nova-pro-v1:0' })!.ask(request());
  const [{ path, headers }] = server.requests as [ModelServer['requests'][number]];
  expect(path).toBe('/model/amazon.nova-pro-v1%3A0/converse');
  expect(headers.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d{8}\/eu-central-1\/bedrock\/aws4_request, SignedHeaders=[a-z0-9;-]+, Signature=[0-9a-f]{64}$/,
  );
  expect(JSON.stringify(headers)).not.toContain(KEY);
});
