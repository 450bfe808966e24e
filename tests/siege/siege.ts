import { setTimeout as delay } from 'node:timers/promises';
import { Keypair } from '@solana/web3.js';
import { expect } from 'vitest';
import { openDatabase } from '../../db/database.ts';
import { verifyAudit, type AuditVerdict } from '../../db/repositories/audit-check.ts';
import { createDemoClient } from '../../demo/client.ts';
import { fundEscrow } from '../../demo/fund-escrow.ts';
import { buyJob } from '../crashes/jobs.ts';
import { createCustomer, type Customer, type Purchase } from '../kills/customer.ts';
import { holdBooks } from '../kills/proof.ts';
import { holdPromises, seeded, SILENT, TASKS } from '../kills/siege.ts';
import { startVictims, type Victims } from '../kills/victims.ts';
import { holdAcknowledgements, keepAcknowledgements, type Acknowledgements } from './acknowledgements.ts';
import { drawBlows } from './blows.ts';
import { countAll, inWords } from './counts.ts';

const USER = 'customer';
const PATIENCE_MS = 240_000;
/** Longer than a claim lasts, so that a repetition takes over a request that is held up. */
const ANSWER_MS = 5000;

/**
 * Several APIs and workers, customers that never rest, and everything that can happen to processes and connections.
 * Afterwards the acknowledged answers, the events, the ledger, the receipts and both chains must agree.
 */
export async function layFullSiege(seed: number, customers: number): Promise<void> {
  const victims = await startVictims({ apis: 2, workers: 2, ownDatabase: true, env: LEASES });
  try {
    await fundEscrow(SILENT, createDemoClient(victims.url), victims.local, USER, '40');
    const acks = keepAcknowledgements();
    const siege = { over: false };
    const buying = Array.from({ length: customers }, (_, n) => shopUntilOver(victims, acks, siege, n));
    const struck = strikeAll(victims, seed).finally(() => (siege.over = true));
    const [done] = await Promise.all([Promise.all(buying).then((all) => all.flat()), struck]);
    await holdAll(victims, acks, done);
    await report(victims, acks, done, await struck);
  } finally {
    await victims.stop();
  }
}

/** Leases that a test can outlast. */
const LEASES = { IDEMPOTENCY_CLAIM_MS: '2000' };

async function strikeAll(victims: Victims, seed: number): Promise<string[]> {
  const random = seeded(seed + 1000);
  const blows = drawBlows(seed);
  for (const { name, strike } of blows) {
    await delay(300 + Math.floor(random() * 1200));
    await strike(victims).catch((error: unknown) => {
      throw new Error(`After "${name}" the stack did not stand up again.`, { cause: error });
    });
  }
  return blows.map(({ name }) => name);
}

/** One thing that a customer did, and how it may have ended. */
interface Done {
  kind: string;
  purchase?: Purchase;
  ends?: readonly string[];
}

async function shopUntilOver(
  victims: Victims,
  acks: Acknowledgements,
  siege: { over: boolean },
  n: number,
): Promise<Done[]> {
  const urls = n % 2 === 0 ? victims.urls : victims.urls.toReversed();
  const customer = createCustomer(urls, USER, {
    patienceMs: PATIENCE_MS,
    answerMs: ANSWER_MS,
    acknowledged: acks.add,
  });
  const done: Done[] = [];
  for (let turn = 0; turn < ERRANDS.length || !siege.over; turn++)
    done.push(await ERRANDS[(n + turn) % ERRANDS.length]!(customer, `${n}-${turn}`, victims));
  return done;
}

type Errand = (customer: Customer, name: string, victims: Victims) => Promise<Done>;

const buying =
  (task: (typeof TASKS)[number]): Errand =>
  async (customer, name) => ({
    kind: 'task',
    purchase: await customer.buy(name, task.input),
    ends: [task.ends],
  });

const cancelling =
  (approved: boolean): Errand =>
  async (customer, name) => {
    const { cancelled, ...purchase } = await customer.cancel(name, TASKS[1].input, approved);
    // A cancel that was acknowledged is never followed by a completed run.
    return { kind: 'cancel', purchase, ends: cancelled ? ['cancelled', 'failed'] : ['completed', 'failed'] };
  };

const ERRANDS: readonly Errand[] = [
  buying(TASKS[0]),
  cancelling(true),
  async (customer, name) => {
    await customer.withdraw(name, '0.01', Keypair.generate().publicKey.toBase58());
    return { kind: 'withdrawal' };
  },
  buying(TASKS[2]),
  async (_customer, _name, victims) => {
    await buyJob(victims, false, { stops: true });
    return { kind: 'job' };
  },
  buying(TASKS[1]),
  cancelling(false),
];

async function holdAll(victims: Victims, acks: Acknowledgements, done: readonly Done[]): Promise<void> {
  for (const { purchase, ends } of done) if (purchase) holdPromises(purchase, ends!);
  const url = victims.config.DATABASE_URL!;
  await expect
    .poll(async () => (await countAll(url)).withdrawals, { timeout: 90_000 })
    .toEqual({
      finalized: done.filter(({ kind }) => kind === 'withdrawal').length,
    });
  await holdAcknowledgements(acks, victims.urls);
  const { runs, tornRuns } = await countAll(url);
  expect(tornRuns).toEqual([]);
  // Exactly one run for each key that made one: a process that was frozen created no second run.
  const wanted = done.filter(({ kind }) => kind !== 'withdrawal').length;
  expect(Object.values(runs).reduce((sum, count) => sum + count, 0)).toBe(wanted);
  expect(await auditOf(url)).toMatchObject({ valid: true });
  const { worker, api } = victims.processes;
  expect([...worker, ...api].filter((one) => one.endedByItself())).toEqual([]);
  await holdBooks(victims);
}

async function auditOf(url: string): Promise<AuditVerdict> {
  const db = await openDatabase(url, { poolSize: 1 });
  try {
    return await verifyAudit(db.pool, 'default');
  } finally {
    await db.close();
  }
}

async function report(
  { config }: Victims,
  acks: Acknowledgements,
  done: readonly Done[],
  blows: readonly string[],
): Promise<void> {
  const count = (names: readonly string[]): string =>
    Object.entries(Object.groupBy(names, (name) => name))
      .map(([name, all]) => `${all!.length} x ${name}`)
      .join(', ');
  const lines = [
    `The siege is over: ${blows.length} blows (${count(blows)}).`,
    `  errands      ${count(done.map(({ kind }) => kind))}`,
    `  acknowledged ${acks.all().length} keyed requests; each is answered the same again by every API`,
    inWords(await countAll(config.DATABASE_URL!)),
    '  chains, ledger, receipts, audit chain and reconciler agree; no process ended by itself',
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
