import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../api/support/api.ts';
import { startMockStack, type MockStack } from './support/mock-stack.ts';

const ADMIN = 'sk_bootstrap_0123456789abcdef0123';
let stack: MockStack;

beforeAll(async () => {
  stack = await startMockStack('omni-bad', { AUTH: 'on', STEWARD_ADMIN_KEY: ADMIN });
}, 120_000);
afterAll(() => stack.stop(), 60_000);

const send = (method: string, path: string, body?: object | string, key = ADMIN) =>
  ask({ url: stack.app.url }, path, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body !== undefined && { body }),
  });

const keyOf = async (scopes: string[]): Promise<string> => {
  const body = { name: scopes.join('-'), subject: 'ada', scopes };
  return String((await send('POST', '/admin/keys', body)).body['key']);
};

const CHAT = { agent_id: 'user-agent', message: 'price' };
const BUDGET = '/agents/user-agent/budget';

test.each([
  ['POST', '/chat', {}],
  ['POST', '/chat', { ...CHAT, agent_id: undefined }],
  ['POST', '/chat', { ...CHAT, message: '  ' }],
  ['POST', '/chat', { ...CHAT, message: 7 }],
  ['POST', '/chat', { ...CHAT, message: 'x'.repeat(8001) }],
  ['POST', '/chat', { ...CHAT, agent_id: ' ' }],
  ['POST', '/chat', '{"agent_id": '],
  ['PUT', BUDGET, {}],
  ['PUT', BUDGET, { daily_budget: -1 }],
  ['PUT', BUDGET, { daily_budget: '12' }],
  ['PUT', BUDGET, '{"daily_budget": NaN}'],
  ['PUT', BUDGET, '{"daily_budget": 0.1234567890123456789}'],
  ['PUT', BUDGET, '{"max_per_call": 1e400}'],
  ['PUT', BUDGET, { dailyBudget: 5 }],
  ['GET', '/transactions?limit=0', undefined],
  ['GET', '/transactions?limit=1001', undefined],
  ['GET', '/policy/logs?limit=x', undefined],
  ['GET', '/policy/logs?action=MAYBE', undefined],
  ['GET', '/transactions?status=GOOD', undefined],
  ['GET', '/stats/trends?bucket=week', undefined],
  ['GET', '/stats/trends?from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', undefined],
  ['GET', '/stats/trends?from=yesterday', undefined],
  ['POST', '/policy/simulate', { agent_id: 'user-agent', service_id: 'PRICE_ORACLE', quantity: 0 }],
  ['POST', '/policy/simulate', { agent_id: 'user-agent', service_id: 'PRICE_ORACLE', quantity: 1.5 }],
  ['POST', '/policy/simulate', { agent_id: 'user-agent', service_id: 'PRICE_ORACLE', quantity: 1001 }],
  ['POST', '/policy/simulate', { agent_id: 'user-agent', service_id: 'X', overrides: { dailyBudget: '1' } }],
  ['POST', '/policy/replay', { from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }],
  ['POST', '/policy/replay', { agents: [{ id: 'a', dailyBudget: -3 }] }],
  ['POST', '/policy/replay', { limit: 0 }],
] as const)('%s %s %j is bad input, and says what to do', async (method, path, body) => {
  const answer = await send(method, path, body);
  expect(answer, answer.text).toMatchObject({
    status: 400,
    body: { error_code: 'VALIDATION_ERROR', details: { error_code: 'VALIDATION_ERROR' } },
  });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test.each([
  ['POST', '/chat', { ...CHAT, agent_id: 'nobody' }, 'AGENT_NOT_FOUND'],
  ['PUT', '/agents/nobody/budget', { daily_budget: 1 }, 'AGENT_NOT_FOUND'],
  ['POST', '/agents/nobody/pause', {}, 'AGENT_NOT_FOUND'],
  ['GET', '/agents/nobody', undefined, 'AGENT_NOT_FOUND'],
  ['GET', '/services/nothing', undefined, 'SERVICE_NOT_FOUND'],
  ['POST', '/policy/simulate', { agent_id: 'nobody', service_id: 'PRICE_ORACLE' }, 'AGENT_NOT_FOUND'],
  ['POST', '/policy/simulate', { agent_id: 'user-agent', service_id: 'nothing' }, 'SERVICE_NOT_FOUND'],
  ['GET', '/chat/none', undefined, 'TASK_NOT_FOUND'],
  ['GET', '/transactions/none/receipt', undefined, 'TASK_NOT_FOUND'],
  ['POST', '/alerts/none/ack', {}, 'ALERT_NOT_FOUND'],
] as const)('%s %s names nothing that is there', async (method, path, body, code) => {
  expect(await send(method, path, body as object)).toMatchObject({ status: 404, body: { error_code: code } });
});

test('a budget of 18 decimals is kept to the last digit, and 0 is a budget', async () => {
  const text = '{"daily_budget": 99.123456789012345678, "max_per_call": 0}';
  expect((await send('PUT', BUDGET, text)).text).toContain(
    '"dailyBudget":99.123456789012345678,"maxPerCall":0',
  );
});

test('reading needs read, chats and simulations operate, the rest admin', async () => {
  const [reader, operator] = [await keyOf(['read']), await keyOf(['read', 'operate'])];
  const simulation = { agent_id: 'user-agent', service_id: 'PRICE_ORACLE' };
  expect((await send('GET', '/treasury', undefined, reader)).status).toBe(200);
  expect((await send('POST', '/chat', CHAT, reader)).status).toBe(403);
  expect((await send('POST', '/policy/simulate', simulation, reader)).status).toBe(403);
  expect((await send('POST', '/policy/simulate', simulation, operator)).status).toBe(200);
  for (const [method, path, body] of [
    ['PUT', BUDGET, { daily_budget: 1 }],
    ['POST', '/agents/user-agent/pause', {}],
    ['POST', '/reset', {}],
    ['POST', '/admin/reload', {}],
    ['POST', '/admin/payments/halt', {}],
    ['GET', '/admin/overview', undefined],
  ] as const)
    expect((await send(method, path, body, operator)).status).toBe(403);
  expect((await send('GET', '/treasury', undefined, 'sk_wrong_key')).status).toBe(401);
});

test('a repeated Idempotency-Key has one chat, and one payment', async () => {
  await send('PUT', BUDGET, { max_per_call: 1 });
  const once = () =>
    ask({ url: stack.app.url }, '/chat', {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, 'idempotency-key': 'one-chat' },
      body: CHAT,
    });
  const [first, second] = [await once(), await once()];
  expect(second.body).toEqual(first.body);
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect((await send('GET', '/stats')).body['transactions']).toMatchObject({ total: 1 });
}, 60_000);

test('errors of bodies of the wrong kind are told as such', async () => {
  const raw = (headers: Record<string, string>, body: string) =>
    ask({ url: stack.app.url }, '/chat', {
      method: 'POST',
      headers: { authorization: `Bearer ${ADMIN}`, ...headers },
      body,
    });
  expect((await raw({ 'content-type': 'text/plain' }, 'hello')).status).toBe(415);
  expect((await raw({}, JSON.stringify({ ...CHAT, message: 'x'.repeat(1_100_000) }))).status).toBe(413);
  expect((await send('DELETE', '/chat')).status).toBe(405);
});
