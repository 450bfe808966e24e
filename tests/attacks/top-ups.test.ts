import { setTimeout as delay } from 'node:timers/promises';
import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withHash } from '../../activities/planner/plan-hash.ts';
import { readBalance, sumAccount } from '../../db/ledger.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import { escrowAccount, payeeAccount, reserveAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { checkOnPaper } from '../../api/receipts/verify.ts';
import { parseReceipt } from '../../api/receipts/read-receipt.ts';
import { createCaller, type Caller, type Reply } from '../api/support/http.ts';
import { paidStep, untilStatus } from '../api/support/reasoning-plans.ts';
import { sampleBook } from '../support/sample-catalogue.ts';
import { aPlan } from '../workflows/support/fakes.ts';
import { startPaperApp, type PaperApp } from './support/paper-chain.ts';
import { signedBy } from './support/wallet-signature.ts';

const usdc = escrowAsset(sampleBook, 'USDC')!;
let paper: PaperApp;
let api: Caller;
beforeAll(async () => {
  paper = await startPaperApp();
  api = createCaller(paper.app.url);
});
afterAll(() => paper.close());

/** Two steps of 0.75, which were thought to cost 0.1 each. Every plan has a payee of its own. */
function planOf(payTo: string, most = '1500000'): Plan {
  const price = { estimatedCost: '100000', maxPrice: '750000' };
  const steps = [paidStep('a', '750000', price), paidStep('b', '750000', { ...price, dependencies: ['a'] })];
  for (const step of steps) step.pay = { ...step.pay!, payTo };
  return withHash(aPlan(steps, { limits: { maxTotalAmount: most } }));
}

interface Short {
  id: string;
  userId: string;
  payTo: string;
  plan: Plan;
}

/** A run that has what the estimate says, was approved for more, and waits for the money. */
async function shortRun(most?: string): Promise<Short> {
  const [payTo, wallet] = [Keypair.generate().publicKey.toBase58(), Keypair.generate()];
  const plan = planOf(payTo, most);
  const userId = paper.app.user({ plan });
  await paper.app.fund(userId, '0.2');
  await api.post(`/escrow/${userId}/create`, { userWallet: wallet.publicKey.toBase58() });
  const { id } = (await api.post('/workflows/create', { userId, input: 'buy what the plan says' })).body
    .workflow;
  await untilStatus(api, id, 'awaiting_approval');
  const consent = signedBy(wallet, { planHash: plan.planHash, expiresAt: Date.now() + 60_000 });
  expect((await api.post(`/workflows/${id}/approve`, consent)).status).toBe(200);
  await expect
    .poll(async () => (await api.get(`/runs/${id}`)).body, { interval: 20 })
    .toMatchObject({ status: 'awaiting_approval', approval: { id: `${id}:2` } });
  return { id, userId, payTo, plan };
}

/** Where a run's money is, minor units. */
async function money({ id, userId, payTo }: Short) {
  const { pool } = paper.app.db;
  const [escrow, reserve, paid] = await Promise.all([
    readBalance(pool, escrowAccount('default', userId, usdc).account),
    readBalance(pool, reserveAccount('default', id, usdc).account),
    sumAccount(pool, payeeAccount('default', payTo, usdc).account),
  ]);
  return { escrow: escrow.available, reserve: reserve.posted, paid };
}

const status = async ({ id }: Short): Promise<unknown> => (await api.get(`/runs/${id}`)).body['status'];
const ended = (run: Short): Promise<void> =>
  expect.poll(() => status(run), { interval: 20 }).toMatch(/completed|failed|cancelled/);
/** Since then money was looked for again, from the beginning to the end. */
const looksAgain = async ({ id }: Short): Promise<void> => {
  const before = paper.looks(id);
  await expect.poll(() => paper.looks(id), { interval: 20 }).toBeGreaterThan(before + 1);
};
const settleAll = async (): Promise<void> => void (await paper.pay.sweepPayments({ limit: 200 }));
const differences = async (): Promise<string[]> =>
  (await findDifferences(paper.app.db, 0)).map(({ detail }) => detail);

async function wrongs(id: string): Promise<string[]> {
  const { text } = await api.get(`/runs/${id}/receipt`);
  const findings = checkOnPaper(parseReceipt(id, text), {});
  return findings
    .filter(({ verdict }) => verdict === 'failed')
    .map(({ link, detail }) => `${link}: ${detail}`);
}

describe('a run that waits for money', () => {
  test('is not resumed by money of others, in another asset or too little, and draws only what it pays', async () => {
    const [run, other] = await Promise.all([shortRun(), shortRun()]);
    await paper.app.fund(other.userId, '0.549999');
    await paper.app.fund(run.userId, '50', 'SOL');
    await paper.app.fund(run.userId, '0.549999');
    await Promise.all([looksAgain(run), looksAgain(other)]);
    expect([await status(run), await status(other)]).toEqual(['awaiting_approval', 'awaiting_approval']);
    await paper.app.fund(run.userId, '10');
    await ended(run);
    expect([await status(run), await status(other)]).toEqual(['completed', 'awaiting_approval']);
    await settleAll();
    expect(await money(run)).toEqual({ escrow: 10_749_999n - 1_500_000n, reserve: 0n, paid: 1_500_000n });
    expect(await money(other)).toEqual({ escrow: 549_999n, reserve: 200_000n, paid: 0n });
    expect(await differences()).toEqual([]);
    expect(await wrongs(run.id)).toEqual([]);
    const { sections } = parseReceipt(run.id, (await api.get(`/runs/${run.id}/receipt`)).text);
    const [first, second] = sections[2].body.approvals;
    expect(first).toMatchObject({
      decided_by: 'local',
      wallet_proof: { wallet: expect.any(String) as string },
    });
    expect(second).toMatchObject({ decided_by: 'local, resumed by a top-up', wallet_proof: null });
  });

  test('beyond what was approved is not resumed by any deposit', async () => {
    const [run, witness] = await Promise.all([shortRun('1499999'), shortRun()]);
    await paper.app.fund(run.userId, '100');
    await expect
      .poll(async () => (await api.get(`/runs/${run.id}`)).body, { interval: 20 })
      .toMatchObject({
        status: 'awaiting_approval',
        approval: { id: `${run.id}:3`, needs: { resumes_by_itself: false } },
      });
    await paper.app.fund(run.userId, '100');
    await paper.app.fund(witness.userId, '100');
    await ended(witness);
    expect([await status(run), await status(witness)]).toEqual(['awaiting_approval', 'completed']);
    await settleAll();
    expect((await money(run)).paid).toBe(750_000n);
    await api.post(`/runs/${run.id}/cancel`);
    await ended(run);
    expect(await money(run)).toEqual({ escrow: 200_200_000n - 750_000n, reserve: 0n, paid: 750_000n });
  });

  test.each(['reject', 'cancel'] as const)(
    'is not resumed after a %s, however much money comes',
    async (how) => {
      const run = await shortRun();
      const said =
        how === 'reject'
          ? await api.post(`/approvals/${run.id}:2`, { decision: 'reject' })
          : await api.post(`/runs/${run.id}/cancel`);
      expect(said.status).toBe(200);
      await paper.app.fund(run.userId, '100');
      await ended(run);
      expect([await status(run), await money(run)]).toEqual([
        'cancelled',
        { escrow: 100_200_000n, reserve: 0n, paid: 0n },
      ]);
    },
  );
});

describe('two approvals, a rejection, a cancel and a top-up at once', () => {
  test('have one outcome in each of twenty rounds, and no unit is lost or paid twice', async () => {
    const seen = new Set<unknown>();
    for (let round = 0; round < 4; round++)
      await Promise.all(
        Array.from({ length: 5 }, async (_, index) => {
          const run = await shortRun();
          const outcome = await collide(run, round * 5 + index);
          seen.add(outcome);
        }),
      );
    expect(seen.size).toBeGreaterThan(1);
    await settleAll();
    expect(await differences()).toEqual([]);
  });

  async function collide(run: Short, seed: number): Promise<unknown> {
    const { approval } = (await api.get(`/runs/${run.id}`)).body as unknown as {
      approval: { plan_hash: string };
    };
    const acts: { [name: string]: () => Promise<Reply | void> } = {
      approve: () => api.post(`/workflows/${run.id}/approve`, { planHash: approval.plan_hash }),
      resume: () => api.post(`/runs/${run.id}/resume`),
      reject: () => api.post(`/approvals/${run.id}:2`, { decision: 'reject' }),
      cancel: () => api.post(`/runs/${run.id}/cancel`),
      fund: () => paper.app.fund(run.userId, '5'),
    };
    const names = Object.keys(acts);
    const order = names.map((_, index) => names[(index + seed) % names.length]!);
    const replies = await Promise.all(
      order.map(async (name, place) => {
        await delay(
          name === 'cancel' ? (seed % 5) * 300 : name === 'reject' ? (seed % 4) * 200 : (place * seed) % 23,
        );
        return [name, await acts[name]!()] as const;
      }),
    );
    const ok = new Set(replies.flatMap(([name, reply]) => (reply?.status === 200 ? [name] : [])));
    await ended(run);
    paper.expire(run.id);
    await expect.poll(async () => (await settleAll(), (await money(run)).reserve), { interval: 20 }).toBe(0n);
    const end = await status(run);
    const { escrow, paid } = await money(run);
    expect(escrow + paid).toBe(5_200_000n);
    expect([0n, 750_000n, 1_500_000n]).toContain(paid);
    if (end === 'completed') expect(paid).toBe(1_500_000n);
    if (ok.has('cancel') || ok.has('reject')) expect(end).toBe('cancelled');
    if (ok.has('reject')) expect([paid, ok.has('approve'), ok.has('resume')]).toEqual([0n, false, false]);
    expect(await wrongs(run.id)).toEqual([]);
    return `${String(end)}, ${paid} paid`;
  }
});
