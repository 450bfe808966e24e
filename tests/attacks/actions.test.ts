import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller, type Caller, type Reply } from '../api/support/http.ts';
import { hashOf } from '../api/support/reasoning-activities.ts';
import { freeStep, paidStep, untilStatus } from '../api/support/reasoning-plans.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';
import type { CallOutcome } from '../../domain/ports/calling.ts';
import { aPlan } from '../workflows/support/fakes.ts';

let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp();
  api = createCaller(app.url);
});
afterAll(() => app.close());

const plan = aPlan([paidStep('data', '750000'), freeStep('send', { dependencies: ['data'] })], {
  planHash: hashOf('acted upon'),
});
const refused: CallOutcome = { kind: 'failed', code: 'HTTP_403', message: 'no' };

interface Waiting {
  id: string;
  userId: string;
  calls: { [step: string]: CallOutcome };
}

async function waiting(): Promise<Waiting> {
  const calls: Waiting['calls'] = { send: refused };
  const userId = app.user({ plan, calls });
  await app.fund(userId, '3');
  const { id } = (await api.post('/workflows/create', { userId, input: 'buy what the plan says' })).body
    .workflow;
  await untilStatus(api, id, 'awaiting_approval');
  return { id, userId, calls };
}

const paymentsOf = async (id: string): Promise<unknown[]> =>
  (await api.get(`/payments?run_id=${id}`)).body['payments'] as unknown[];
const isRefusal = ({ status, body }: Reply): void => {
  expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
  expect(status, JSON.stringify(body)).toBeLessThan(500);
  expect(body['detail']).toBeTypeOf('string');
};

const IDS = [
  '%00',
  '%E0%A4%A',
  '..%2f..%2fruns',
  "'%20or%201=1%20--",
  '$1',
  '__proto__',
  '%25',
  'x'.repeat(3000),
];
const ACTIONS: [string, object][] = [
  ['/runs/ID/rerun', {}],
  ['/runs/ID/resume', {}],
  ['/runs/ID/cancel', {}],
  ['/runs/ID/cancel?preview=true', {}],
  ['/runs/ID/inputs', { data: {} }],
  ['/payments/ID/actions', { action: 'reconcile' }],
  ['/approvals/ID', { decision: 'approve' }],
  ['/attention/ID/resolve', { note: 'x' }],
];

describe('an action', () => {
  test.each(ACTIONS)('%s on an id that does not exist is refused, whatever the id is', async (path, body) => {
    for (const id of IDS) isRefusal(await api.post(path.replace('ID', id), body));
  });

  test('with a body that it does not understand changes nothing', async () => {
    const run = await waiting();
    const path = (name: string): string => `/runs/${run.id}/${name}`;
    const bodies: [string, unknown][] = [
      [path('resume'), { plan_hash: 7 }],
      [path('resume'), { plan_hash: `${plan.planHash}\0` }],
      [path('resume'), []],
      [path('cancel'), { reason: { toString: 'x' } }],
      [path('cancel'), 'null'],
      [path('cancel?preview=TRUE'), {}],
      [path('cancel?preview=true&preview=false'), {}],
      [path('rerun'), { from_step: '__proto__' }],
      [path('rerun'), { from_step: 'send', input: 'another task, in words' }],
      [path('rerun'), { input: '\0'.repeat(20) }],
      [`/approvals/${run.id}:1`, { decision: 'approve', plan_hash: 'f'.repeat(64) }],
      [`/approvals/${run.id}:1`, { decision: 'APPROVE' }],
      [`/approvals/${run.id}:1`, { decision: 'reject', plan_hash: 'f'.repeat(64) }],
      [`/approvals/${run.id}:2`, { decision: 'approve' }],
    ];
    for (const [where, body] of bodies) isRefusal(await api.post(where, body));
    expect((await api.get(`/runs/${run.id}`)).body).toMatchObject({ status: 'awaiting_approval' });
    expect(await paymentsOf(run.id)).toEqual([]);
  });
});

describe('ids that callers choose', () => {
  test('raise no limit: twenty keys, limits and expiries approve once and pay once', async () => {
    const run = await waiting();
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        api.post(
          `/workflows/${run.id}/approve`,
          {
            planHash: plan.planHash,
            limits: { maxTotalAmount: 1 + index / 10 },
            expiresAt: Date.now() + 60_000 + index,
          },
          { 'idempotency-key': `approve-${run.id}-${index}` },
        ),
      ),
    );
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    await untilStatus(api, run.id, 'failed');
    expect(await paymentsOf(run.id)).toHaveLength(1);
    const { rows } = await app.db.pool.query<{ n: string; sum: string }>(
      `select count(*) as n, sum(e.amount) as sum from transfer t join entry e on e.transfer_id = t.id
       where t.run_id = $1 and t.kind = 'reserve' and e.amount > 0`,
      [run.id],
    );
    expect(rows[0]).toMatchObject({ n: 1, sum: '750000' });
  });

  test('start one run for one key, and many reruns pay nothing twice', async () => {
    const run = await waiting();
    await api.post(`/workflows/${run.id}/approve`);
    await untilStatus(api, run.id, 'failed');
    const again = (key: string) => api.post(`/runs/${run.id}/rerun`, {}, { 'idempotency-key': key });
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, index) => again(`again-${run.id}-${index % 3}`)),
    );
    const ids = new Set(replies.map(({ body }) => String(body['run_id'])));
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
    expect(ids.size).toBe(3);
    delete run.calls['send'];
    for (const id of ids) await untilStatus(api, id, 'awaiting_approval');
    await Promise.all([...ids].map((id) => api.post(`/workflows/${id}/approve`)));
    for (const id of ids) await untilStatus(api, id, 'completed');
    expect((await Promise.all([...ids].map(paymentsOf))).flat()).toEqual([]);
  });
});
