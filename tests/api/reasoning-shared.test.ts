import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HealthPart } from '../../schemas/families/reasoning.ts';
import { createCaller, type Caller } from './support/http.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { aFreePlan, aPaidPlan, untilStatus } from './support/reasoning-plans.ts';

const TASK = 'Analyze the last 30 days of DEX volume';
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp({ options: { maxCost: '3' } });
  api = createCaller(app.url);
});
afterAll(() => app.close());

describe('the catalogue', () => {
  test('lists services with their prices as numbers, all or of one category', async () => {
    const all = (await api.get('/services')).body['services'] as {
      id: string;
      category: string;
      pricePerCall: number;
    }[];
    expect(all.length).toBeGreaterThan(5);
    expect(all.every(({ pricePerCall }) => typeof pricePerCall === 'number')).toBe(true);
    const { category } = all[0]!;
    const some = (await api.get(`/services?category=${encodeURIComponent(category)}`)).body['services'];
    expect(some).toEqual(all.filter((service) => service.category === category));
  });

  test('shows one service, and says when it does not exist', async () => {
    const [first] = (await api.get('/services')).body['services'] as { id: string }[];
    expect((await api.get(`/services/${encodeURIComponent(first!.id)}`)).body['service']).toEqual(first);
    const none = await api.get('/services/nonsense');
    expect([none.status, none.body['code']]).toEqual([404, 'service_not_found']);
  });
});

describe('health', () => {
  test('shows the checks and the last day in numbers, null while nothing ended', async () => {
    const fresh = await startReasoningApp({ workers: false });
    const { status, body } = await createCaller(fresh.url).get('/health');
    expect(status).toBe(200);
    expect(HealthPart.parse(body)).toMatchObject({
      status: 'degraded', // by its workers alone, which this one does without
      checks: {
        database: 'ok',
        temporal: 'ok',
        chain: 'ok',
        facilitator: 'ok',
        planner: 'ok',
      },
      metrics: {
        workflowSuccessRate: null,
        averageExecutionTime: null,
        activeWorkflows: 0,
        paymentsUnknown: 0,
        totalCostProcessed: {},
      },
    });
    await fresh.close();
  });

  test('a run that nobody works on says which worker it waits for, and so does the refusal of a command', async () => {
    const fresh = await startReasoningApp({ workers: false });
    const caller = createCaller(fresh.url);
    const { id } = (await caller.post('/workflows/create', { userId: 'nobody_works', input: TASK })).body
      .workflow;
    const lacks = /^no worker serves the queues \S+, \S+-llm: start one with npm run worker$/;
    const waiting = { for: 'worker', attempt: 0, detail: expect.stringMatching(lacks) };
    expect((await caller.get(`/workflows/${id}`)).body['workflow']).toMatchObject({
      status: 'planning',
      waiting,
    });
    expect((await caller.get(`/runs/${id}`)).body).toMatchObject({ status: 'created', waiting });
    const asked = performance.now();
    const refused = await caller.post(`/workflows/${id}/approve`);
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.body.detail).toMatch(/no worker serves the queue \S+: start one with npm run worker/);
    expect(performance.now() - asked).toBeLessThan(10_000);
    await fresh.close();
  });

  test('is healthy while workers serve all queues', async () => {
    await expect.poll(async () => (await api.get('/health')).body['status']).toBe('healthy');
    expect((await api.get('/health')).body['checks']).toMatchObject({ workers: 'ok' });
  });

  test('counts the runs that ended, what they cost and why they failed', async () => {
    const paying = app.user({ plan: aPaidPlan() });
    await app.fund(paying, '2');
    const failing = app.user({
      plan: aFreePlan('failing', 'a'),
      calls: { a: { kind: 'failed', code: 'HTTP_403', message: 'no' } },
    });
    for (const [userId, end] of [
      [paying, 'completed'],
      [failing, 'failed'],
    ] as const) {
      const { id } = (await api.post('/workflows/create', { userId, input: TASK })).body.workflow;
      await untilStatus(api, id, 'awaiting_approval');
      await api.post(`/workflows/${id}/approve`);
      await untilStatus(api, id, end, /^cancelled$/);
    }
    await expect
      .poll(async () => (await api.get('/health')).body['metrics'], { timeout: 10_000 })
      .toMatchObject({
        workflowSuccessRate: 0.5,
        averageExecutionTime: expect.any(Number),
        totalCostProcessed: { USDC: 1.25 },
        errorRates: { HTTP_403: 0.5 },
        queueDepth: 0,
      });
  });
});

describe('the ceiling of the installation', () => {
  test('limits what is asked for, and what is approved', async () => {
    const userId = app.user({ plan: { ...aPaidPlan(), limits: { maxTotalAmount: '3000001' } } });
    const created = await api.post('/workflows/create', { userId, input: TASK, maxCost: '3.000001' });
    expect([created.status, created.body['code']]).toEqual([400, 'validation_failed']);
    const { id } = (await api.post('/workflows/create', { userId, input: TASK })).body.workflow;
    await untilStatus(api, id, 'awaiting_approval');
    expect((await api.post(`/workflows/${id}/approve`)).body).toMatchObject({ code: 'invalid_state' });
    expect(
      (await api.post(`/workflows/${id}/approve`, { limits: { maxTotalAmount: 4 } })).body,
    ).toMatchObject({ code: 'validation_failed' });
  });
});

describe('a change of price', () => {
  test('pauses for a second approval with a new hash, and nothing is paid twice', async () => {
    const plan = aPaidPlan();
    const userId = app.user({
      plan: {
        ...plan,
        steps: plan.steps.map((step) => (step.id === 'b' ? { ...step, maxPrice: '400000' } : step)),
      },
    });
    await app.fund(userId, '3');
    const { id } = (await api.post('/workflows/create', { userId, input: TASK })).body.workflow;
    await untilStatus(api, id, 'awaiting_approval');
    await api.post(`/workflows/${id}/approve`, { planHash: plan.planHash });
    await expect
      .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow, { timeout: 10_000 })
      .toMatchObject({
        status: 'awaiting_approval',
        approvalReason: 'price_changed',
        totalCost: 0.75,
        executionPlan: { revision: 2 },
      });
    expect((await api.post(`/workflows/${id}/approve`, { planHash: plan.planHash })).body).toMatchObject({
      code: 'plan_changed',
    });
    expect((await api.post(`/workflows/${id}/approve`)).status).toBe(200);
    const done = await untilStatus(api, id, 'completed');
    expect(done).toMatchObject({ totalCost: 1.25 });
    expect(done['paymentSignatures']).toHaveLength(2);
  });

  test('goes on by POST /runs/{id}/resume; before the run has paused there is nothing to resume', async () => {
    const plan = aPaidPlan();
    const steps = plan.steps.map((step) => (step.id === 'b' ? { ...step, maxPrice: '400000' } : step));
    const userId = app.user({ plan: { ...plan, steps } });
    await app.fund(userId, '3');
    const { id } = (await api.post('/workflows/create', { userId, input: TASK })).body.workflow;
    await untilStatus(api, id, 'awaiting_approval');
    const early = await api.post(`/runs/${id}/resume`);
    expect([early.status, early.body['code']]).toEqual([409, 'invalid_state']);
    await api.post(`/workflows/${id}/approve`);
    await expect
      .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow)
      .toMatchObject({ status: 'awaiting_approval', approvalReason: 'price_changed' });
    const stale = await api.post(`/runs/${id}/resume`, { plan_hash: plan.planHash });
    expect([stale.status, stale.body['code']]).toEqual([409, 'plan_changed']);
    const resumed = await api.post(`/runs/${id}/resume`);
    expect([resumed.status, resumed.body['run_id']]).toEqual([200, id]);
    await untilStatus(api, id, 'completed');
    expect((await api.get(`/runs/${id}`)).body).toMatchObject({
      status: 'completed',
      cost: [{ amount: '1.25', asset: 'USDC' }],
    });
    expect((await api.post(`/runs/${id}/resume`)).body['code']).toBe('invalid_state');
  });
});

describe('an output too large for a history', () => {
  test('is shown when its workflow is read', async () => {
    const large = {
      rows: Array.from({ length: 3000 }, (_row, index) => ({ index, text: 'some text to fill it' })),
    };
    const userId = app.user({ plan: aFreePlan('large', 'a', 'b'), outputs: { a: large } });
    const { id } = (await api.post('/workflows/create', { userId, input: TASK })).body.workflow;
    await untilStatus(api, id, 'awaiting_approval');
    await api.post(`/workflows/${id}/approve`);
    await untilStatus(api, id, 'completed');
    const { stepResults } = (await api.get(`/workflows/${id}/steps`)).body as {
      stepResults?: Record<string, { output: unknown }>;
    };
    expect(JSON.stringify(stepResults?.['a']?.output) === JSON.stringify(large)).toBe(true);
  });
});
