import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { escrowAccount, worldAccount, type AccountRef } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import { seeded } from '../kills/siege.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { sampleBook } from '../support/sample-catalogue.ts';

const PROCESSES = 10;
const KILLS = 12;
const BUDGET = 1_000_000n;
const SPENDER = join(import.meta.dirname, 'support', 'spender.ts');
const USDC = escrowAsset(sampleBook, 'USDC')!;

let database: FreshDatabase;
let db: Database;
beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

interface Spender {
  child: ChildProcess;
  /** Its exit code; null when it was killed. */
  ended: Promise<number | null>;
}

/** Starts one; what it says it was granted is added up. */
function spend(spends: 'escrow' | 'budgets', userId: string, granted: bigint[]): Spender {
  const child = fork(SPENDER, [JSON.stringify({ url: database.url, userId, spends })], { execArgv: [] });
  child.on('message', (message: { type: string; amount?: string }) => {
    if (message.type === 'granted') granted.push(BigInt(message.amount!));
  });
  return { child, ended: new Promise((resolve) => child.once('exit', (code) => resolve(code))) };
}

/** What a user has in escrow; answers the account. */
async function deposit(userId: string, amount: bigint): Promise<AccountRef> {
  const escrow = escrowAccount('default', userId, USDC);
  const entries = move(worldAccount(USDC), escrow, amount);
  await applyTransfer(db.pool, {
    id: randomUUID(),
    kind: 'deposit',
    state: 'posted',
    tenant: 'default',
    entries,
  });
  return escrow;
}

/** Ten processes spend until nothing is left; again and again one of them is killed and another begins. */
async function spendAll(spends: 'escrow' | 'budgets', userId: string): Promise<bigint[]> {
  const granted: bigint[] = [];
  const spenders = Array.from({ length: PROCESSES }, () => spend(spends, userId, granted));
  const random = seeded(6);
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(100 + random() * 300);
    const victim = Math.floor(random() * PROCESSES);
    spenders[victim]!.child.kill('SIGKILL');
    await spenders[victim]!.ended;
    spenders[victim] = spend(spends, userId, granted);
  }
  const codes = await Promise.all(spenders.map(({ ended }) => ended));
  expect(codes).toEqual(codes.map(() => 0)); // none of them met an error, such as two that wait for each other
  return granted;
}

test('ten processes that spend one budget, killed at random, overspend it by exactly nothing', async () => {
  const userId = `user-${randomUUID()}`;
  const escrow = await deposit(userId, BUDGET);
  const granted = await spendAll('escrow', userId);
  const { posted, available } = await readBalance(db.pool, escrow.account);
  const { rows } = await db.pool.query<{ sum: string; runs: number; most: number }>(
    `select sum(b.posted) as sum, count(*)::int as runs,
       (select max(n) from (select count(*)::int as n from transfer where kind = 'reserve' group by run_id) x) as most
     from account a join account_balance b on b.account_id = a.id where a.kind = 'reserve'`,
  );
  const reserved = BigInt(rows[0]!.sum);
  expect(available).toBe(posted);
  expect(available).toBeGreaterThanOrEqual(0n);
  expect(available + reserved).toBe(BUDGET);
  expect(rows[0]!.most).toBe(1);
  // Everything that was granted is there, also what a kill kept from being told.
  const told = granted.reduce((sum, amount) => sum + amount, 0n);
  expect(told).toBeLessThanOrEqual(reserved);
  expect(reserved).toBeGreaterThan((BUDGET * 9n) / 10n);
}, 120_000);

const WIDE = 600_000n;
const NARROW = 250_000n;

test('ten processes that pay under two overlapping budgets, killed at random, overspend neither by anything', async () => {
  const userId = `user-${randomUUID()}`;
  await deposit(userId, 10n * WIDE);
  for (const [id, amount, service] of [
    ['bud_wide', WIDE, undefined],
    ['bud_narrow', NARROW, 'narrow'],
  ] as const)
    await db.pool.query(
      `insert into budget (id, tenant, name, applies_to, asset, decimals, amount, period, mode, alerts, created_by)
       values ($1, 'default', $1, $2, $3, 6, $4, 'day', 'hard', '{0.5,1}', 'tester')`,
      [id, { subject: userId, ...(service && { service }) }, USDC.id, amount.toString()],
    );
  const granted = await spendAll('budgets', userId);

  const paid = await paidIn(userId);
  const windows = await windowsNow();
  // Whatever was killed when: what the budgets say is held or spent is what payments hold or have spent, to the last unit.
  for (const [id, cap, used] of [
    ['bud_wide', WIDE, paid.all],
    ['bud_narrow', NARROW, paid.narrow],
  ] as const) {
    const own = windows.filter(({ budget }) => budget === id);
    expect(own.reduce((sum, { used: part }) => sum + part, 0n)).toBe(used);
    for (const window of own) expect(window.used).toBeLessThanOrEqual(cap);
    expect(used).toBeGreaterThan((cap * 9n) / 10n);
    expect(own.map(({ entries }) => entries)).toEqual(own.map(({ used: part }) => part));
  }
  const told = granted.reduce((sum, amount) => sum + amount, 0n);
  expect(told).toBeLessThanOrEqual(paid.all);
}, 240_000);

/** Minor units of the user's payments that are held or settled, all and those of the narrow budget. */
async function paidIn(userId: string): Promise<{ all: bigint; narrow: bigint }> {
  const { rows } = await db.pool.query<{ all: string; narrow: string }>(
    `select sum(p.amount) as all, sum(p.amount) filter (where p.service = 'narrow') as narrow
     from payment p join run r on r.id = p.run_id
     where r.subject = $1 and p.status in ('prepared', 'signed', 'submitted', 'settled', 'unknown')`,
    [userId],
  );
  return { all: BigInt(rows[0]!.all), narrow: BigInt(rows[0]!.narrow) };
}

/** What each window has used, and what its entries make of it. A day may end while the test runs. */
async function windowsNow(): Promise<{ budget: string; used: bigint; entries: bigint }[]> {
  const { rows } = await db.pool.query<{ budget: string; used: string; entries: string }>(
    `select w.budget_id as budget, w.held + w.spent as used,
       (select sum(case e.kind when 'hold' then e.amount when 'release' then -e.amount else 0 end) from budget_entry e
        where e.budget_id = w.budget_id and e.window_key = w.key) as entries
     from budget_window w where w.budget_id like 'bud_%'`,
  );
  return rows.map(({ budget, used, entries }) => ({ budget, used: BigInt(used), entries: BigInt(entries) }));
}
