import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WordLimits } from '../../domain/plan/understanding/understanding.ts';
import type { CallOutcome } from '../../domain/ports/calling.ts';
import { aPlan } from '../workflows/support/fakes.ts';
import { createCaller, type Caller } from './support/http.ts';
import { hashOf, plannedAs, type Scenario } from './support/reasoning-activities.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { freeStep, paidStep, untilStatus } from './support/reasoning-plans.ts';

const TASK = 'Buy the data, compute on it and write a report';
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp();
  api = createCaller(app.url);
});
afterAll(() => app.close());

const plan = () =>
  aPlan(
    [
      paidStep('data', '750000'),
      paidStep('report', '500000', { dependencies: ['data'] }),
      freeStep('send', { dependencies: ['report'] }),
    ],
    { planHash: hashOf('again') },
  );

/** A run that has ended, by default because its last step failed; `calls` may be changed for the next one. */
async function ended(status: 'failed' | 'completed' = 'failed') {
  const calls: { [step: string]: CallOutcome } =
    status === 'failed' ? { send: { kind: 'failed', code: 'HTTP_403', message: 'no' } } : {};
  const userId = app.user({ plan: plan(), calls });
  await app.fund(userId, '5');
  const { id } = (await api.post('/workflows/create', { userId, input: TASK, maxCost: 2 })).body.workflow;
  await untilStatus(api, id, 'awaiting_approval');
  await api.post(`/workflows/${id}/approve`);
  await untilStatus(api, id, status);
  return { id, userId, calls };
}

const again = (id: string, body?: object, headers?: Record<string, string>) =>
  api.post(`/runs/${id}/rerun`, body, headers);
const paymentsOf = async (id: string) =>
  ((await api.get(`/payments?run_id=${id}`)).body['payments'] as { step_id: string }[]).map(
    ({ step_id }) => step_id,
  );

describe('another run of an ended one', () => {
  test('uses paid results, pays nothing twice and does the rest', async () => {
    const { id, calls } = await ended();
    delete calls['send'];
    const answer = await again(id);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ rerun_of: id, run_id: expect.stringMatching(/^wf_/) });
    const next = String(answer.body['run_id']);
    const asked = await untilStatus(api, next, 'awaiting_approval');
    expect(asked).toMatchObject({ estimatedCost: 0, naturalLanguageInput: TASK, maxCost: 2 });
    expect((await api.get(`/runs/${next}`)).body['approval']).not.toHaveProperty('paid_again');
    await api.post(`/workflows/${next}/approve`);
    const done = await untilStatus(api, next, 'completed');
    expect(done).toMatchObject({
      totalCost: 0,
      output: { from: 'send' },
      stepResults: {
        data: { status: 'completed', cost: 0, output: { from: 'data' } },
        report: { status: 'completed', cost: 0, output: { from: 'report' } },
        send: { status: 'completed' },
      },
    });
    expect(await paymentsOf(next)).toEqual([]);
    const { events } = (await api.get(`/runs/${next}/events`)).body as unknown as {
      events: { seq: number }[];
    };
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index + 1));
  });

  test('from a given step lists what will be paid again with its price, and pays it only once approved', async () => {
    const { id } = await ended('completed');
    const { body } = await again(id, { from_step: 'report' });
    const next = String(body['run_id']);
    expect(await untilStatus(api, next, 'awaiting_approval')).toMatchObject({ estimatedCost: 0.5 });
    expect((await api.get(`/runs/${next}`)).body['approval']).toMatchObject({
      status: 'pending',
      paid_again: [{ step_id: 'report', amount: '0.5', asset: 'USDC' }],
    });
    expect(await paymentsOf(next)).toEqual([]);
    await api.post(`/workflows/${next}/approve`);
    expect(await untilStatus(api, next, 'completed')).toMatchObject({ totalCost: 0.5 });
    expect(await paymentsOf(next)).toEqual(['report']);
  });

  test('with another input is planned anew, for the same user within the same limits', async () => {
    const { id, userId } = await ended();
    const { body } = await again(id, { input: 'Something quite different for a change' });
    const next = String(body['run_id']);
    expect(await untilStatus(api, next, 'awaiting_approval')).toMatchObject({
      userId,
      maxCost: 2,
      estimatedCost: 1.25,
      naturalLanguageInput: 'Something quite different for a change',
    });
  });

  test('keeps the limits that its words set, and is priced within them', async () => {
    const limits: WordLimits = {
      maxCost: { amount: '1.5', asset: 'USDC' },
      maxTimeMs: 9000,
      verifiedOnly: true,
      notFrom: ['acme'],
    };
    const calls: Scenario['calls'] = { send: { kind: 'failed', code: 'HTTP_403', message: 'no' } };
    const userId = app.user({ plan: plan(), planning: { ...plannedAs(plan()), limits }, calls });
    await app.fund(userId, '5');
    const { id } = (await api.post('/workflows/create', { userId, input: TASK, maxCost: 2 })).body.workflow;
    const shown = {
      maxCost: 1.5,
      maxTime: 9000,
      limits: { maxCost: 1.5, maxTime: 9000, verifiedOnly: true, notFrom: ['acme'] },
    };
    expect(await untilStatus(api, id, 'awaiting_approval')).toMatchObject(shown);
    expect((await api.get(`/runs/${id}`)).body['limits']).toEqual({
      max_cost: { amount: '1.5', asset: 'USDC' },
      max_time_ms: 9000,
      verified_only: true,
      not_from: ['acme'],
    });
    await api.post(`/workflows/${id}/approve`);
    await untilStatus(api, id, 'failed');
    const next = String((await again(id)).body['run_id']);
    expect(await untilStatus(api, next, 'awaiting_approval')).toMatchObject({
      ...shown,
      executionPlan: { limits: { maxTotalAmount: 1.5 } },
    });
  });

  test('is one run for one Idempotency-Key', async () => {
    const { id } = await ended();
    const key = { 'idempotency-key': `again-${id}` };
    const [one, two] = [await again(id, {}, key), await again(id, {}, key)];
    expect(two.text).toBe(one.text);
    expect(two.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('a run is not run again', () => {
  test('while it goes on, when every step ended well, or from a step that the plan does not have', async () => {
    const { id } = await ended('completed');
    const finished = await again(id);
    expect([finished.status, finished.body['code']]).toEqual([409, 'invalid_state']);
    const unknown = await again(id, { from_step: 'nothing' });
    expect([unknown.status, unknown.body['code']]).toEqual([400, 'validation_failed']);
    expect((await again(id, { from_step: 'data', input: TASK })).body['code']).toBe('validation_failed');
    expect((await again(id, { input: 'short' })).body['code']).toBe('validation_failed');
    expect((await again('nobody')).body['code']).toBe('run_not_found');
    const { body } = await again(id, { from_step: 'data' });
    expect((await again(String(body['run_id']))).body['code']).toBe('invalid_state');
  });

  test('while it is unknown whether one of its steps was paid', async () => {
    const { id } = await ended();
    await app.db.pool.query(
      `update payment set status = 'unknown', finalized = false where run_id = $1 and step_id = 'report'`,
      [id],
    );
    const refused = await again(id, { from_step: 'report' });
    expect([refused.status, refused.body['code']]).toEqual([409, 'invalid_state']);
    expect(refused.body['detail']).toContain('report');
  });
});
