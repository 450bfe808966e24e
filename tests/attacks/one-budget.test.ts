import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase, type Database } from '../../db/database.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
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
  ended: Promise<unknown>;
}

/** Starts a spender. What it says it was granted is added up. */
function spend(userId: string, granted: bigint[]): Spender {
  const child = fork(SPENDER, [JSON.stringify({ url: database.url, userId })], { execArgv: [] });
  child.on('message', (message: { type: string; amount?: string }) => {
    if (message.type === 'granted') granted.push(BigInt(message.amount!));
  });
  return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

test('ten processes that spend one budget, killed at random, overspend it by exactly nothing', async () => {
  const userId = `user-${randomUUID()}`;
  const escrow = escrowAccount('default', userId, USDC);
  const entries = move(worldAccount(USDC), escrow, BUDGET);
  await applyTransfer(db.pool, {
    id: randomUUID(),
    kind: 'deposit',
    state: 'posted',
    tenant: 'default',
    entries,
  });
  const granted: bigint[] = [];
  const spenders = Array.from({ length: PROCESSES }, () => spend(userId, granted));
  const random = seeded(6);
  for (let kill = 0; kill < KILLS; kill++) {
    await delay(100 + random() * 300);
    const victim = Math.floor(random() * PROCESSES);
    spenders[victim]!.child.kill('SIGKILL');
    await spenders[victim]!.ended;
    spenders[victim] = spend(userId, granted);
  }
  await Promise.all(spenders.map(({ ended }) => ended));

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
