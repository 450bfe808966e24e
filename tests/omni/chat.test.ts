import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { checkOnPaper } from '../../api/receipts/verify.ts';
import { bodiesOf } from '../../domain/receipts/bodies.ts';
import { startMockStack, type MockStack } from './support/mock-stack.ts';

let stack: MockStack;

beforeAll(async () => {
  stack = await startMockStack('omni-chat');
}, 120_000);

afterAll(() => stack.stop(), 60_000);

type Step = Record<string, unknown>;
const stepsOf = ({ body }: { body: Record<string, unknown> }): Step[] => body['steps'] as Step[];

test('a chat pays for what it needs and answers with each step', async () => {
  const answer = await stack.chat('user-agent', 'What is the price of BTC?');
  expect(answer).toMatchObject({
    status: 200,
    body: {
      agent_id: 'user-agent',
      status: 'completed',
      mode: 'offline',
      payment_mode: 'mock',
      a2a_transfers: [],
      escrow_records: [],
      guardian: { reasoning: null, risk_score: 0, blocked: false },
    },
  });
  expect(stepsOf(answer)).toMatchObject([
    {
      step_id: 'call-1',
      service_id: 'PRICE_ORACLE',
      tool_name: 'get_price_tool',
      input: { symbol: 'BTC' },
      policy_action: 'ALLOW',
      status: 'success',
      error: null,
      output: { done: '/price', base: 'BTC', quote: 'MNEE', _amount: '0.05', _policy_decision: 'ALLOWED' },
    },
  ]);
  const [step] = stepsOf(answer);
  const taskId = `${String(answer.body['task_id'])}-1`;
  expect(stack.provider.asked.at(-1)?.values).toMatchObject({
    taskId,
    serviceCallHash: step!['service_call_hash'],
    paymentTx: step!['tx_hash'],
  });
  const { body } = await stack.get(`/transactions?limit=1`);
  expect(body['transactions']).toMatchObject([
    { agent_id: 'user-agent', service_id: 'PRICE_ORACLE', task_id: taskId, amount: 0.05, status: 'MOCK' },
  ]);
  expect((await stack.get(`/transactions/${taskId}/receipt`)).body).toMatchObject({ status: 'MOCK' });
  expect((await stack.get('/agents/user-agent')).body).toMatchObject({ currentDailySpend: 0.05 });
}, 60_000);

test('a rejection by the policy is a 200 that says why, and nothing is paid', async () => {
  const answer = await stack.chat('batch-agent', 'run a batch job');
  expect(answer.status).toBe(200);
  expect(stepsOf(answer)).toMatchObject([
    {
      policy_action: 'DENY',
      status: 'denied',
      tx_hash: null,
      error: 'Policy Rejected: Cost 3.0 exceeds maxPerCall 2.0',
      output: { error: 'Policy Rejected', reason: 'Cost 3.0 exceeds maxPerCall 2.0' },
    },
  ]);
  expect((await stack.get('/policy/logs?limit=1')).body['logs']).toMatchObject([
    { agent_id: 'batch-agent', action: 'REJECTED', reason_code: 'MAX_PER_CALL', cost: 3 },
  ]);
}, 60_000);

test('a message without a tool is understood, and costs nothing', async () => {
  const answer = await stack.chat('user-agent', 'Hello there');
  expect(answer.body).toMatchObject({ response: 'I understand: Hello there', steps: [] });
}, 60_000);

test('its receipt proves decision, payment and result, and says that nothing moved on a chain', async () => {
  const { body } = await stack.chat('user-agent', 'draw a logo');
  const id = String(body['task_id']);
  const final = async (): Promise<unknown> => (await stack.get(`/runs/${id}/receipt`)).body['final'];
  await expect.poll(final, { timeout: 30_000 }).toBe(true);
  const receipt = parseReceipt(id, (await stack.get(`/runs/${id}/receipt`)).text);
  const { payments } = bodiesOf(receipt).payments;
  expect(payments).toMatchObject([
    {
      step_id: 'call-1',
      rail: 'mock',
      status: 'settled',
      proof: { kind: 'mock' },
      consent: { action: 'ALLOWED', rule: 'APPROVED', words: 'Approved' },
    },
  ]);
  const findings = checkOnPaper(receipt, {});
  expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
  expect(findings.map(({ link }) => link)).toContain(`consent to ${payments[0]!.id}`);
}, 60_000);

test('the books find nothing wrong with what chats have paid', async () => {
  const { body } = await stack.post('/ledger/reconciliation');
  expect(body['findings']).toEqual([]);
}, 60_000);

test('the family’s own feed tells decision and payment with numbers, from any position', async () => {
  const response = await fetch(new URL('/omni/events?after=0', stack.app.url), {
    headers: { accept: 'text/event-stream' },
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('event: transaction\n') || !text.endsWith('\n\n'))
    text += (await reader.read()).value ?? '';
  await reader.cancel();
  const told = [...text.matchAll(/event: (\w+)\ndata: (.*)/g)];
  const data = (type: string): unknown =>
    (JSON.parse(told.find(([, word]) => word === type)![2]!) as { data: unknown }).data;
  expect(data('policy')).toMatchObject({ agent_id: 'user-agent', action: 'ALLOWED', cost: 0.05 });
  expect(data('transaction')).toMatchObject({ service_id: 'PRICE_ORACLE', amount: 0.05, status: 'MOCK' });
}, 30_000);
