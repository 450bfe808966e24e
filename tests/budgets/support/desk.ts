import { randomUUID } from 'node:crypto';
import { createCallingActivities } from '../../../activities/calling/activities.ts';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { createPaymentActivities } from '../../../activities/payments/activities.ts';
import { examineCustody } from '../../../activities/reconciliation/custody.ts';
import { withBookDefaults } from '../../../activities/reconciliation/tools.ts';
import type { PaymentDeps } from '../../../activities/payments/tools.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { applyTransfer } from '../../../db/ledger.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { paymentId, saveQuote } from '../../../db/repositories/payments-write.ts';
import { insertRun } from '../../../db/repositories/runs.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import { escrowAccount, treasuryAccount, worldAccount, type AccountRef } from '../../../domain/accounts.ts';
import { escrowAsset, type AssetBook } from '../../../domain/assets.ts';
import { move } from '../../../domain/ledger.ts';
import { UNKNOWN_TOTALS } from '../../../domain/ports/ledger.ts';
import type { Purse } from '../../../domain/payments/purse.ts';
import type { Rail, Sighting } from '../../../domain/payments/rail.ts';
import type { CustodyReport } from '../../../activities/reconciliation/custody.ts';
import type { Asset } from '../../../schemas/core/money.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { freshDatabase } from '../../support/database.ts';
import { EVM, sampleBook, SOLANA } from '../../support/sample-catalogue.ts';
import { aPaidStep } from '../../workflows/support/fakes.ts';

export const TENANT = 'default';
export const usdc = escrowAsset(sampleBook, 'USDC')!;
export const evmUsdc = sampleBook.assets.find(({ code, network }) => code === 'USDC' && network === EVM)!;
export const sol = escrowAsset(sampleBook, 'SOL')!;
const sealer = createSealer('a secret of the tests');

/** Counts USDC of both chains in cents. */
export const book: AssetBook = {
  ...sampleBook,
  groups: [{ name: 'USD', decimals: 2, assets: [usdc.id, evmUsdc.id] }],
};

export interface NewBudget {
  amount: bigint;
  appliesTo?: JsonObject;
  asset?: string;
  unit?: string;
  decimals?: number;
  period?: string;
  mode?: string;
  rollover?: JsonObject;
  alerts?: number[];
  approveAbove?: bigint;
}

export interface NewPayment {
  runId: string;
  amount: bigint;
  asset?: Asset;
  payTo?: string;
  service?: string;
  step?: string;
}

/** What one user's runs pay on two chains by script; ledger, budgets, intents and journal as in production. */
export interface Desk {
  db: Database;
  /** What the activities take for now. */
  clock: { nowMs: number };
  deps: PaymentDeps;
  pay: ReturnType<typeof createPaymentActivities>;
  run(over?: {
    purse?: Purse;
    subject?: string;
    family?: string;
    deposit?: bigint;
  }): Promise<{ runId: string; userId: string }>;
  budget(budget: NewBudget): Promise<string>;
  quote(payment: NewPayment): Promise<string>;
  sign(
    intentId: string,
    agreed?: bigint,
  ): ReturnType<ReturnType<typeof createPaymentActivities>['signPayment']>;
  /** A payment that is quoted and signed. */
  paid(payment: NewPayment): Promise<string>;
  /** What the chain shows of a payment from now on; the payment is looked at. */
  shows(intentId: string, sighting: Sighting): Promise<void>;
  /** The seller says that it paid this much back, and the chain shows it. */
  refund(runId: string, intentId: string, amount: bigint, final?: boolean): Promise<void>;
  end(runId: string): Promise<void>;
  /** The operator puts its own money in, on the chain and in the books. */
  treasury(asset: Asset, amount: bigint): Promise<void>;
  /** Ledger and chains, as the check of the books sees them. */
  custody(): Promise<CustodyReport>;
  standing(
    budget: string,
    key?: string,
  ): Promise<{ held: bigint; spent: bigint; carried: bigint } | undefined>;
  entries(budget: string): Promise<string[]>;
  close(): Promise<void>;
}

export async function openDesk(): Promise<Desk> {
  const database = await freshDatabase();
  const db = await openDatabase(database.url, { poolSize: 20 });
  const notifier = createNotifier(db.pool);
  const clock = { nowMs: Date.now() };
  const chain = createChain();
  const deps: PaymentDeps = {
    db,
    journal: createJournal(db.pool, notifier),
    values: createValues(db.pool, sealer),
    sealer,
    seller: {
      call: async () => ({ kind: 'answered', answer: { status: 500, headers: {}, text: '' }, timeMs: 1 }),
    },
    assets: book,
    rails: chain.rails,
    now: () => clock.nowMs,
    periodNow: async () => clock.nowMs,
    confirmMs: 0,
    sweepAges: { settledMs: 0, orphanMs: 0 },
  };
  const pay = createPaymentActivities(deps);
  const ledger = createLedgerActivities(deps);
  const desk: Desk = {
    db,
    clock,
    deps,
    pay,
    run: (over) => newRun(db, chain, over),
    budget: (budget) => insertBudget(db, budget),
    quote: (payment) => quote(db, payment),
    sign: (intentId, agreed) => sign(desk, intentId, agreed),
    paid: async (payment) => {
      const intentId = await desk.quote(payment);
      const outcome = await desk.sign(intentId);
      if (outcome.kind !== 'signed') throw new Error(outcome.message);
      return intentId;
    },
    shows: (intentId, sighting) => shows(desk, chain, intentId, sighting),
    refund: (runId, intentId, amount, final = true) =>
      refund(desk, chain, { runId, intentId, amount, final }),
    end: async (runId) => {
      await ledger.finishRun({
        ride: { runId, events: [] },
        runId,
        status: 'completed',
        outputs: {},
        totals: UNKNOWN_TOTALS,
        attention: [],
      });
    },
    treasury: (asset, amount) => put(db, chain, treasuryAccount(asset), asset, amount),
    custody: () =>
      examineCustody(
        withBookDefaults({
          ...deps,
          workflowState: async () => 'open',
          operatorTenant: TENANT,
          lookAgainMs: 1,
        }),
      ),
    standing: (budget, key) => standing(db, budget, key),
    entries: (budget) => entriesOf(db, budget),
    close: async () => {
      await notifier.close();
      await db.close();
      await database.drop();
    },
  };
  return desk;
}

interface Chain {
  rails: PaymentDeps['rails'];
  /** By asset: what our account has on its chain. */
  holds: Map<string, bigint>;
  sightings: Map<string, Sighting>;
  refunds: Map<string, { amount: bigint; final: boolean }>;
}

/** Nodes that show what a test says. */
function createChain(): Chain {
  const chain = {
    holds: new Map<string, bigint>(),
    sightings: new Map<string, Sighting>(),
    refunds: new Map<string, { amount: bigint; final: boolean }>(),
  };
  const held = (network: string, address: string | null): bigint => {
    const asset = book.assets.find((one) => one.network === network && one.address === address);
    return chain.holds.get(asset?.id ?? '') ?? 0n;
  };
  const railOn = (network: string): Rail => ({
    kind: network === SOLANA ? 'x402-solana' : 'x402-evm',
    network,
    payer: `payer on ${network}`,
    refuses: () => undefined,
    shortfall: async () => undefined,
    available: async () => 10n ** 15n,
    holdsFinally: async (address) => held(network, address),
    describe: ({ amount }) => `${amount} by script`,
    sign: async ({ intentId }) => ({ payload: {}, fingerprint: intentId, proof: { intentId }, fees: [] }),
    locate: async ({ intentId }) =>
      chain.sightings.get(String(intentId)) ?? { kind: 'alive', expiresAtMs: Date.now() + 60_000 },
    readIncoming: async ({ txHash }) => {
      const found = chain.refunds.get(txHash);
      return found === undefined ? { kind: 'absent' } : { kind: 'found', position: 2, ...found };
    },
    close: () => undefined,
  });
  const all = [railOn(SOLANA), railOn(EVM)];
  const rails = {
    all,
    find: (network: string) => all.find((rail) => rail.network === network),
    close: () => undefined,
  };
  return { ...chain, rails };
}

async function newRun(
  db: Database,
  chain: Chain,
  {
    purse,
    subject = `user_${randomUUID()}`,
    family = 'reasoning',
    deposit = 0n,
  }: { purse?: Purse; subject?: string; family?: string; deposit?: bigint } = {},
): Promise<{ runId: string; userId: string }> {
  const id = `wf_${randomUUID()}`;
  const run = { id, tenant: TENANT, family, kind: 'task', subject, workflowId: id, input: 'x', settings: {} };
  await insertRun(db.pool, sealer, { ...run, ...(purse && { purse }) });
  if (deposit > 0n) await put(db, chain, escrowAccount(TENANT, subject, usdc), usdc, deposit);
  return { runId: id, userId: subject };
}

async function put(db: Database, chain: Chain, to: AccountRef, asset: Asset, amount: bigint): Promise<void> {
  await applyTransfer(db.pool, {
    id: randomUUID(),
    kind: 'funding',
    state: 'posted',
    tenant: TENANT,
    entries: move(worldAccount(asset), to, amount),
  });
  chain.holds.set(asset.id, (chain.holds.get(asset.id) ?? 0n) + amount);
}

async function insertBudget(db: Database, budget: NewBudget): Promise<string> {
  const id = `bud_${randomUUID()}`;
  const { unit, asset = unit === undefined ? usdc.id : undefined } = budget;
  await db.pool.query(
    `insert into budget (id, tenant, name, applies_to, asset, unit, decimals, amount, period, mode, rollover, alerts, approve_above,
       created_by, created_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 'tester', '2026-01-01T00:00:00Z')`,
    [
      id,
      TENANT,
      'Research',
      budget.appliesTo ?? {},
      asset ?? null,
      unit ?? null,
      budget.decimals ?? (unit === undefined ? 6 : 2),
      budget.amount.toString(),
      budget.period ?? 'total',
      budget.mode ?? 'hard',
      budget.rollover ?? null,
      budget.alerts ?? [],
      budget.approveAbove?.toString() ?? null,
    ],
  );
  return id;
}

async function quote(
  db: Database,
  { runId, amount, asset = usdc, payTo = 'seller', service, step = 'a' }: NewPayment,
): Promise<string> {
  const id = paymentId(runId, step, 1);
  const { network, address } = asset;
  const offer = { scheme: 'exact', network, asset: address, amount: amount.toString(), payTo };
  await saveQuote(db.pool, {
    id,
    tenant: TENANT,
    run_id: runId,
    step_id: step,
    generation: 1,
    rail: network === SOLANA ? 'x402-solana' : 'x402-evm',
    network,
    asset: asset.id,
    amount: amount.toString(),
    pay_to: payTo,
    quote_sealed: sealer.seal('payment.quote', {
      offer,
      railData: { x402Version: 2, resource: null, extensions: {} },
    }),
    ...(service !== undefined && { service }),
  });
  return id;
}

async function sign({ db, pay }: Desk, intentId: string, agreed?: bigint) {
  const { rows } = await db.pool.query<{ run_id: string }>('select run_id from payment where id = $1', [
    intentId,
  ]);
  const runId = rows[0]!.run_id;
  return pay.signPayment({
    ride: { runId, events: [] },
    intentId,
    signBeforeMs: Infinity,
    ...(agreed !== undefined && { agreed: agreed.toString() }),
  });
}

async function shows({ db, pay }: Desk, chain: Chain, intentId: string, sighting: Sighting): Promise<void> {
  const { rows } = await db.pool.query<{ run_id: string; asset: string; amount: string }>(
    'select run_id, asset, amount from payment where id = $1',
    [intentId],
  );
  const { run_id: runId, asset, amount } = rows[0]!;
  chain.sightings.set(intentId, sighting);
  if (sighting.kind === 'landed' && sighting.final)
    chain.holds.set(asset, (chain.holds.get(asset) ?? 0n) - BigInt(amount));
  await pay.reconcilePayment({ ride: { runId, events: [] }, intentId });
}

async function refund(
  { deps, db, pay }: Desk,
  chain: Chain,
  { runId, intentId, amount, final }: { runId: string; intentId: string; amount: bigint; final: boolean },
): Promise<void> {
  const { rows } = await db.pool.query<{ asset: string; network: string; step_id: string }>(
    'select asset, network, step_id from payment where id = $1',
    [intentId],
  );
  const { asset, network, step_id: stepId } = rows[0]!;
  const transaction = randomUUID();
  chain.refunds.set(transaction, { amount, final });
  chain.holds.set(asset, (chain.holds.get(asset) ?? 0n) + amount);
  const address = book.assets.find(({ id }) => id === asset)!.address!;
  const told = { transaction, network, asset: address, amount: amount.toString() };
  const fetch = async () => ({ status: 200, headers: {}, text: JSON.stringify({ refund: told }) });
  const compensation = { url: 'https://seller.example/undo', method: 'POST', params: {} };
  const outcome = await createCallingActivities({ ...deps, fetch }).compensateStep({
    ride: { runId, events: [] },
    runId,
    stepId,
    compensation: { ...aPaidStep('a', '1').compensation, ...compensation },
    outputs: {},
    attempt: 1,
    timeoutMs: 1_000,
    intentId,
  });
  if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
  await pay.sweepPayments({ limit: 100 });
}

async function standing(db: Database, budget: string, key?: string) {
  const { rows } = await db.pool.query<{ held: string; spent: string; carried: string }>(
    `select held, spent, carried from budget_window where budget_id = $1 and ($2::text is null or key = $2)`,
    [budget, key ?? null],
  );
  if (rows.length > 1) throw new Error('Name the window: there are several.');
  const [row] = rows;
  return row && { held: BigInt(row.held), spent: BigInt(row.spent), carried: BigInt(row.carried) };
}

async function entriesOf(db: Database, budget: string): Promise<string[]> {
  const { rows } = await db.pool.query<{ line: string }>(
    `select kind || ' ' || amount as line from budget_entry where budget_id = $1 order by id`,
    [budget],
  );
  return rows.map(({ line }) => line);
}

export const landed = (final = true): Sighting => ({
  kind: 'landed',
  txHash: `tx ${randomUUID()}`,
  final,
  position: 1,
});
