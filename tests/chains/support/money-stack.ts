import '../../../config/quiet-bindings.ts';
import { createAssociatedTokenAccountIdempotentInstruction, NATIVE_MINT } from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import bs58 from 'bs58';
import { randomUUID } from 'node:crypto';
import { createCallingActivities } from '../../../activities/calling/activities.ts';
import { createSeller } from '../../../activities/calling/seller.ts';
import { createLedgerActivities } from '../../../activities/ledger/activities.ts';
import { createPaymentActivities } from '../../../activities/payments/activities.ts';
import type { PaymentDeps } from '../../../activities/payments/tools.ts';
import type { Checkpoint, CrashPoint } from '../../../domain/crash-points.ts';
import { createRails } from '../../../activities/payments/rails.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { applyTransfer } from '../../../db/ledger.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { insertRun } from '../../../db/repositories/runs.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import { escrowAccount, worldAccount } from '../../../domain/accounts.ts';
import { escrowAsset, type AssetBook } from '../../../domain/assets.ts';
import { move } from '../../../domain/ledger.ts';
import type { PlanStep } from '../../../domain/plan/plan.ts';
import type { Asset } from '../../../schemas/core/money.ts';
import { bookFloat } from '../../../embedded/book-float.ts';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';
import { startTestStack, type TestStack } from '../../../embedded/chains/test-stack.ts';
import { freshDatabase } from '../../support/database.ts';
import { plainFetch } from './fetch.ts';
import { solanaWallets, type SolanaWallets } from './solana-wallets.ts';
import { startTestSeller, type TestSeller } from './seller.ts';

export const TENANT = 'test';

/** Chains, facilitator, a seller and a database, with the activities that work on them. */
export interface MoneyStack {
  chains: TestStack;
  assets: LocalAssets;
  wallets: SolanaWallets;
  book: AssetBook;
  seller: TestSeller;
  db: Database;
  databaseUrl: string;
  /** Dependencies as the composition root makes them; `over` replaces some. */
  deps(over?: Partial<PaymentDeps>): PaymentDeps;
  activities(over?: Partial<PaymentDeps>): Activities;
  /** A run of a new user who has this much in escrow (minor units). */
  newRun(code: string, balance: bigint): Promise<{ runId: string; userId: string }>;
  /** Gives a user more of an asset, in the books. */
  fund(userId: string, asset: Asset, amount: bigint): Promise<void>;
  stop(): Promise<void>;
}

export type Activities = ReturnType<typeof createPaymentActivities> &
  ReturnType<typeof createCallingActivities> &
  ReturnType<typeof createLedgerActivities>;

export async function startMoneyStack(): Promise<MoneyStack> {
  const [chains, database] = await Promise.all([startTestStack(), freshDatabase()]);
  const { assets } = chains;
  const seller = await startTestSeller(assets, chains.facilitatorUrl);
  const wallets = solanaWallets(assets);
  await fill(wallets, assets);
  const db = await openDatabase(database.url);
  await bookFloat(database.url, assets);
  const notifier = createNotifier(db.pool);
  const book: AssetBook = { assets: [...assets.assets], escrowNetwork: assets.solanaNetwork };
  const sealer = createSealer('a secret of the tests');
  const values = createValues(db.pool, sealer);
  const rails = createRails(railsConfig(assets));
  const base: PaymentDeps = {
    db,
    journal: createJournal(db.pool, notifier),
    values,
    sealer,
    seller: createSeller({ fetch: plainFetch, values }),
    assets: book,
    rails,
    sweepAges: { settledMs: 0, orphanMs: 0 },
  };
  const deps = (over: Partial<PaymentDeps> = {}): PaymentDeps => ({ ...base, ...over });
  return {
    chains,
    assets,
    wallets,
    book,
    seller,
    db,
    databaseUrl: database.url,
    deps,
    activities: (over) => {
      const all = deps(over);
      const calling = createCallingActivities({ ...all, fetch: plainFetch });
      return { ...createPaymentActivities(all), ...calling, ...createLedgerActivities(all) };
    },
    newRun: (code, balance) => newRun(db, book, code, balance),
    fund: (userId, asset, amount) => credit(db, userId, asset, amount),
    stop: async () => {
      rails.close();
      await notifier.close();
      await db.close();
      await seller.close();
      await chains.stop();
      await database.drop();
    },
  };
}

export function railsConfig(assets: LocalAssets) {
  const { evm, solana, solanaNetwork } = assets;
  return {
    evm: {
      rpcUrl: evm.rpcUrl,
      chainId: evm.chainId,
      privateKey: evm.operator.privateKey,
      router: evm.router.address,
      bumpAfterMs: 30_000,
    },
    solana: {
      rpcUrl: solana.rpcUrl,
      network: solanaNetwork,
      secretKey: bs58.decode(solana.escrow.secretKey),
    },
  };
}

/** The tokens that users would have deposited, and an account for the seller's wrapped coins. */
async function fill(wallets: SolanaWallets, { solana }: LocalAssets): Promise<void> {
  const demo = Keypair.fromSecretKey(bs58.decode(solana.demoUser.secretKey));
  const seller = new PublicKey(solana.sellers.market.address);
  const account = wallets.tokenAccount(seller, NATIVE_MINT);
  await wallets.send(
    [demo],
    [
      ...wallets.payTokens(demo, wallets.escrow, 1_000_000_000n),
      createAssociatedTokenAccountIdempotentInstruction(demo.publicKey, account, seller, NATIVE_MINT),
    ],
  );
}

async function newRun(
  db: Database,
  book: AssetBook,
  code: string,
  balance: bigint,
): Promise<{ runId: string; userId: string }> {
  const runId = `wf_${randomUUID()}`;
  const userId = `user_${randomUUID()}`;
  await insertRun(db.pool, createSealer('a secret of the tests'), {
    id: runId,
    tenant: TENANT,
    family: 'reasoning',
    kind: 'task',
    subject: userId,
    workflowId: runId,
    input: 'test',
    settings: {},
  });
  const held = escrowAsset(book, code)!;
  if (balance > 0n) await credit(db, userId, held, balance, runId);
  return { runId, userId };
}

async function credit(
  db: Database,
  userId: string,
  asset: Asset,
  amount: bigint,
  id: string = randomUUID(),
): Promise<void> {
  await applyTransfer(db.pool, {
    id: `deposit:${id}`,
    kind: 'deposit',
    state: 'posted',
    tenant: TENANT,
    entries: move(worldAccount(asset), escrowAccount(TENANT, userId, asset), amount),
  });
}

/** A step that calls `url` and needs nothing else. */
export function paidStep(url: string, over: Partial<PlanStep> = {}): PlanStep {
  return {
    id: 'buy',
    type: 'service_call',
    serviceName: 'Test seller',
    serviceUrl: url,
    method: 'POST',
    action: 'buy something',
    params: { what: 'a report' },
    outputKey: 'bought',
    dependencies: [],
    parallelizable: true,
    estimatedCost: '250000',
    estimatedTime: 100,
    maxPrice: '250000',
    retryPolicy: { maxAttempts: 3, backoffMultiplier: 2, initialDelayMs: 100, maxDelayMs: 1000 },
    ...over,
  };
}

/** Stops the work once where a crash would. */
export function crashAt(point: CrashPoint): Checkpoint {
  let armed = true;
  return (name) => {
    if (!armed || name !== point) return;
    armed = false;
    throw new Error(`crash at ${point}`);
  };
}
