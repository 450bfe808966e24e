import { setTimeout as delay } from 'node:timers/promises';
import { Keypair } from '@solana/web3.js';
import { expect } from 'vitest';
import type { CrashPoint } from '../../domain/crash-points.ts';
import type { JobPoint } from '../../domain/masumi/crash-points.ts';
import type { ChatPoint } from '../../domain/omni/crash-points.ts';
import { createDemoClient, type DemoClient } from '../../demo/client.ts';
import { fundEscrow, sendTokens } from '../../demo/fund-escrow.ts';
import { createCustomer, type Customer } from '../kills/customer.ts';
import { holdBooks } from '../kills/proof.ts';
import { SILENT } from '../kills/siege.ts';
import { startVictims, type Victims } from '../kills/victims.ts';
import { chatOnce } from './chats.ts';
import { buyJob } from './jobs.ts';
import { until } from '../workflows/support/run.ts';

const USER = 'customer';
const PATIENCE_MS = 90_000; // some points come when all is done and a chain calls it final

/** What is bought or moved to reach a point, and how it must end all the same. */
export const JOBS = {
  'a payment on Solana': { input: 'Get the SOL price history of the last 30 days', ends: 'completed' },
  'a payment on the EVM chain': {
    input: 'Summarize this text: the quick brown fox jumps over the lazy dog. It rained. The dog slept.',
    ends: 'completed',
  },
  'a failing task with a refund': {
    input:
      'Book a hotel in Berlin for 2 nights from 10 January and then get a credit rating for Example Corp',
    ends: 'failed',
  },
  'a deposit': undefined,
  'a withdrawal': undefined,
  'money that nobody announces': undefined,
  'a job that is paid in advance': undefined,
  'a job that asks': undefined,
  'a chat of an agent': undefined,
} as const;
export type Job = keyof typeof JOBS;

export interface CrashStack {
  /** Does a job with a worker that kills itself at the point, then with one that does not, and holds every promise. */
  crash(point: CrashPoint | JobPoint | ChatPoint, job: Job): Promise<void>;
  /** Does a job while its worker is stopped at the point and another takes over; lets the first go on; holds every promise. */
  freeze(point: CrashPoint | JobPoint | ChatPoint, job: Job): Promise<void>;
  stop(): Promise<void>;
}

/** The whole of Steward in processes of their own, on real chains. */
export async function startCrashStack(): Promise<CrashStack> {
  const victims = await startVictims();
  const client = createDemoClient(victims.url);
  const customer = createCustomer(victims.url, USER);
  await fundEscrow(SILENT, client, victims.local, USER, '20');
  let count = 0;
  const begin = (job: Job): Promise<number> => {
    const done = perform(job, `${++count}`, { victims, client, customer });
    done.catch(() => undefined); // awaited later; an error of the worker may come first
    return done;
  };
  const holdPromises = async (before: Balance, change: number): Promise<void> => {
    await until(async () => (await balanceOf(client)).reserved === 0, 'nothing is held any more', 60_000);
    await until(async () => isClose(await balanceOf(client), before, change), 'the balance is right', 60_000);
    await holdBooks(victims);
  };
  return {
    async crash(point, job) {
      await atRest(client);
      const before = await balanceOf(client);
      const { crashed } = await victims.armWorker(point);
      const done = begin(job);
      await Promise.race([crashed, delay(PATIENCE_MS).then(() => neverReached(point))]);
      await victims.kill('worker');
      await holdPromises(before, await done);
    },
    async freeze(point, job) {
      await atRest(client);
      const before = await balanceOf(client);
      const held = await victims.stopWorker(point);
      const done = begin(job);
      await held.overtake();
      const change = await done;
      await held.goOn();
      await holdPromises(before, change);
    },
    stop: () => victims.stop(),
  };
}

/** What earlier jobs paid is posted, so that the next one alone comes to the points of payments. */
async function atRest(client: DemoClient): Promise<void> {
  const settled = async (kind: string): Promise<{ finalized: boolean }[]> =>
    (
      await client.get<{ payments: { finalized: boolean }[] }>(
        `/payments?status=settled&limit=200&kind=${kind}`,
      )
    ).payments;
  const isPosted = async (): Promise<boolean> =>
    [...(await settled('step')), ...(await settled('withdrawal'))].every(({ finalized }) => finalized);
  await until(isPosted, 'everything paid is final', PATIENCE_MS);
}

const neverReached = (point: CrashPoint | JobPoint | ChatPoint): never => {
  throw new Error(`The worker never came to ${point}.`);
};

interface Means {
  victims: Victims;
  client: DemoClient;
  customer: Customer;
}

/** Answers the change that the user's balance must show, in whole units of USDC. */
async function perform(job: Job, name: string, { victims, client, customer }: Means): Promise<number> {
  if (job === 'a deposit') {
    await fundEscrow(SILENT, client, victims.local, USER, '1.25');
    return 1.25;
  }
  if (job === 'a chat of an agent') {
    await chatOnce(victims);
    return 0;
  }
  if (job === 'a withdrawal') return withdraw(victims.url, name);
  if (job === 'money that nobody announces') return sendUnasked(victims, client);
  if (job === 'a job that is paid in advance' || job === 'a job that asks') {
    await buyJob(victims, job === 'a job that asks');
    return 0;
  }
  const { input, ends } = JOBS[job];
  const { id, status, totalCost, seqs, types } = await customer.buy(name, input);
  expect({ id, status }).toEqual({ id, status: ends });
  expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
  expect(types.at(-1)).toBe(`workflow.${ends}`);
  return -totalCost;
}

/** Sends money and tells nobody. It waits as surplus, once, however often somebody looks. */
async function sendUnasked({ local, url }: Victims, client: DemoClient): Promise<number> {
  const { address } = await client.get<{ address: string }>('/escrow/address');
  const signature = await sendTokens(local, local.solana.demoUser, address, 250_000n);
  const found = async (): Promise<string[]> => {
    await fetch(`${url}/ledger/reconciliation`, { method: 'POST' }).catch(() => undefined);
    const { surplus } = await client.get<{ surplus: { tx_hash: string; amount: string }[] }>(
      '/ledger/surplus?limit=200',
    );
    return surplus.filter(({ tx_hash }) => tx_hash === signature).map(({ amount }) => amount);
  };
  await until(async () => (await found()).length > 0, 'the surplus is there', PATIENCE_MS);
  expect(await found()).toEqual(['250000']);
  return 0;
}

/** Sends the same request with the same key until it is final, as a client does that lost the answer. */
async function withdraw(url: string, name: string): Promise<number> {
  const body = JSON.stringify({
    amount: '0.5',
    asset: 'USDC',
    destination: Keypair.generate().publicKey.toBase58(),
  });
  const headers = { 'content-type': 'application/json', 'idempotency-key': `withdraw-${name}` };
  const first = await fetch(`${url}/escrow/${USER}/withdraw`, { method: 'POST', body, headers });
  const { withdrawalId, total } = (await first.json()) as { withdrawalId?: string; total?: number };
  expect(withdrawalId).toMatch(/^wd_/);
  expect(total).toBeGreaterThan(0.5); // fee and rent come on top
  await until(
    async () => (await movementOf(url, withdrawalId!)) === 'completed',
    'the withdrawal is final',
    90_000,
  );
  return -total!;
}

async function movementOf(url: string, id: string): Promise<string | undefined> {
  const answer = await fetch(`${url}/escrow/${USER}/history?limit=100`);
  const { history } = (await answer.json()) as { history: { id: string; type: string; status: string }[] };
  return history.find((row) => row.id.includes(id))?.status;
}

interface Balance {
  available: number;
  reserved: number;
}

const balanceOf = async (client: DemoClient): Promise<Balance> =>
  (await client.get<{ balances: { USDC: Balance } }>(`/escrow/${USER}/balance`)).balances.USDC;

const isClose = (now: Balance, before: Balance, change: number): boolean =>
  Math.abs(now.available - before.available - change) < 1e-9;
