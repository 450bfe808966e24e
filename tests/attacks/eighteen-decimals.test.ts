import { PublicKey, type Keypair } from '@solana/web3.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCallingActivities } from '../../activities/calling/activities.ts';
import { createSeller } from '../../activities/calling/seller.ts';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { createPaymentActivities } from '../../activities/payments/activities.ts';
import { createRails } from '../../activities/payments/rails.ts';
import { withHash } from '../../activities/planner/plan-hash.ts';
import { createJournal } from '../../db/journal.ts';
import { applyTransfer } from '../../db/ledger.ts';
import { createNotifier } from '../../db/notifier.ts';
import { createSealer } from '../../db/sealing.ts';
import { createValues } from '../../db/values.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { move } from '../../domain/ledger.ts';
import { formatUnits } from '../../domain/money.ts';
import type { PlanStep } from '../../domain/plan/plan.ts';
import { startTestStack, type TestStack } from '../../embedded/chains/test-stack.ts';
import { createCaller, type Caller } from '../api/support/http.ts';
import { startReasoningApp, type ReasoningApp } from '../api/support/reasoning-app.ts';
import { untilStatus } from '../api/support/reasoning-plans.ts';
import { plainFetch } from '../chains/support/fetch.ts';
import { paidStep, railsConfig } from '../chains/support/money-stack.ts';
import { solanaWallets, type SolanaWallets } from '../chains/support/solana-wallets.ts';
import { startTestSeller, type TestSeller } from '../chains/support/seller.ts';
import { aPlan } from '../workflows/support/fakes.ts';
import { startWei, type Wei } from './support/wei.ts';

let stack: TestStack;
let wallets: SolanaWallets;
let wei: Wei;
let app: ReasoningApp;
let api: Caller;
const shops: TestSeller[] = [];
const ends: (() => unknown)[] = [];
beforeAll(async () => {
  stack = await startTestStack();
  wallets = solanaWallets(stack.assets);
  wei = await startWei(stack.assets, wallets);
  const market = new PublicKey(stack.assets.solana.sellers.market.address);
  await Promise.all([market, wallets.escrow].map((owner) => wei.give(owner, 1n)));
  const { book: assets } = wei;
  const rails = createRails(railsConfig(stack.assets));
  ends.push(() => rails.close());
  app = await startReasoningApp({
    options: { assets },
    escrow: {
      address: wallets.escrow.toBase58(),
      network: 'localnet',
      waitMs: 20_000,
      terms: { prices: new Map(), minimums: new Map([['USDC', 1n]]) },
    },
    activities({ db }) {
      const sealer = createSealer('a key for tests only');
      const [values, notifier] = [createValues(db.pool, sealer), createNotifier(db.pool)];
      ends.push(() => notifier.close());
      const seller = createSeller({ fetch: plainFetch, values });
      const journal = createJournal(db.pool, notifier);
      const deps = { db, journal, values, sealer, seller, assets, rails, fetch: plainFetch };
      const { solana } = railsConfig(stack.assets);
      return {
        ...createPaymentActivities(deps),
        ...createCallingActivities(deps),
        ...createEscrowActivities({ db, sealer, assets, solana }),
      };
    },
  });
  api = createCaller(app.url);
});
afterAll(async () => {
  await Promise.all([app.close(), ...shops.map((shop) => shop.close())]);
  for (const end of ends) await end();
  await stack.stop();
});

/** A step that costs this much on a chain. */
async function stepFor(path: '/evm' | '/solana', price: bigint): Promise<PlanStep> {
  const amount = price.toString();
  const shop = await startTestSeller(wei.assets, stack.facilitatorUrl, { amount });
  shops.push(shop);
  const { evm, solana, solanaNetwork } = wei.assets;
  const pay =
    path === '/evm'
      ? { network: evm.network, asset: evm.token.address, payTo: evm.sellers.market.address }
      : { network: solanaNetwork, asset: solana.mint.address, payTo: solana.sellers.market.address };
  const id = path.slice(1);
  return paidStep(shop.url + path, {
    id,
    outputKey: id,
    estimatedCost: amount,
    maxPrice: amount,
    pay: { scheme: 'exact', ...pay },
  });
}

/** Approves exactly what the steps cost, in whole units as text, and waits until they are paid. */
async function buy(userId: string, steps: PlanStep[]): Promise<string> {
  const { id } = (await api.post('/workflows/create', { userId, input: 'buy what the plan says' })).body
    .workflow;
  await untilStatus(api, id, 'awaiting_approval');
  const total = steps.reduce((sum, { maxPrice }) => sum + BigInt(maxPrice), 0n);
  const finer = await api.post(`/workflows/${id}/approve`, {
    limits: { maxTotalAmount: formatUnits(total, 19) },
  });
  expect([finer.status, finer.body['code']]).toEqual([400, 'validation_failed']);
  const limits = { maxTotalAmount: formatUnits(total, 18) };
  expect((await api.post(`/workflows/${id}/approve`, { limits })).status).toBe(200);
  await untilStatus(api, id, 'completed');
  return id;
}

const planOf = (steps: PlanStep[]) => withHash({ ...aPlan(steps), decimals: 18 });
const amounts = async (id: string): Promise<string[]> =>
  ((await api.get(`/payments?run_id=${id}`)).body['payments'] as { amount: string }[]).map(
    ({ amount }) => amount,
  );

test('amounts that do not divide evenly pass from the wire over ledger and chains to the wire digit for digit', async () => {
  const [onEvm, onSolana] = [333_333_333_333_333_333n, 17_999_999_999_999_999_999n];
  const steps = [await stepFor('/evm', onEvm), await stepFor('/solana', onSolana)];
  const userId = app.user({ plan: planOf(steps) });
  const wallet: Keypair = await wallets.newWallet(2_000_000_000n);
  await wei.give(wallet.publicKey, onEvm + onSolana + 1n);
  await api.post(`/escrow/${userId}/create`, { userWallet: wallet.publicKey.toBase58() });
  const signature = await wei.deposit(wallet, onEvm + onSolana + 1n);
  const claim = { asset: 'USDC', signature };
  const less = await api.post(`/escrow/${userId}/deposit`, { ...claim, amount: '18.333333333333333332' });
  expect(less.body['code']).toBe('deposit_mismatch');
  const credited = await api.post(`/escrow/${userId}/deposit`, { ...claim, amount: '18.333333333333333333' });
  expect([credited.status, credited.text]).toEqual([200, expect.stringContaining(':18.333333333333333333')]);
  const market = new PublicKey(wei.assets.solana.sellers.market.address);
  const had = [await wei.onEvm(wei.assets.evm.sellers.market.address), await wei.onSolana(market)];
  const id = await buy(userId, steps);
  expect((await amounts(id)).toSorted()).toEqual([onSolana.toString(), onEvm.toString()].toSorted());
  expect(await wei.onEvm(wei.assets.evm.sellers.market.address)).toBe(had[0]! + onEvm);
  expect(await wei.onSolana(market)).toBe(had[1]! + onSolana);
  expect((await api.get(`/runs/${id}`)).body['cost']).toEqual([
    { amount: '18.333333333333333332', asset: 'USDC' },
  ]);
  expect((await api.get(`/workflows/${id}`)).text).toContain('"totalCost":18.333333333333333332,');
  const balance = await api.get(`/escrow/${userId}/balance`);
  expect(balance.text).toContain(
    '"USDC":{"available":0.000000000000000001,"reserved":0,"spent":18.333333333333333332}',
  );
  await app.fund(userId, '0.01', 'SOL'); // for the fee
  const destination = wallet.publicKey.toBase58();
  const rest = { asset: 'USDC', amount: '0.000000000000000001', destination };
  const left = await api.post(`/escrow/${userId}/withdraw`, rest);
  expect(left.status, left.text).toBe(200);
  expect(await wei.onSolana(wallet.publicKey)).toBe(1n);
});

test('the largest amount of a token is paid to the last unit, and one unit more is refused', async () => {
  const most = 2n ** 256n - 1n - 333_333_333_333_333_333n; // the rest went to the same seller before
  const steps = [await stepFor('/evm', most)];
  const userId = app.user({ plan: planOf(steps) });
  const usdc = escrowAsset(wei.book, 'USDC')!;
  await applyTransfer(app.db.pool, {
    id: `funding:${userId}`,
    kind: 'funding',
    state: 'posted',
    tenant: 'default',
    entries: move(worldAccount(usdc), escrowAccount('default', userId, usdc), most),
  });
  const id = await buy(userId, steps);
  expect(await amounts(id)).toEqual([most.toString()]);
  expect(await wei.onEvm(wei.assets.evm.sellers.market.address)).toBe(2n ** 256n - 1n);
  expect(await wei.onEvm(wei.assets.evm.operator.address)).toBe(0n);
  expect((await api.get(`/runs/${id}`)).body['cost']).toEqual([
    { amount: formatUnits(most, 18), asset: 'USDC' },
  ]);
  expect((await api.get(`/escrow/${userId}/balance`)).text).toContain(`"spent":${formatUnits(most, 18)}}`);
});
