import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPaymentActivities } from '../../activities/payments/activities.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createJournal } from '../../db/journal.ts';
import { applyTransfer, readBalance } from '../../db/ledger.ts';
import { createNotifier, type Notifier } from '../../db/notifier.ts';
import { getPayment, paymentId, saveQuote } from '../../db/repositories/payments-write.ts';
import { insertRun } from '../../db/repositories/runs.ts';
import { createSealer } from '../../db/sealing.ts';
import { createValues } from '../../db/values.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Rail, Sighting } from '../../domain/payments/rail.ts';
import type { PaymentActivities } from '../../domain/ports/payments.ts';
import { freshDatabase, type FreshDatabase } from '../support/database.ts';
import { sampleBook, SOLANA } from '../support/sample-catalogue.ts';

/** The chain is scripted, and a look at it may be held up. Ledger, intents and journal are those of production. */
const USDC = sampleBook.assets.find(({ code, network }) => code === 'USDC' && network === SOLANA)!;
const sealer = createSealer('a secret of the tests');
let sighting: Sighting | Promise<Sighting>;
let looked: PromiseWithResolvers<void>;

const rail: Rail = {
  kind: 'x402-solana',
  network: SOLANA,
  payer: 'the escrow',
  refuses: () => undefined,
  shortfall: async () => undefined,
  available: async () => 10_000n,
  holdsFinally: async () => 10_000n,
  describe: ({ amount }) => `${amount} on paper`,
  sign: async () => ({ payload: { x402Version: 2 }, fingerprint: randomUUID(), proof: {}, fees: [] }),
  locate: async () => {
    looked.resolve();
    return sighting;
  },
  readIncoming: async () => ({ kind: 'found', amount: 1n, final: true, position: 2 }),
  close: () => undefined,
};

let fresh: FreshDatabase;
let db: Database;
let notifier: Notifier;
let pay: PaymentActivities;
beforeAll(async () => {
  fresh = await freshDatabase();
  db = await openDatabase(fresh.url);
  notifier = createNotifier(db.pool);
  pay = createPaymentActivities({
    db,
    journal: createJournal(db.pool, notifier),
    values: createValues(db.pool, sealer),
    sealer,
    seller: { call: () => Promise.reject(new Error('nobody is called here')) },
    assets: sampleBook,
    rails: { all: [rail], find: () => rail, close: () => undefined },
    sweepAges: { settledMs: 0, orphanMs: 0 },
  });
});
afterAll(async () => {
  await notifier.close();
  await db.close();
  await fresh.drop();
});

const PRICE = 100n;

/** A signed payment of a run whose user had exactly its price. */
async function signedPayment(): Promise<{ runId: string; intentId: string; userId: string }> {
  const [runId, userId] = [`wf_${randomUUID()}`, `user_${randomUUID()}`];
  const run = {
    id: runId,
    tenant: 'test',
    family: 'reasoning',
    kind: 'task',
    subject: userId,
    workflowId: runId,
  };
  await insertRun(db.pool, sealer, { ...run, input: 'x', settings: {} });
  await applyTransfer(db.pool, {
    id: `deposit:${runId}`,
    kind: 'deposit',
    state: 'posted',
    tenant: 'test',
    entries: move(worldAccount(USDC), escrowAccount('test', userId, USDC), PRICE),
  });
  const intentId = paymentId(runId, 'a', 1);
  const offer = {
    scheme: 'exact',
    network: SOLANA,
    asset: USDC.address,
    amount: PRICE.toString(),
    payTo: 'seller',
  };
  await saveQuote(db.pool, {
    id: intentId,
    tenant: 'test',
    run_id: runId,
    step_id: 'a',
    generation: 1,
    rail: 'x402-solana',
    network: SOLANA,
    asset: USDC.id,
    amount: PRICE.toString(),
    pay_to: 'seller',
    quote_sealed: sealer.seal('payment.quote', { offer, railData: {} }),
  });
  await pay.signPayment({ ride: { runId, events: [] }, intentId, signBeforeMs: Date.now() + 60_000 });
  return { runId, intentId, userId };
}

const reconcile = ({ runId, intentId }: { runId: string; intentId: string }) =>
  pay.reconcilePayment({ ride: { runId, events: [] }, intentId });
const eventsOf = async (runId: string): Promise<string[]> =>
  (
    await db.pool.query<{ type: string }>('select type from event where run_id = $1 order by seq', [runId])
  ).rows.map(({ type }) => type);

/** Begins a look, holds it up while `meanwhile` happens, then lets it see `seen`. */
async function heldUp<T>(
  seen: Sighting,
  look: () => Promise<T>,
  meanwhile: () => Promise<unknown>,
): Promise<T> {
  const gate = Promise.withResolvers<Sighting>();
  looked = Promise.withResolvers();
  sighting = gate.promise;
  const answer = look();
  await looked.promise;
  await meanwhile();
  gate.resolve(seen);
  return answer;
}

const landed = (final: boolean): Sighting => ({ kind: 'landed', txHash: 'tx', final, position: 1 });

test('a look that saw a payment land, stopped until it was proven void, changes nothing and tells nobody', async () => {
  const payment = await signedPayment();
  const answer = await heldUp(
    landed(false),
    () => reconcile(payment),
    async () => {
      sighting = { kind: 'void' };
      expect(await reconcile(payment)).toEqual({ kind: 'void' });
    },
  );
  expect(answer).toEqual({ kind: 'void' });
  expect((await getPayment(db.pool, payment.intentId))?.status).toBe('void');
  expect(await eventsOf(payment.runId)).not.toContain('payment.settled');
});

test('a sweep that did not see a payment, stopped until it was final, takes nothing back', async () => {
  const payment = await signedPayment();
  sighting = landed(false);
  looked = Promise.withResolvers();
  await reconcile(payment);
  await heldUp(
    { kind: 'alive', expiresAtMs: Date.now() + 60_000 },
    () => pay.sweepPayments({ limit: 100 }),
    async () => {
      sighting = landed(true);
      expect(await pay.sweepPayments({ limit: 100 })).toMatchObject({ moved: 1 }); // the first sweep's claim has run out
    },
  );
  expect(await getPayment(db.pool, payment.intentId)).toMatchObject({ status: 'settled', finalized: true });
  expect(await eventsOf(payment.runId)).not.toContain('payment.unknown');
  const { rows } = await db.pool.query('select kind from attention where run_id = $1', [payment.runId]);
  expect(rows).toEqual([]);
  const { posted, held } = await readBalance(db.pool, escrowAccount('test', payment.userId, USDC).account);
  expect([posted, held]).toEqual([0n, 0n]);
});
