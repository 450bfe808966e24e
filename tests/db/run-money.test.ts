import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createLedgerActivities } from '../../activities/ledger/activities.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal } from '../../db/journal.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { createNotifier, type Notifier } from '../../db/notifier.ts';
import { escrowHistory, type HistoryPosition } from '../../db/escrow/history.ts';
import { escrowSummary } from '../../db/escrow/escrow.ts';
import { getRun, insertRun } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { createValues } from '../../db/values.ts';
import { escrowAccount, payeeAccount, reserveAccount, worldAccount } from '../../domain/accounts.ts';
import type { AssetBook } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import type { FinishRequest, LedgerActivities } from '../../domain/ports/ledger.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';

const USDC: Asset = {
  id: 'test:1/token:usdc',
  code: 'USDC',
  network: 'test:1',
  address: 'usdc',
  decimals: 6,
};
const BOOK: AssetBook = { assets: [USDC], escrowNetwork: 'test:1' };
const TENANT = 'test';
const sealer = createSealer('a secret of the tests');

let database: FreshDatabase;
let db: Database;
let notifier: Notifier;
let activities: LedgerActivities;
beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url);
  notifier = createNotifier(db.pool);
  const journal = createJournal(db.pool, notifier);
  activities = createLedgerActivities({ db, journal, values: createValues(db.pool, sealer), assets: BOOK });
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await database.drop();
});

async function newUser(balance: bigint): Promise<string> {
  const userId = `user_${randomUUID()}`;
  const entries = move(worldAccount(USDC), escrowAccount(TENANT, userId, USDC), balance);
  const data = { userId, signature: `sig of ${userId}`, from: 'wallet', recipient: 'escrow' };
  await applyTransfer(db.pool, {
    id: `deposit:${userId}`,
    kind: 'deposit',
    state: 'posted',
    tenant: TENANT,
    data,
    entries,
  });
  return userId;
}

async function newRun(subject: string): Promise<string> {
  const id = `wf_${randomUUID()}`;
  const run = {
    id,
    tenant: TENANT,
    family: 'reasoning',
    kind: 'task',
    subject,
    workflowId: id,
    input: 'x',
    settings: {},
  };
  await insertRun(db.pool, sealer, run);
  return id;
}

const available = async (userId: string): Promise<bigint> =>
  (await readBalance(db.pool, escrowAccount(TENANT, userId, USDC).account)).available;

const reserve = (runId: string, revision: number, upTo: string) =>
  activities.reserveForRun({ ride: { runId, events: [] }, runId, revision, upTo, asset: 'USDC' });

const finish = (runId: string, over: Partial<FinishRequest> = {}) =>
  activities.finishRun({
    ride: { runId, events: [] },
    runId,
    status: 'completed',
    outputs: {},
    totals: { cost: '0', timeMs: 7, asset: 'USDC', decimals: 6 },
    attention: [],
    ...over,
  });

/** The seller gets this out of the run's reserve. */
async function spend(runId: string, amount: bigint): Promise<void> {
  const entries = move(reserveAccount(TENANT, runId, USDC), payeeAccount(TENANT, 'seller', USDC), amount);
  const id = `payment:${randomUUID()}`;
  await applyTransfer(db.pool, {
    id,
    kind: 'payment',
    state: 'posted',
    tenant: TENANT,
    runId,
    stepId: 'buy',
    entries,
  });
}

test('a run whose workflow has forgotten its approval gives back what is in its reserve', async () => {
  const userId = await newUser(1_000n);
  const runId = await newRun(userId);
  await reserve(runId, 1, '400');
  await finish(runId, { status: 'cancelled', moneyless: true });
  expect(await available(userId)).toBe(1_000n);
});

describe('a reserve', () => {
  test('draws the difference up to what a revision allows, however often it is asked', async () => {
    const userId = await newUser(1_000n);
    const runId = await newRun(userId);
    for (const [revision, upTo, left] of [
      [1, '400', 600n],
      [1, '400', 600n],
      [2, '550', 450n],
      [3, '100', 450n],
    ] as const) {
      expect(await reserve(runId, revision, upTo)).toEqual({ kind: 'reserved' });
      expect(await available(userId)).toBe(left);
    }
  });

  test('counts what was spent as drawn', async () => {
    const userId = await newUser(1_000n);
    const runId = await newRun(userId);
    await reserve(runId, 1, '400');
    await spend(runId, 300n);
    await reserve(runId, 2, '500');
    expect(await available(userId)).toBe(500n);
  });

  test('says what is missing when the escrow has too little, and takes nothing', async () => {
    const userId = await newUser(100n);
    const runId = await newRun(userId);
    expect(await reserve(runId, 1, '101')).toEqual({
      kind: 'insufficient',
      available: '100',
      required: '101',
    });
    expect(await available(userId)).toBe(100n);
  });

  test('never promises more than the user has to runs that ask at once', async () => {
    const userId = await newUser(1_000n);
    const runs = await Promise.all(Array.from({ length: 8 }, () => newRun(userId)));
    const outcomes = await Promise.all(runs.map((runId) => reserve(runId, 1, '300')));
    expect(outcomes.filter(({ kind }) => kind === 'reserved')).toHaveLength(3);
    expect(await available(userId)).toBe(100n);
  });
});

describe('the end of a run', () => {
  test('gives back what is left, once, and writes the terminal event with the output', async () => {
    const userId = await newUser(1_000n);
    const runId = await newRun(userId);
    await reserve(runId, 1, '400');
    await spend(runId, 150n);
    await finish(runId, { outputs: { report: { inline: { text: 'done' } } } });
    await finish(runId, { outputs: { report: { inline: { text: 'done' } } } });
    expect(await available(userId)).toBe(850n);
    const run = await getRun(db.pool, runId);
    expect(run).toMatchObject({
      status: 'completed',
      last_seq: 1,
      view: { output: { text: 'done' }, totalCost: '0', attention: [] },
    });
  });

  test('answers an object by outputKey when several steps came last', async () => {
    const runId = await newRun(await newUser(1n));
    await finish(runId, { outputs: { chart: { inline: 1 }, report: { inline: 2 } } });
    expect((await getRun(db.pool, runId))?.view).toMatchObject({ output: { chart: 1, report: 2 } });
  });

  test('tells why it failed and opens its attention items once', async () => {
    const runId = await newRun(await newUser(1n));
    const error = { code: 'PAID_NO_OUTPUT', message: 'nothing came', recoverable: false };
    const attention = [{ kind: 'compensation_failed', detail: 'look', data: {} }];
    await finish(runId, { status: 'failed', error, attention });
    await finish(runId, { status: 'failed', error, attention });
    const run = await getRun(db.pool, runId);
    expect(run).toMatchObject({
      status: 'failed',
      view: { error: { ...error, timestamp: expect.any(String) as string } },
    });
    const { rows } = await db.pool.query<{ id: string }>('select id from attention where run_id = $1', [
      runId,
    ]);
    expect(run?.view['attention']).toEqual(rows.map(({ id }) => id));
    expect(rows).toHaveLength(1);
  });
});

describe("a user's escrow", () => {
  test('shows what is available, reserved and spent', async () => {
    const userId = await newUser(1_000n);
    const [first, second] = [await newRun(userId), await newRun(userId)];
    await reserve(first, 1, '400');
    await spend(first, 150n);
    await reserve(second, 1, '100');
    expect(await escrowSummary(db.pool, TENANT, userId, [USDC])).toEqual([
      { asset: USDC, available: 500n, reserved: 350n, spent: 150n },
    ]);
    expect(await escrowSummary(db.pool, TENANT, 'nobody', [USDC])).toEqual([
      { asset: USDC, available: 0n, reserved: 0n, spent: 0n },
    ]);
  });

  test('has a history, newest first, in pages that neither miss nor repeat', async () => {
    const userId = await newUser(1_000n);
    const runId = await newRun(userId);
    await nextMillisecond();
    await reserve(runId, 1, '400');
    await nextMillisecond();
    await spend(runId, 150n);
    await nextMillisecond();
    await finish(runId);
    const seen: string[] = [];
    let after: HistoryPosition | undefined;
    do {
      const page = await escrowHistory(db.pool, TENANT, userId, BOOK.assets, { limit: 3, after });
      expect(page.total).toBe(4);
      seen.push(...page.history.map(({ type, amountMinor }) => `${type} ${amountMinor}`));
      after = page.next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(['release 250', 'payment 150', 'reserve 400', 'deposit 1000']);
  });
});

/** The history shows milliseconds; what happens within one of them has no order to assert. */
async function nextMillisecond(): Promise<void> {
  for (const now = Date.now(); Date.now() === now;) await new Promise((resolve) => setImmediate(resolve));
}
