import { randomUUID } from 'node:crypto';
import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { checkOnPaper } from '../../api/receipts/verify.ts';
import { withHash } from '../../activities/planner/plan-hash.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import { reserveAccount, treasuryAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Purse } from '../../domain/payments/purse.ts';
import { createCaller, type Caller } from '../api/support/http.ts';
import { paidStep, untilStatus } from '../api/support/reasoning-plans.ts';
import { startPaperApp, type PaperApp } from '../attacks/support/paper-chain.ts';
import { aPlan } from '../workflows/support/fakes.ts';
import { usdc } from './support/desk.ts';

let paper: PaperApp;
let api: Caller;
beforeAll(async () => {
  paper = await startPaperApp();
  api = createCaller(paper.app.url);
});
afterAll(() => paper.close());
beforeEach(async () => {
  paper.clock.nowMs = undefined;
  await paper.app.db.pool.query('update budget set deleted_at = now()');
});

/** A run of two steps of 0.75 each that waits for approval. */
async function newRun(purse?: Purse): Promise<string> {
  const steps = [paidStep('a', '750000'), paidStep('b', '750000', { dependencies: ['a'] })];
  const payTo = Keypair.generate().publicKey.toBase58();
  for (const step of steps) step.pay = { ...step.pay!, payTo };
  const plan = withHash(aPlan(steps, { limits: { maxTotalAmount: '1500000' } }));
  const userId = paper.app.user({ plan });
  await paper.app.fund(userId, '10');
  const created = await api.post('/workflows/create', { userId, input: 'buy what the plan says' });
  const { id } = created.body.workflow;
  await untilStatus(api, id, 'awaiting_approval');
  const { pool } = paper.app.db;
  if (purse) await pool.query('update run set purse = $2 where id = $1', [id, JSON.stringify(purse)]);
  return id;
}

async function approve(id: string): Promise<void> {
  expect((await api.post(`/workflows/${id}/approve`)).status).toBe(200);
}

async function newBudget(
  amount: bigint,
  more: { period?: string; approveAbove?: bigint } = {},
): Promise<string> {
  const id = `bud_${randomUUID()}`;
  await paper.app.db.pool.query(
    `insert into budget (id, tenant, name, asset, decimals, amount, period, mode, approve_above, created_by)
     values ($1, 'default', 'Research', $2, 6, $3, $4, 'hard', $5, 'tester')`,
    [id, usdc.id, amount.toString(), more.period ?? 'total', more.approveAbove?.toString() ?? null],
  );
  return id;
}

const shown = async (id: string): Promise<Record<string, unknown>> => (await api.get(`/runs/${id}`)).body;
const untilShown = (id: string, status: string): Promise<void> =>
  expect.poll(async () => (await shown(id))['status'], { interval: 20, timeout: 20_000 }).toBe(status);

/** Everything that the run moved sums to zero, is where it belongs, and its receipt says so. */
async function expectBooksToAgree(id: string): Promise<void> {
  await paper.pay.sweepPayments({ limit: 200 });
  expect(await findDifferences(paper.app.db, 0)).toEqual([]);
  const receipt = parseReceipt(id, (await api.get(`/runs/${id}/receipt`)).text);
  expect(checkOnPaper(receipt, {}).filter(({ verdict }) => verdict === 'failed')).toEqual([]);
}

const used = async (budget: string): Promise<{ held: string; spent: string }[]> =>
  (
    await paper.app.db.pool.query<{ held: string; spent: string }>(
      'select held, spent from budget_window where budget_id = $1 order by starts_at',
      [budget],
    )
  ).rows;

test('a run without room is paused, and goes on by itself when the budget is raised', async () => {
  const budget = await newBudget(1_000_000n);
  const id = await newRun();
  await approve(id);
  await untilShown(id, 'paused');
  expect((await shown(id))['pause']).toMatchObject({
    reason: 'budget_exhausted',
    step_id: 'b',
    budget: { id: budget, name: 'Research' },
    needs: { who: 'admin', missing: { amount: '0.5', asset: 'USDC' }, resumes_by_itself: true },
    renews_at: null,
  });
  expect((await api.get(`/workflows/${id}`)).body.workflow).toMatchObject({
    status: 'awaiting_approval',
    approvalReason: 'budget_exhausted',
  });
  expect((await api.post(`/workflows/${id}/approve`)).status).toBe(400);
  await paper.app.db.pool.query('update budget set amount = 1500000 where id = $1', [budget]);
  await untilShown(id, 'completed');
  expect(await shown(id)).not.toHaveProperty('pause');
  await expectBooksToAgree(id);
  expect(await used(budget)).toEqual([{ held: '0', spent: '1500000' }]);
});

test('it goes on by itself when the budget renews, and pays out of the new period', async () => {
  const hour = Math.floor(Date.now() / 3_600_000) * 3_600_000;
  paper.clock.nowMs = hour - 1;
  const budget = await newBudget(750_000n, { period: 'hour' });
  const id = await newRun();
  await approve(id);
  await untilShown(id, 'paused');
  expect((await shown(id))['pause']).toMatchObject({ renews_at: new Date(hour).toISOString() });
  paper.clock.nowMs = hour;
  await untilShown(id, 'completed');
  await expectBooksToAgree(id);
  expect(await used(budget)).toEqual([
    { held: '0', spent: '750000' },
    { held: '0', spent: '750000' },
  ]);
});

test('a paused run that is cancelled ends, keeps what it paid and gives the rest back', async () => {
  const budget = await newBudget(1_000_000n);
  const id = await newRun();
  await approve(id);
  await untilShown(id, 'paused');
  expect((await api.post(`/workflows/${id}/cancel`)).status).toBe(200);
  await untilShown(id, 'cancelled');
  await expectBooksToAgree(id);
  expect((await readBalance(paper.app.db.pool, reserveAccount('default', id, usdc).account)).posted).toBe(0n);
  expect(await used(budget)).toEqual([{ held: '0', spent: '750000' }]);
});

test('a payment that a budget asks a person about waits for an approval, and is paid under it', async () => {
  await newBudget(10_000_000n, { approveAbove: 749_999n });
  const id = await newRun();
  await approve(id);
  for (const revision of [2, 3]) {
    await expect
      .poll(() => shown(id), { interval: 20 })
      .toMatchObject({
        status: 'awaiting_approval',
        approval: { id: `${id}:${revision}`, reason: 'approve_above', needs: { who: 'approver' } },
      });
    await approve(id);
  }
  await untilShown(id, 'completed');
  await expectBooksToAgree(id);
});

test('a run whose purse refuses fails at once, and says that the budget is exhausted', async () => {
  await newBudget(1_000_000n);
  const id = await newRun({ kind: 'escrow', withoutRoom: 'refuse' });
  await approve(id);
  await untilShown(id, 'failed');
  expect((await shown(id))['error']).toMatchObject({ code: 'BUDGET_EXHAUSTED', stepId: 'b' });
  await expectBooksToAgree(id);
});

test.each(['treasury', 'budget'] as const)(
  'a run that pays from the %s leaves its user’s escrow alone',
  async (kind) => {
    const { pool } = paper.app.db;
    const treasury = treasuryAccount(usdc);
    const entries = move(worldAccount(usdc), treasury, 2_000_000n);
    await applyTransfer(pool, {
      id: randomUUID(),
      kind: 'funding',
      state: 'posted',
      tenant: 'system',
      entries,
    });
    const before = (await readBalance(pool, treasury.account)).available;
    const id = await newRun(kind === 'treasury' ? { kind } : { kind, budget: await newBudget(1_500_000n) });
    const userId = (await shown(id))['subject'] as string;
    await approve(id);
    await untilShown(id, 'completed');
    await expectBooksToAgree(id);
    expect((await readBalance(pool, treasury.account)).available).toBe(before - 1_500_000n);
    expect((await api.get(`/escrow/${userId}/balance?asset=USDC`)).body).toMatchObject({
      balances: { USDC: { available: 10, reserved: 0, spent: 0 } },
    });
    const receipt = parseReceipt(id, (await api.get(`/runs/${id}/receipt`)).text);
    expect(receipt.sections[0].body).toMatchObject({ source: 'treasury:system:operator' });
  },
);
