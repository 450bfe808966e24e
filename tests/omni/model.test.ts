import { afterAll, beforeAll, expect, test } from 'vitest';
import { startModelServer, type ModelServer, type Said } from '../support/model-server.ts';
import { openAiCompletion, openAiError } from '../support/openai-stub.ts';
import { startMockStack, type MockStack } from './support/mock-stack.ts';

let stack: MockStack;
let model: ModelServer;

beforeAll(async () => {
  model = await startModelServer();
  stack = await startMockStack('omni-model', {
    LLM_PROVIDER: 'openai',
    OPENAI_API_KEY: 'sk-test',
    OPENAI_BASE_URL: model.url,
    LLM_MODEL: 'test-model',
  });
}, 120_000);

afterAll(async () => {
  await stack.stop();
  await model.close();
}, 60_000);

const say = (...said: Said[]): void =>
  model.script(
    ...said.map((one) => ({ body: openAiCompletion({ use: { input: 100, output: 10 }, ...one }) })),
  );
const call = (name: string, input: Record<string, string> | string, id = 'c1') => ({ id, name, input });
type Messages = { role: string; content: string; tool_call_id?: string }[];
const messagesOf = (at: number): Messages => model.requests.at(at)!.body['messages'] as unknown as Messages;

test('a model calls tools in turns, reads their results and answers', async () => {
  say(
    {
      calls: [call('get_price_tool', { symbol: 'BTC' }), call('archive_log_tool', { content: 'seen' }, 'c2')],
    },
    { text: 'BTC is fine, and it is in the log.' },
  );
  const { body } = await stack.chat('user-agent', 'What about bitcoin?');
  expect(body).toMatchObject({
    mode: 'llm',
    response: 'BTC is fine, and it is in the log.',
    steps: [
      { step_id: 'call-1', tool_name: 'get_price_tool', status: 'success', policy_action: 'ALLOW' },
      { step_id: 'call-2', tool_name: 'archive_log_tool', status: 'success' },
    ],
  });
  const told = messagesOf(1).filter(({ role }) => role === 'tool');
  expect(told.map(({ tool_call_id: id }) => id)).toEqual(['c1', 'c2']);
  expect(told[0]!.content).toContain('"base":"BTC"');
  const { tools } = model.requests[0]!.body as unknown as { tools: { function: { name: string } }[] };
  expect(tools.map((tool) => tool.function.name)).toEqual([
    'generate_image_tool',
    'get_price_tool',
    'submit_batch_job_tool',
    'archive_log_tool',
  ]);
  const run = (await stack.get(`/runs/${String(body['task_id'])}`)).body;
  expect(run['model_use']).toMatchObject([{ input_tokens: 100, output_tokens: 10 }, {}]);
}, 60_000);

test('a rejection, a wrong argument and an unknown tool go back to the model, and none is paid', async () => {
  say(
    {
      calls: [
        call('submit_batch_job_tool', { payload: 'x' }),
        call('get_price_tool', '{"symbol": ', 'c2'),
        call('get_price_tool', { coin: 'BTC' }, 'c3'),
        call('make_tea', {}, 'c4'),
      ],
    },
    { text: 'I could not do that.' },
  );
  const paid = (await stack.get('/stats')).body['transactions'];
  const { body } = await stack.chat('batch-agent', 'Do things');
  expect(body).toMatchObject({
    response: 'I could not do that.',
    steps: [
      { status: 'denied', error: 'Policy Rejected: Cost 3.0 exceeds maxPerCall 2.0' },
      { status: 'failed', service_id: 'PRICE_ORACLE' },
      { status: 'failed', error: 'Tool Input Invalid: symbol is missing' },
      { status: 'failed', tool_name: 'make_tea', policy_action: 'DENY' },
    ],
  });
  const told = messagesOf(1)
    .filter(({ role }) => role === 'tool')
    .map(({ content }) => content);
  expect(told[0]).toContain('exceeds maxPerCall');
  expect(told[3]).toContain('there is no tool make_tea; there are generate_image_tool');
  expect((await stack.get('/stats')).body['transactions']).toEqual(paid);
}, 60_000);

test('an agent remembers what was said in a session, and nothing of another', async () => {
  say({ text: 'Nice to meet you, Ada.' });
  await stack.chat('user-agent', 'My name is Ada.', { session_id: 's1' });
  say({ text: 'Ada.' });
  await stack.chat('user-agent', 'What is my name?', { session_id: 's1' });
  expect(
    messagesOf(0)
      .slice(1)
      .map(({ role, content }) => [role, content]),
  ).toEqual([
    ['user', 'My name is Ada.'],
    ['assistant', 'Nice to meet you, Ada.'],
    ['user', 'What is my name?'],
  ]);
  await stack.chat('user-agent', 'What is my name?', { session_id: 's2' });
  expect(messagesOf(1).slice(1)).toHaveLength(1);
}, 60_000);

test('eight rounds are the most; then what is there is the answer', async () => {
  say({ calls: [call('get_price_tool', { symbol: 'ETH' })] }); // for ever
  const { body } = await stack.chat('user-agent', 'Watch ETH');
  expect(body['steps']).toHaveLength(8);
  expect(model.requests).toHaveLength(8);
}, 90_000);

test('a model that fails three times is replaced by words, before anything was done', async () => {
  model.script({ status: 500, body: openAiError('no') });
  const { body } = await stack.chat('user-agent', 'price of MNEE');
  expect(body).toMatchObject({ mode: 'offline', steps: [{ input: { symbol: 'MNEE' }, status: 'success' }] });
  expect(model.requests).toHaveLength(3);
}, 60_000);

test('a model that refuses is heard, and nothing is paid', async () => {
  say({ end: 'refusal', text: '' });
  const { body } = await stack.chat('user-agent', 'price of something evil');
  expect(body).toMatchObject({ mode: 'llm', steps: [] });
}, 60_000);

test('a budget of tokens without room lets words decide', async () => {
  const budget = {
    name: 'Tokens',
    unit: 'TOKENS',
    amount: '1',
    period: 'day',
    applies_to: { agent: 'ops-agent' },
  };
  expect((await stack.post('/budgets', budget)).status).toBe(201);
  say({ text: 'never asked' });
  const { body } = await stack.chat('ops-agent', 'price of ETH');
  expect(body).toMatchObject({ mode: 'offline', steps: [{ status: 'success' }] });
  expect(model.requests).toHaveLength(0);
}, 60_000);

test('a provider that is down is tried three times; in mock mode an answer is made up and says so', async () => {
  say({ calls: [call('get_price_tool', { symbol: 'ETH' })] }, { text: 'done' });
  stack.provider.trouble = [500, 'cut', 503];
  const before = stack.provider.asked.length;
  const { body } = await stack.chat('user-agent', 'x');
  expect(stack.provider.asked.length - before).toBe(3);
  expect(body).toMatchObject({ steps: [{ status: 'success', output: { mock: true, _amount: '0.05' } }] });
}, 60_000);

test('a provider that refuses the request fails the tool, which is paid and told so', async () => {
  say({ calls: [call('get_price_tool', { symbol: 'ETH' })] }, { text: 'sorry' });
  stack.provider.trouble = [400];
  const { body } = await stack.chat('user-agent', 'x');
  expect(body).toMatchObject({
    response: 'sorry',
    steps: [
      {
        status: 'failed',
        error: 'Tool Execution Failed: PRICE_ORACLE answered 400',
        policy_action: 'ALLOW',
        output: { _task_id: `${String(body['task_id'])}-1` },
      },
    ],
  });
}, 60_000);
