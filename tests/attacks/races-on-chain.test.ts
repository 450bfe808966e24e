import { randomUUID } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { readBalance } from '../../db/ledger.ts';
import { holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { createSealer } from '../../db/sealing.ts';
import { escrowAccount, reserveAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { Rail } from '../../domain/payments/rail.ts';
import type { EscrowActivities } from '../../domain/ports/escrow.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { createBooks, type Books, type Told } from '../chains/support/books.ts';
import { quoteFor, request, sending, soon } from '../chains/support/buying.ts';
import { paymentOf, sweepUntil, WAYS, type Way } from '../chains/support/looking.ts';
import {
  paidStep,
  railsConfig,
  startMoneyStack,
  TENANT,
  type Activities,
  type MoneyStack,
} from '../chains/support/money-stack.ts';

const PRICE = 250_000n;
const [EVM, SOLANA] = WAYS as [Way, Way, Way];
let stack: MoneyStack;
let books: Books;
let escrow: EscrowActivities;
let activities: Activities;
let usdc: Asset;
beforeAll(async () => {
  stack = await startMoneyStack();
  books = createBooks(stack);
  activities = stack.activities();
  usdc = escrowAsset(stack.book, 'USDC')!;
  const { solana } = railsConfig(stack.assets);
  const sealer = createSealer('a secret of the tests');
  escrow = createEscrowActivities({ db: stack.db, sealer, assets: stack.book, solana });
});
afterAll(() => stack.stop());

interface Job {
  runId: string;
  userId: string;
  way: Way;
  intentId: string;
}

/** A run of a user who has just what its one step costs. */
/** What a withdrawal to a new wallet takes, lamports. */
const COSTS = { fee: 5_000n, rent: 2_039_280n };

async function newJob(way: Way, balance = PRICE): Promise<Job> {
  const run = await stack.newRun('USDC', balance);
  await stack.fund(run.userId, escrowAsset(stack.book, 'SOL')!, COSTS.fee + COSTS.rent);
  await stack.db.pool.query(
    `update run set view = '{"approval":{"limits":{"maxTotalAmount":"250000"}}}' where id = $1`,
    [run.runId],
  );
  const intentId = await quoteFor(activities, callOf(run.runId, way));
  return { ...run, way, intentId };
}

const callOf = (runId: string, { path }: Way) => request(runId, paidStep(stack.seller.url + path), 'USDC');
const sign = ({ runId, intentId }: Job, by = activities) =>
  by.signPayment({ ride: { runId, events: [] }, intentId, signBeforeMs: soon() });
const submit = ({ runId, way, intentId }: Job) =>
  activities.submitPayment(sending(callOf(runId, way), intentId));
const finish = ({ runId }: Job, cost: bigint) =>
  activities.finishRun({
    ride: { runId, events: [] },
    runId,
    status: 'failed',
    outputs: {},
    totals: { cost: cost.toString(), timeMs: 0, asset: 'USDC', decimals: 6 },
    attention: [],
  });

/** Activities whose rails do something just before the money of a payment is held. */
function atTheMoment(act: () => unknown): Activities {
  const all = stack.deps().rails.all.map((rail): Rail => ({
    ...rail,
    async available(token) {
      const available = await rail.available(token);
      act();
      return available;
    },
  }));
  const find = (network: string) => all.find((rail) => rail.network === network);
  return stack.activities({ rails: { all, find, close: () => undefined } });
}

const hold = async ({ userId }: Job, amount = PRICE): Promise<string | undefined> => {
  const id = `wd_${randomUUID()}`;
  const destination = Keypair.generate().publicKey.toBase58();
  const coin = escrowAsset(stack.book, 'SOL')!;
  const charge = { ...COSTS, asset: coin, coin, coins: COSTS.fee + COSTS.rent };
  const held = await holdWithdrawal(stack.db, {
    id,
    tenant: TENANT,
    userId,
    asset: usdc,
    amount,
    destination,
    charge,
  });
  return held.kind === 'held' ? id : undefined;
};

/** Waits a few round trips, so that each side has its chance to be first. */
async function holdAfter(trips: number, job: Job): Promise<string | undefined> {
  for (let trip = 0; trip < trips; trip++) await stack.db.pool.query('select');
  return hold(job);
}

async function withdraw(withdrawalId: string): Promise<void> {
  await escrow.prepareWithdrawal({ withdrawalId });
  const order = { ride: null, intentId: withdrawalId };
  expect(await activities.signPayment(order)).toEqual({ kind: 'signed' });
  await activities.submitPayment({ ...order, attempt: 1 });
  await expect
    .poll(() => activities.reconcilePayment(order), { interval: 100 })
    .toMatchObject({ kind: 'settled', final: true });
}

/** Everything that a user has anywhere in the ledger, minor units. */
async function worth({ runId, userId }: Job): Promise<bigint> {
  const accounts = [escrowAccount(TENANT, userId, usdc), reserveAccount(TENANT, runId, usdc)];
  const balances = await Promise.all(accounts.map(({ account }) => readBalance(stack.db.pool, account)));
  for (const { available, posted } of balances) expect(available >= 0n && posted >= 0n).toBe(true);
  return balances.reduce((sum, { posted }) => sum + posted, 0n);
}

const tokensHeld = (): Promise<bigint> => stack.wallets.tokenBalance(stack.wallets.escrow);

describe('a withdrawal of everything', () => {
  test('in twenty races against a payment that needs the money: one of them goes through, never both', async () => {
    const jobs: Job[] = [];
    for (let round = 0; round < 20; round++) jobs.push(await newJob(round % 2 === 0 ? SOLANA : EVM));
    const before = await tokensHeld();
    const rounds: { job: Job; withdrawalId: string | undefined }[] = [];
    for (const [round, job] of jobs.entries()) {
      const held: Promise<string | undefined>[] = [];
      const signed = await sign(
        job,
        atTheMoment(() => held.push(holdAfter(2 * round, job))),
      );
      const withdrawalId = await held[0];
      expect(held).toHaveLength(1);
      expect(signed.kind === 'signed').toBe(withdrawalId === undefined);
      rounds.push({ job, withdrawalId });
    }
    await Promise.all(
      rounds.map(async ({ job, withdrawalId }) =>
        withdrawalId === undefined ? void (await submit(job)) : withdraw(withdrawalId),
      ),
    );
    const open = async () => await Promise.all(jobs.map(({ intentId }) => paymentOf(stack, intentId)));
    await sweepUntil(activities, async () =>
      (await open()).every(({ status, finalized }) => status === 'quoted' || finalized),
    );
    await Promise.all(
      rounds.map(({ job, withdrawalId }) => finish(job, withdrawalId === undefined ? PRICE : 0n)),
    );
    expect(await Promise.all(jobs.map(worth))).toEqual(jobs.map(() => 0n));
    const withdrawn = rounds.filter(({ withdrawalId }) => withdrawalId !== undefined).length;
    expect(withdrawn > 0 && withdrawn < 20, `${withdrawn} of 20 were withdrawn`).toBe(true);
    const left = rounds.filter(
      ({ job, withdrawalId }) => withdrawalId !== undefined || job.way.path === '/solana',
    ).length;
    expect(before - (await tokensHeld())).toBe(BigInt(left) * PRICE);
  });
});

describe('the check of the books', () => {
  test('in a loop while fifty runs reserve, pay, withdraw and end finds nothing to repair or to report', async () => {
    const jobs: Job[] = [];
    for (let n = 0; n < 50; n++) jobs.push(await newJob(n % 2 === 0 ? SOLANA : EVM, 2n * PRICE));
    await books.level();
    const working = new AbortController();
    const told: Told[] = [];
    let checks = 0;
    const checking = (async () => {
      for (; !working.signal.aborted; checks++) told.push(...(await books.check({ graceMs: 60_000 })));
    })();
    const todo = [...jobs];
    const work = async (): Promise<void> => {
      for (let job = todo.pop(); job !== undefined; job = todo.pop()) await live(job);
    };
    await Promise.all(Array.from({ length: 10 }, work));
    await sweepUntil(activities, async () =>
      (await Promise.all(jobs.map(({ intentId }) => paymentOf(stack, intentId)))).every(
        (one) => one.finalized,
      ),
    );
    working.abort();
    await checking;
    expect(told).toEqual([]);
    expect(checks).toBeGreaterThan(5);
    expect(await books.check()).toEqual([]);
    expect(await Promise.all(jobs.map(worth))).toEqual(jobs.map(() => 0n));
  });

  async function live(job: Job): Promise<void> {
    const { runId } = job;
    const ride = { runId, events: [] };
    await activities.reserveForRun({ ride, runId, revision: 1, upTo: PRICE.toString(), asset: 'USDC' });
    const withdrawal = hold(job);
    expect((await sign(job)).kind).toBe('signed');
    await turn();
    await Promise.all([submit(job), withdrawal.then((id) => withdraw(id!))]);
    await finish(job, PRICE);
    await activities.sweepPayments({ limit: 5 });
  }
});
