import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aFreePlan, aPaidPlan, untilStatus } from './support/reasoning-plans.ts';
import { createCaller, type Caller } from './support/http.ts';
import { hashOf } from './support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';

let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp();
  api = createCaller(app.url);
});
afterAll(() => app.close());

const TASK = 'Analyze the last 30 days of DEX volume';
const free = () => ({ plan: aFreePlan('free', 'a', 'b') });

describe('a workflow', () => {
  test('is created, planned, approved, executed and shown with its output', async () => {
    const userId = app.user(free());
    const created = await api.post('/workflows/create', { userId, input: TASK, metadata: { from: 'test' } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ success: true, workflow: { status: 'planning' } });
    const { id } = created.body.workflow;
    expect(id).toMatch(/^wf_\d{13}_[0-9a-f]{16}$/);

    const waiting = await untilStatus(api, id, 'awaiting_approval');
    expect(waiting).toMatchObject({
      userId,
      naturalLanguageInput: TASK,
      approvalReason: 'initial',
      metadata: { from: 'test' },
    });
    const approved = await api.post(`/workflows/${id}/approve`);
    expect(approved.status).toBe(200);
    expect(approved.body).toEqual({
      success: true,
      message: 'Workflow approved and execution started',
      planHash: hashOf('free'),
    });

    const done = await untilStatus(api, id, 'completed');
    expect(done).toMatchObject({ output: { from: 'b' }, totalCost: 0, paymentSignatures: [], attention: [] });
    const steps = await api.get(`/workflows/${id}/steps`);
    expect(steps.body).toMatchObject({
      success: true,
      stepResults: { a: { status: 'completed', success: true, attempts: 1 } },
    });
  });

  test('pays from escrow, counts what it paid and gives back the rest', async () => {
    const userId = app.user({ plan: aPaidPlan() });
    await app.fund(userId, '5');
    const created = await api.post('/workflows/create', { userId, input: TASK, maxCost: 2.5 });
    const { id } = created.body.workflow;
    await untilStatus(api, id, 'awaiting_approval');
    expect((await api.post(`/workflows/${id}/approve`)).status).toBe(200);
    const done = await untilStatus(api, id, 'completed');
    expect(done).toMatchObject({ totalCost: 1.25, maxCost: 2.5, estimatedCost: 1.25 });
    expect(done['paymentSignatures']).toHaveLength(2);
    expect(done['stepResults']).toMatchObject({
      a: { cost: 0.75, payment: { status: 'settled', amountMinor: '750000' } },
    });
  });
});
