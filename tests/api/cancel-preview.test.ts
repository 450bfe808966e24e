import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashOf } from './support/reasoning-activities.ts';
import { createCaller, type Caller } from './support/http.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { freeStep, paidStep, untilStatus } from './support/reasoning-plans.ts';
import { aPlan } from '../workflows/support/fakes.ts';

const compensation = { url: 'http://service.test/undo', method: 'POST', params: {} };
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp();
  api = createCaller(app.url);
});
afterAll(() => app.close());

const preview = (id: string) => api.post(`/runs/${id}/cancel?preview=true`);
const stepsOf = (body: Record<string, unknown>, list: string): unknown[] =>
  (body[list] as { step_id: string }[]).map(({ step_id }) => step_id);

test('a preview says what a cancel would undo and where the money is, changes nothing, and the cancel does just that', async () => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  const plan = aPlan(
    [
      paidStep('hotel', '750000', { compensation }),
      paidStep('report', '500000', { dependencies: ['hotel'] }),
      freeStep('car', { dependencies: ['report'], compensation }),
      freeStep('last', { dependencies: ['report'] }),
    ],
    { planHash: hashOf('preview') },
  );
  const userId = app.user({ plan, hold: { car: opened, last: opened } });
  await app.fund(userId, '3');
  const input = 'Book a hotel, write a report and rent a car';
  const { id } = (await api.post('/workflows/create', { userId, input })).body.workflow;
  await untilStatus(api, id, 'awaiting_approval');
  expect((await preview(id)).body).toMatchObject({
    run_id: id,
    status: 'awaiting_approval',
    undo: [],
    refundable: [],
    sunk: [],
    unknown: [],
    returned: [],
  });
  await api.post(`/workflows/${id}/approve`);
  await expect.poll(async () => ((await preview(id)).body['undo'] as unknown[]).length).toBe(2);
  const { status, body } = await preview(id);
  expect(status).toBe(200);
  expect(body['undo']).toEqual([
    { step_id: 'car', certain: false },
    { step_id: 'hotel', certain: true },
  ]);
  expect(stepsOf(body, 'refundable')).toEqual(['hotel']);
  expect(stepsOf(body, 'sunk')).toEqual(['report']);
  expect(body['returned']).toMatchObject([{ amount: '1250000' }]); // the scripted payments hold nothing
  expect((await api.get(`/workflows/${id}`)).body.workflow.status).toBe('executing');

  await api.post(`/workflows/${id}/cancel`);
  open();
  await untilStatus(api, id, 'cancelled');
  const { events } = (await api.get(`/runs/${id}/events`)).body as unknown as {
    events: { type: string; data: { step: string } }[];
  };
  const undone = events.filter(({ type }) => type === 'step.compensated').map(({ data }) => data.step);
  expect(undone).toEqual(['car', 'hotel']);
  expect((await preview(id)).body['code']).toBe('cannot_cancel');
});

test('a preview of nothing, or with another value than true and false, is refused', async () => {
  expect((await preview('nobody')).body['code']).toBe('run_not_found');
  const reply = await api.post('/runs/nobody/cancel?preview=yes');
  expect([reply.status, reply.body['code']]).toEqual([400, 'validation_failed']);
});
