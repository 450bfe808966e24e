import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBalance } from '../../db/ledger.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { escrowAccount, reserveAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { PaymentActivities } from '../../domain/ports/payments.ts';
import { createCaller, type Caller } from './support/http.ts';
import { aPaidPlan, untilStatus } from './support/reasoning-plans.ts';
import { startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';

const NEEDED = 2_000_000n; // more than the plan's estimate, as if a price had risen within what was approved
let app: ReasoningApp;
let api: Caller;

/** The money of the run, and what its user could add, minor units. */
async function reach(runId: string): Promise<bigint> {
  const usdc = escrowAsset(app.options.assets, 'USDC')!;
  const { subject } = (await getRun(app.db.pool, runId))!;
  const accounts = [escrowAccount('default', subject, usdc), reserveAccount('default', runId, usdc)];
  const balances = await Promise.all(accounts.map(({ account }) => readBalance(app.db.pool, account)));
  return balances.reduce((sum, { available }) => sum + available, 0n);
}

beforeAll(async () => {
  const runs = new Map<string, string>();
  app = await startReasoningApp({
    activities: ({ scripted }): Partial<PaymentActivities> => ({
      async signPayment(request) {
        const ride = request.ride!;
        const { runId } = ride;
        runs.set(request.intentId, runId);
        const lack = NEEDED - (await reach(runId));
        if (lack <= 0n) return scripted.signPayment(request);
        await scripted.appendEvents(ride);
        return {
          kind: 'refused',
          reason: 'low_balance',
          message: 'Please top up.',
          shortBy: lack.toString(),
        };
      },
      checkFunds: async ({ intentId }) => ({ funded: (await reach(runs.get(intentId)!)) >= NEEDED }),
    }),
  });
  api = createCaller(app.url);
});
afterAll(() => app.close());

test('a run whose escrow is short says what is missing, and goes on by itself after a deposit', async () => {
  const userId = app.user({ plan: aPaidPlan() });
  await app.fund(userId, '1.5');
  const { id } = (await api.post('/workflows/create', { userId, input: 'buy what the plan says' })).body
    .workflow;
  await untilStatus(api, id, 'awaiting_approval');
  await api.post(`/workflows/${id}/approve`);
  await expect
    .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow)
    .toMatchObject({ status: 'awaiting_approval', approvalReason: 'low_balance' });
  const pending = (await api.get('/approvals?status=pending')).body['approvals'] as { run_id: string }[];
  expect(pending.find(({ run_id }) => run_id === id)).toMatchObject({
    reason: 'low_balance',
    needs: {
      who: 'user',
      how: expect.stringContaining('Deposit what is missing') as string,
      missing: { amount: '0.5', asset: 'USDC' },
      spent: { amount: '0', asset: 'USDC' },
      cost_to_finish: { amount: '1.25', asset: 'USDC' },
      resumes_by_itself: true,
    },
  });
  expect((await api.get(`/runs/${id}`)).body['approval']).toMatchObject({ needs: { who: 'user' } });
  await app.fund(userId, '2');
  await untilStatus(api, id, 'completed');
  expect((await api.get(`/runs/${id}`)).body).toMatchObject({ cost: [{ amount: '1.25', asset: 'USDC' }] });
});
