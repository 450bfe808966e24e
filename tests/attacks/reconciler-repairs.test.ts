import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createReconciliationActivities } from '../../activities/reconciliation/activities.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { applyTransfer, closeTransfer, readBalance } from '../../db/ledger.ts';
import { paymentId, saveQuote } from '../../db/repositories/payments-write.ts';
import { findDifferences, lastReport } from '../../db/repositories/reconciliation.ts';
import { insertRun } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { escrowAccount, reserveAccount, worldAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import { paymentEntries } from '../../domain/payments/entries.ts';
import type { Rail, Sighting } from '../../domain/payments/rail.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { sampleBook, SOLANA } from '../support/sample-catalogue.ts';
import { bookDeps } from './support/book-deps.ts';

const usdc = escrowAsset(sampleBook, 'USDC')!;
const sealer = createSealer('a key for tests only');
let database: FreshDatabase;
let db: Database;
let says: Sighting;
let deps: ReturnType<typeof bookDeps>;
beforeAll(async () => {
  database = await freshDatabase();
  db = await openDatabase(database.url, { poolSize: 20 });
  const node = { locate: async () => says } as Partial<Rail> as Rail;
  const rails = { all: [], find: () => node, close: () => undefined };
  deps = bookDeps(db, { rails, assets: sampleBook, graceMs: 0 });
});
afterAll(async () => {
  await deps.close();
  await db.close();
  await database.drop();
});

async function check(): Promise<{ kind: string; object: string; repaired: boolean }[]> {
  await createReconciliationActivities(deps).checkBooks();
  return (await lastReport(db.pool))!.findings as never;
}

/** A payment of 100 whose row says closed, while its transfer still holds the money. */
async function contradicted(status: 'settled' | 'void'): Promise<{ id: string; runId: string }> {
  const runId = `wf_${randomUUID()}`;
  const [escrow, reserve] = [escrowAccount('t', runId, usdc), reserveAccount('t', runId, usdc)];
  const run = {
    id: runId,
    tenant: 't',
    family: 'reasoning',
    kind: 'task',
    subject: runId,
    workflowId: runId,
  };
  await insertRun(db.pool, sealer, { ...run, input: 'x', settings: {} });
  const id = paymentId(runId, 'a', 1);
  const about = { tenant: 't', run_id: runId, step_id: 'a', network: SOLANA, asset: usdc.id };
  const terms = { amount: '100', pay_to: 'seller', generation: 1, rail: 'x402-solana' as const };
  await saveQuote(db.pool, { id, ...about, ...terms, quote_sealed: sealer.seal('payment.quote', {}) });
  const post = { state: 'posted', tenant: 't', runId } as const;
  await applyTransfer(db.pool, {
    id: `d:${id}`,
    kind: 'deposit',
    ...post,
    entries: move(worldAccount(usdc), escrow, 100n),
  });
  await applyTransfer(db.pool, {
    id: `r:${id}`,
    kind: 'reserve',
    ...post,
    entries: move(escrow, reserve, 100n),
  });
  const entries = paymentEntries({ tenant: 't', runId, payTo: 'seller', held: usdc, paid: usdc }, 100n);
  await applyTransfer(db.pool, { id: `payment:${id}`, kind: 'payment', ...post, state: 'pending', entries });
  await db.pool.query(
    `update run set view = '{"approval":{"limits":{"maxTotalAmount":"100"}},"totalCost":"100"}' where id = $1`,
    [runId],
  );
  await db.pool.query(`update payment set status = $2, finalized = $3 where id = $1`, [
    id,
    status,
    status === 'settled',
  ]);
  return { id, runId };
}

const reserveOf = (runId: string) => readBalance(db.pool, reserveAccount('t', runId, usdc).account);
const LANDED: Sighting = { kind: 'landed', txHash: 'tx', final: true, position: 1 };
const NOT_FINAL: Sighting = { ...LANDED, final: false };
const ALIVE: Sighting = { kind: 'alive', expiresAtMs: Date.now() + 60_000 };
const VOID: Sighting = { kind: 'void' };
const UNPROVEN: Sighting = { kind: 'unproven', absent: true, message: 'gone' };

describe('a node that lies', () => {
  const lies: ['settled' | 'void', string, Sighting, Sighting][] = [
    ['settled', 'can never land', VOID, LANDED],
    ['settled', 'is not there', UNPROVEN, LANDED],
    ['settled', 'has yet to land', ALIVE, LANDED],
    ['settled', 'is not final', NOT_FINAL, LANDED],
    ['void', 'has landed', LANDED, VOID],
    ['void', 'has yet to land', ALIVE, VOID],
    ['void', 'is not there', UNPROVEN, VOID],
  ];
  test.each(lies)(
    'about a payment that is %s (it %s) moves no money; the truth does',
    async (status, _what, lie, truth) => {
      const { id, runId } = await contradicted(status);
      const mine = async () =>
        (await check()).filter(({ kind, object }) => kind === 'payment_transfer' && object === id);
      says = lie;
      expect(await mine()).toMatchObject([{ repaired: false }]);
      expect(await reserveOf(runId)).toEqual({ posted: 100n, held: 100n, available: 0n });
      says = truth;
      expect(await mine()).toMatchObject([{ repaired: true }]);
      expect(await reserveOf(runId)).toEqual(
        status === 'settled'
          ? { posted: 0n, held: 0n, available: 0n }
          : { posted: 100n, held: 0n, available: 100n },
      );
      expect(await mine()).toEqual([]);
      await db.pool.query(
        'update payment set amount = amount, updated_at = now() - interval $$9 days$$ where id = $1',
        [id],
      );
    },
  );
});

describe('a balance that is set right', () => {
  let round = 0;
  beforeEach(() => {
    round += 1;
  });

  test.each([1, 2, 3])(
    'while two hundred transfers change it is right to the last unit (try %i)',
    async () => {
      const [own, other] = [
        escrowAccount('race', `own${round}`, usdc),
        escrowAccount('race', `other${round}`, usdc),
      ];
      const post = (id: string, entries: ReturnType<typeof move>, state: 'posted' | 'pending' = 'posted') =>
        applyTransfer(db.pool, { id: `race${round}:${id}`, kind: 'funding', state, tenant: 'race', entries });
      await post('in', move(worldAccount(usdc), own, 1_000n));
      await post('other', move(worldAccount(usdc), other, 1_000n));
      await db.pool.query('update account_balance set posted = posted + 7 where account_id = $1', [
        own.account,
      ]);
      const changes = Array.from({ length: 200 }, async (_, index) => {
        if (index % 2 === 0) return post(String(index), move(other, own, 3n));
        const done = await post(String(index), move(own, other, 2n), 'pending');
        if (done === 'applied' && index % 4 === 1)
          await closeTransfer(db.pool, `race${round}:${index}`, index % 8 === 1 ? 'posted' : 'voided');
        return done;
      });
      const checks = Array.from({ length: 8 }, check);
      const done = await Promise.all(changes);
      await Promise.all(checks);
      await check();
      expect(new Set(done)).toEqual(new Set(['applied']));
      const accounts = [own, other].map(({ account }) => account);
      expect((await findDifferences(db, 0)).filter(({ object }) => accounts.includes(object))).toEqual([]);
      const [mine, theirs] = await Promise.all(accounts.map((account) => readBalance(db.pool, account)));
      expect(mine!.posted + theirs!.posted).toBe(2_000n);
      expect([mine!.posted, mine!.held]).toEqual([1_000n + 300n - 50n, 100n]);
    },
  );
});
