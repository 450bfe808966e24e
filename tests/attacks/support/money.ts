import { randomUUID } from 'node:crypto';
import { createCallingActivities } from '../../../activities/calling/activities.ts';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { createPaymentActivities } from '../../../activities/payments/activities.ts';
import type { PaymentDeps } from '../../../activities/payments/tools.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal, type Journal } from '../../../db/journal.ts';
import { applyTransfer, readBalance } from '../../../db/ledger.ts';
import { createNotifier, type Notifier } from '../../../db/notifier.ts';
import { paymentId, saveQuote } from '../../../db/repositories/payments-write.ts';
import { insertRun } from '../../../db/repositories/runs.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import { escrowAccount, reserveAccount, worldAccount } from '../../../domain/accounts.ts';
import type { AssetBook } from '../../../domain/assets.ts';
import type { Checkpoint } from '../../../domain/crash-points.ts';
import { move } from '../../../domain/ledger.ts';
import type { Rail, Sighting } from '../../../domain/payments/rail.ts';
import type { SellerAnswer } from '../../../domain/payments/seller.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Asset } from '../../../schemas/core/money.ts';
import { freshDatabase, type FreshDatabase } from '../../support/database.ts';
import { aPaidStep } from '../../workflows/support/fakes.ts';

export const NETWORK = 'eip155:31337';
export const USDC: Asset = {
  id: `${NETWORK}/erc20:0x01`,
  code: 'USDC',
  network: NETWORK,
  address: '0x01',
  decimals: 6,
};
export const BOOK: AssetBook = { assets: [USDC], escrowNetwork: NETWORK };
export const TENANT = 'test';
export const sealer = createSealer('a secret of the tests');

let database: FreshDatabase;
export let db: Database;
let notifier: Notifier;
export let journal: Journal;
/** Opens a database of its own. Before it, `db` is not there. */
export async function openMoney(): Promise<void> {
  database = await freshDatabase();
  db = await openDatabase(database.url, { poolSize: 20 });
  notifier = createNotifier(db.pool);
  journal = createJournal(db.pool, notifier);
}

export async function closeMoney(): Promise<void> {
  await notifier.close();
  await db.close();
  await database.drop();
}

/** The chain is scripted. Ledger, intents and journal are as in production. */
export interface World {
  sighting: Sighting;
  signed: number;
  sent: number;
  /** What the seller says when it gets the bytes. */
  answer: () => SellerAnswer;
  at: Checkpoint;
  /** What the undo says was paid back. */
  refund: JsonObject | null;
  now: number;
}

export function stage(): { world: World } & ReturnType<typeof activitiesOf> {
  const world: World = {
    sighting: { kind: 'alive', expiresAtMs: Date.now() + 60_000 },
    signed: 0,
    sent: 0,
    answer: () => ({ kind: 'answered', answer: { status: 500, headers: {}, text: 'broken' }, timeMs: 1 }),
    at: () => undefined,
    refund: null,
    now: Date.now(),
  };
  return { world, ...activitiesOf(world) };
}

function activitiesOf(world: World) {
  const rail: Rail = {
    kind: 'x402-evm',
    network: NETWORK,
    payer: '0xpayer',
    refuses: () => undefined,
    shortfall: async () => undefined,
    available: async () => 10_000n,
    holdsFinally: async () => 10_000n,
    sign: async ({ offer: { asset: token, payTo: to, amount: value } }) => {
      const nonce = `${++world.signed}:${randomUUID()}`;
      const proof = { nonce, token, from: '0xpayer', to, value, validBefore: '4102444800', signedBlock: 1 };
      return { payload: { x402Version: 2, nonce }, fingerprint: nonce, proof, fees: [] };
    },
    locate: async () => world.sighting,
    describe: ({ amount }) => `${amount} by a fake rail`,
    readIncoming: async () => ({ kind: 'found', amount: 100n, final: true, position: 2 }),
    close: () => undefined,
  };
  const deps: PaymentDeps = {
    db,
    journal,
    values: createValues(db.pool, sealer),
    sealer,
    seller: {
      call: async () => {
        world.sent++;
        return world.answer();
      },
    },
    assets: BOOK,
    rails: { all: [rail], find: () => rail, close: () => undefined },
    checkpoint: (name) => world.at(name),
    now: () => world.now,
    confirmMs: 0,
    sweepAges: { settledMs: 0, orphanMs: 0 },
  };
  const fetch = async () => ({ status: 200, headers: {}, text: JSON.stringify({ refund: world.refund }) });
  return {
    pay: createPaymentActivities(deps),
    ledger: createLedgerActivities(deps),
    calling: createCallingActivities({ ...deps, fetch }),
  };
}

export interface Job {
  runId: string;
  userId: string;
  intentId: string;
}

export async function newJob(balance: bigint, price = '100'): Promise<Job> {
  const [runId, userId] = [`wf_${randomUUID()}`, `user_${randomUUID()}`];
  const run = {
    id: runId,
    tenant: TENANT,
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
    tenant: TENANT,
    entries: move(worldAccount(USDC), escrowAccount(TENANT, userId, USDC), balance),
  });
  const intentId = paymentId(runId, 'a', 1);
  const offer = { scheme: 'exact', network: NETWORK, asset: '0x01', amount: price, payTo: '0x02' };
  await saveQuote(db.pool, {
    id: intentId,
    tenant: TENANT,
    run_id: runId,
    step_id: 'a',
    generation: 1,
    rail: 'x402-evm',
    network: NETWORK,
    asset: USDC.id,
    amount: price,
    pay_to: '0x02',
    quote_sealed: sealer.seal('payment.quote', { offer, railData: {} }),
  });
  return { runId, userId, intentId };
}

export const reserve = ({ runId }: Job) => ({
  ride: { runId, events: [] },
  runId,
  revision: 1,
  upTo: '100',
  asset: 'USDC',
});
export const sign = ({ runId, intentId }: Job) => ({
  ride: { runId, events: [] },
  runId,
  intentId,
  signBeforeMs: Date.now() + 60_000,
});
export const submit = ({ runId, intentId }: Job) => ({
  ride: { runId, events: [] },
  intentId,
  attempt: 1,
  paidCall: { step: aPaidStep('a', '100'), outputs: {}, timeoutMs: 1000 },
});
export const finish = ({ runId }: Job) => ({
  ride: { runId, events: [] },
  runId,
  status: 'failed' as const,
  outputs: {},
  totals: { cost: '0', timeMs: 0, asset: 'USDC', decimals: 6 },
  attention: [],
});

export const escrowOf = ({ userId }: Job) =>
  readBalance(db.pool, escrowAccount(TENANT, userId, USDC).account);
export const reserveOf = ({ runId }: Job) =>
  readBalance(db.pool, reserveAccount(TENANT, runId, USDC).account);
export const NOTHING = { posted: 0n, held: 0n, available: 0n };
