import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AGENTS, services, startMockStack, type MockStack } from './support/mock-stack.ts';

let stack: MockStack;

beforeAll(async () => {
  stack = await startMockStack('omni-rules');
}, 120_000);

afterAll(() => stack.stop(), 60_000);

const stepOf = ({ body }: { body: Record<string, unknown> }): Record<string, unknown> =>
  (body['steps'] as Record<string, unknown>[])[0]!;
const lastLog = async (): Promise<Record<string, unknown>> =>
  ((await stack.get('/policy/logs?limit=1')).body['logs'] as Record<string, unknown>[])[0]!;
const agent = async (id: string): Promise<Record<string, unknown>> => (await stack.get(`/agents/${id}`)).body;

test('the treasury and the agents are read from the budgets of the engine', async () => {
  const { body } = await stack.get('/treasury');
  expect(body).toMatchObject({
    totalAllocated: 180,
    totalSpent: 0,
    treasuryBalance: 180,
    mode: 'mock',
    tokenAddress: null,
    agents: {
      'user-agent': {
        id: 'user-agent',
        priority: 'HIGH',
        dailyBudget: 100,
        maxPerCall: 10,
        currentDailySpend: 0,
        remainingBudget: 100,
      },
    },
  });
  const { budget_id: id } = await agent('ops-agent');
  expect((await stack.get(`/budgets/${String(id)}`)).body).toMatchObject({
    unit: 'MNEE',
    amount: '30',
    period: 'day',
    mode: 'hard',
    applies_to: { agent: 'ops-agent', family: 'omni' },
  });
});

test('a changed budget counts at once, in every digit, and survives a reload that says so', async () => {
  const changed = await stack.put('/agents/ops-agent/budget', { daily_budget: 0.3, max_per_call: 0.25 });
  expect(changed).toMatchObject({
    status: 200,
    body: {
      message: 'Budget updated successfully',
      agent: { id: 'ops-agent', dailyBudget: 0.3, maxPerCall: 0.25 },
    },
  });
  expect(stepOf(await stack.chat('ops-agent', 'draw an image'))).toMatchObject({
    policy_action: 'DENY',
    error: 'Policy Rejected: Cost 1.0 exceeds maxPerCall 0.25',
  });
  for (let paid = 1; paid <= 6; paid++)
    expect(stepOf(await stack.chat('ops-agent', 'price of ETH'))).toMatchObject({ status: 'success' });
  expect(stepOf(await stack.chat('ops-agent', 'price of ETH'))).toMatchObject({
    error: 'Policy Rejected: Budget exceeded. Remaining: 0.0',
  });
  expect(await agent('ops-agent')).toMatchObject({ currentDailySpend: 0.3, remainingBudget: 0 });
  expect((await stack.post('/admin/reload')).body).toMatchObject({
    agents: 3,
    services: 4,
    kept: [
      { agent_id: 'ops-agent', field: 'dailyBudget', value: '0.3', file: '30' },
      { agent_id: 'ops-agent', field: 'maxPerCall', value: '0.25', file: '5' },
    ],
  });
  expect(await agent('ops-agent')).toMatchObject({ dailyBudget: 0.3, maxPerCall: 0.25 });
}, 60_000);

test('each share of a day is told once, and can be acknowledged', async () => {
  const { body } = await stack.get('/alerts');
  const alerts = body as unknown as Record<string, unknown>[];
  expect(alerts.map(({ agent_id, threshold }) => [agent_id, threshold])).toEqual([
    ['ops-agent', 1],
    ['ops-agent', 0.8],
    ['ops-agent', 0.5],
  ]);
  const id = String(alerts[0]!['id']);
  expect(await stack.post(`/alerts/${encodeURIComponent(id)}/ack`)).toMatchObject({
    status: 200,
    body: { acknowledged: true, spent: 0.3, budget: 0.3 },
  });
  expect((await stack.post('/alerts/none/ack')).body).toMatchObject({ code: 'alert_not_found' });
});

test('a reset sets the day to 0 through the budgets, whose books have it', async () => {
  expect(await stack.post('/reset')).toMatchObject({
    status: 200,
    body: { message: "All agents' daily spending has been reset to 0" },
  });
  const now = await agent('ops-agent');
  expect(now).toMatchObject({ currentDailySpend: 0, remainingBudget: 0.3, totalSpent: 0.3 });
  const { body } = await stack.get(`/budgets/${String(now['budget_id'])}/entries`);
  expect((body['entries'] as { kind: string }[])[0]).toMatchObject({ kind: 'reset', amount: '-0.3' });
}, 30_000);

test('a paused agent takes no chat, and goes on after its resume', async () => {
  const paused = await stack.post('/agents/user-agent/pause', { reason: 'audit' });
  expect(paused.body).toMatchObject({ agent: { id: 'user-agent', paused: true, reason: 'audit' } });
  const again = await stack.post('/agents/user-agent/pause', { reason: 'other' });
  expect(again.body).toEqual(paused.body);
  expect(await stack.chat('user-agent', 'price')).toMatchObject({
    status: 409,
    body: { code: 'agent_paused', error_code: 'AGENT_PAUSED', details: { error_code: 'AGENT_PAUSED' } },
  });
  expect((await stack.post('/agents/user-agent/resume')).body).toMatchObject({ agent: { paused: false } });
  expect((await stack.chat('user-agent', 'price')).status).toBe(200);
}, 30_000);

test('a halt stops payments at the policy, and a resume lets them go on', async () => {
  expect((await stack.post('/admin/payments/halt', { reason: 'drill' })).body).toEqual({ halted: true });
  expect(stepOf(await stack.chat('user-agent', 'price'))).toMatchObject({ policy_action: 'DENY' });
  expect(await lastLog()).toMatchObject({ reason_code: 'PAYMENTS_HALTED', action: 'REJECTED' });
  expect((await stack.get('/admin/overview')).body).toMatchObject({ halted: true, paused: [] });
  expect((await stack.post('/admin/payments/resume')).body).toEqual({ halted: false });
  expect(stepOf(await stack.chat('user-agent', 'price'))).toMatchObject({ status: 'success' });
}, 30_000);

test('an archive that the treasury cannot afford keeps a summary, and is no transaction', async () => {
  writeFileSync(stack.agentsFile, AGENTS.replace('lowBalance: 20.0', 'lowBalance: 500.0'));
  await stack.post('/admin/reload');
  const before = (await stack.get('/stats')).body['transactions'];
  const message = `archive this: ${'x'.repeat(300)}`;
  const answer = await stack.chat('user-agent', message);
  expect(stepOf(answer)).toMatchObject({
    service_id: 'LOG_ARCHIVE_SUMMARY',
    policy_action: 'DOWNGRADE',
    status: 'success',
    tx_hash: null,
    output: { mode: 'SUMMARY_ONLY', content: message.slice(0, 200) },
  });
  expect(await lastLog()).toMatchObject({
    service_id: 'LOG_ARCHIVE_SUMMARY',
    action: 'DOWNGRADED',
    reason: 'low treasury balance',
    reason_code: 'LOW_TREASURY',
    cost: 0,
  });
  expect((await stack.get('/stats')).body['transactions']).toEqual(before);
  writeFileSync(stack.agentsFile, AGENTS);
  await stack.post('/admin/reload');
}, 30_000);

test('a file with mistakes is refused with every line, and the old one stays', async () => {
  writeFileSync(stack.agentsFile, AGENTS.replace('dailyBudget: 100.0', 'dailyBudget: lots'));
  expect(await stack.post('/admin/reload')).toMatchObject({
    status: 400,
    body: {
      code: 'config_invalid',
      problems: [{ file: 'agents.yaml', line: 4, path: 'agents[0].dailyBudget' }],
    },
  });
  expect(await agent('user-agent')).toMatchObject({ dailyBudget: 100 });
  writeFileSync(stack.agentsFile, AGENTS);
});

test('a service that declares a tool is offered by its name after a reload', async () => {
  const url = stack.provider.url;
  const more = `  - id: WEATHER
    unitPrice: 0.5
    providerAddress: "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    url: "${url}"
    maxDailySpending: 2.0
    allowedAgents: [user-agent]
    tool: { name: weather, description: Weather, path: /weather, input_schema: { type: object } }
`;
  writeFileSync(stack.servicesFile, `${services(url)}${more}`);
  expect((await stack.post('/admin/reload')).body).toMatchObject({ services: 5 });
  expect((await stack.get('/services/WEATHER')).body).toMatchObject({
    success: true,
    unitPrice: 0.5,
    maxDailySpending: 2,
    allowedAgents: ['user-agent'],
    service: { id: 'WEATHER', capabilities: ['weather'] },
    transactions: [],
    totalRevenue: 0,
  });
  const simulate = (agent_id: string, quantity = 1) =>
    stack.post('/policy/simulate', { agent_id, service_id: 'WEATHER', quantity });
  expect((await simulate('user-agent', 4)).body).toMatchObject({ action: 'ALLOWED', cost: 2 });
  expect((await simulate('user-agent', 5)).body).toMatchObject({ reason_code: 'SERVICE_DAILY_CAP' });
  expect((await simulate('ops-agent')).body).toMatchObject({ reason_code: 'AGENT_NOT_ALLOWED' });
}, 30_000);

test('a simulation takes overrides, tells its rules, and leaves no log', async () => {
  const before = await lastLog();
  const { body } = await stack.post('/policy/simulate', {
    agent_id: 'batch-agent',
    service_id: 'BATCH_COMPUTE',
    overrides: { maxPerCall: 5, treasuryBalance: 52.9 },
  });
  expect(body).toMatchObject({ action: 'REJECTED', reason_code: 'RESERVED_FOR_HIGH_PRIORITY', cost: 3 });
  expect((body['trace'] as object[]).at(-1)).toEqual({ rule: 'RESERVED_FOR_HIGH_PRIORITY', hit: true });
  expect(await lastLog()).toEqual(before);
});

test('conflicts of the files are named', async () => {
  const conflicts = (await stack.get('/policy/conflicts')).body as unknown as Record<string, unknown>[];
  expect(conflicts).toContainEqual(
    expect.objectContaining({
      kind: 'PRICE_ABOVE_MAX_PER_CALL',
      agent_id: 'batch-agent',
      service_id: 'BATCH_COMPUTE',
    }),
  );
});

test('the time machine replays what was decided under a draft, and changes nothing without one', async () => {
  const nothing = await stack.post('/policy/replay', {});
  expect(nothing.body).toMatchObject({ changed: 0, changes: [], next_after: null });
  const { body } = await stack.post('/policy/replay', {
    agents: [{ id: 'user-agent', maxPerCall: 0.01 }],
    limit: 1,
  });
  expect(body).toMatchObject({
    changes: [{ agent_id: 'user-agent', replayed: { action: 'REJECTED', reason_code: 'MAX_PER_CALL' } }],
    next_after: 1,
  });
  const spent = body['spent'] as { recorded: number; replayed: number; difference: number };
  expect(spent.difference).toBeLessThan(0);
  expect(spent.recorded + spent.difference).toBeCloseTo(spent.replayed, 9);
});

test('trends, stats and Prometheus count the same', async () => {
  const { points } = (await stack.get('/stats/trends?bucket=day')).body as {
    points: Record<string, number>[];
  };
  const { policyActions, transactions } = (await stack.get('/stats')).body as Record<
    string,
    Record<string, number>
  >;
  expect(points[0]).toMatchObject({
    allowed: policyActions!['ALLOWED'],
    rejected: policyActions!['REJECTED'],
    downgraded: policyActions!['DOWNGRADED'],
    transactions: transactions!['total'],
  });
  const { text } = await stack.get('/metrics/prometheus');
  expect(text).toContain(`omni_policy_total{action="REJECTED"} ${policyActions!['REJECTED']}`);
  expect(text).toContain(`omni_tx_total{status="MOCK"} ${transactions!['mock']}`);
});
