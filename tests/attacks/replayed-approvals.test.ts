import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCaller, type Caller, type Reply } from '../api/support/http.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';
import { aPaidPlan, untilStatus } from '../api/support/reasoning-plans.ts';
import { signedBy } from './support/wallet-signature.ts';

const TTL_MS = 4000;
const plan = aPaidPlan();
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp({ run: { approvalTtlMs: TTL_MS } });
  api = createCaller(app.url);
});
afterAll(() => app.close());

/** The price of step b rises after the approval, within what the user has. */
const dearer = {
  ...plan,
  steps: plan.steps.map((step) => (step.id === 'b' ? { ...step, maxPrice: '400000' } : step)),
};

interface Owner {
  userId: string;
  wallet: Keypair;
}

async function newOwner(of = plan): Promise<Owner> {
  const [userId, wallet] = [app.user({ plan: of }), Keypair.generate()];
  await app.fund(userId, '10');
  await api.post(`/escrow/${userId}/create`, { userWallet: wallet.publicKey.toBase58() });
  return { userId, wallet };
}

async function waitingRun({ userId }: Owner): Promise<string> {
  const task = { userId, input: 'buy what the plan says' };
  const { id } = (await api.post('/workflows/create', task)).body.workflow;
  await untilStatus(api, id, 'awaiting_approval');
  return id;
}

const approval = ({ wallet }: Owner, expiresAt = Date.now() + 60_000): object =>
  signedBy(wallet, { planHash: plan.planHash, limits: { maxTotalAmount: 2 }, expiresAt });
const approve = (id: string, body: object): Promise<Reply> => api.post(`/workflows/${id}/approve`, body);
const answer = ({ status, body }: Reply): unknown[] => [status, body['code']];

/** Payments of each run: the effect of an approval. */
const paid = (ids: string[]): Promise<number[]> =>
  Promise.all(
    ids.map(
      async (id) => ((await api.get(`/payments?run_id=${id}&status=settled`)).body['payments'] as []).length,
    ),
  );

const paused = (id: string): Promise<void> =>
  expect
    .poll(async () => (await api.get(`/workflows/${id}`)).body.workflow)
    .toMatchObject({ status: 'awaiting_approval', executionPlan: { revision: 2 } });

describe('an approval that a wallet signed', () => {
  test('approves only one run, even when another one of the same user has the very same plan', async () => {
    const owner = await newOwner();
    const runs = await Promise.all([1, 2, 3, 4].map(() => waitingRun(owner)));
    const signed = approval(owner);
    const replies = await Promise.all([...runs, ...runs].map((id) => approve(id, signed)));
    const good = replies.flatMap(({ status }, index) => (status === 200 ? [runs[index % 4]!] : []));
    expect(good).toHaveLength(2);
    expect(new Set(good).size).toBe(1);
    for (const reply of replies.filter(({ status }) => status !== 200))
      expect(answer(reply)).toEqual([400, 'invalid_signature']);
    await untilStatus(api, good[0]!, 'completed');
    const next = runs.find((id) => id !== good[0])!;
    expect((await approve(next, approval(owner, Date.now() + 70_000))).status).toBe(200);
    await untilStatus(api, next, 'completed');
    expect((await paid(runs)).toSorted((a, b) => a - b)).toEqual([0, 0, 2, 2]);
  });

  test('does not approve the plan after a price has changed', async () => {
    const owner = await newOwner(dearer);
    const id = await waitingRun(owner);
    const signed = approval(owner);
    expect((await approve(id, signed)).status).toBe(200);
    await paused(id);
    expect(answer(await approve(id, signed))).toEqual([409, 'plan_changed']);
    await api.post(`/runs/${id}/cancel`);
    await untilStatus(api, id, 'cancelled', /completed|failed/);
    expect(answer(await approve(id, signed))).toEqual([400, 'invalid_state']);
    expect(await paid([id])).toEqual([1]);
  });

  test('has no effect after it expired, after the plan lapsed, or after a rejection', async () => {
    const owner = await newOwner();
    const [lapsing, rejected] = [await waitingRun(owner), await waitingRun(owner)];
    const late = approval(owner, Date.now() - 1);
    expect(answer(await approve(lapsing, late))).toEqual([400, 'validation_failed']);
    expect((await api.post(`/approvals/${rejected}:1`, { decision: 'reject' })).status).toBe(200);
    expect(answer(await approve(rejected, approval(owner)))).toEqual([400, 'invalid_state']);
    await untilStatus(api, lapsing, 'cancelled', /completed|failed/);
    expect(answer(await approve(lapsing, approval(owner)))).toEqual([410, 'approval_expired']);
    expect(await paid([lapsing, rejected])).toEqual([0, 0]);
  });
});

test('a rejection of a plan that was approved long ago does not reject the present one', async () => {
  const owner = await newOwner(dearer);
  const id = await waitingRun(owner);
  await approve(id, approval(owner));
  await paused(id);
  const old = await api.post(`/approvals/${id}:1`, { decision: 'reject' });
  expect(answer(old)).toEqual([409, 'plan_changed']);
  const { body } = await api.get(`/runs/${id}`);
  expect(body).toMatchObject({ status: 'awaiting_approval', approval: { status: 'pending' } });
  expect((await api.post(`/approvals/${id}:2`, { decision: 'reject' })).status).toBe(200);
  await untilStatus(api, id, 'cancelled', /completed|failed/);
});
