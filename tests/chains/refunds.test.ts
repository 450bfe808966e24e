import { Keypair, PublicKey } from '@solana/web3.js';
import bs58 from 'bs58';
import { Contract, Wallet } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createCallingActivities } from '../../activities/calling/activities.ts';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { sampleToken } from '../../contracts/sample-token.ts';
import { pendingRefunds } from '../../db/repositories/refunds.ts';
import { listSurplus } from '../../db/repositories/surplus.ts';
import { createEscrowUser } from '../../db/escrow/users.ts';
import { escrowAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import { readBalance } from '../../db/ledger.ts';
import { createBooks } from './support/books.ts';
import { buy, request } from './support/buying.ts';
import { plainFetch } from './support/fetch.ts';
import { attentionKinds, evmBalance, evmProvider, sweepUntil } from './support/looking.ts';
import {
  paidStep,
  railsConfig,
  startMoneyStack,
  TENANT,
  type Activities,
  type MoneyStack,
} from './support/money-stack.ts';

let stack: MoneyStack;
beforeAll(async () => {
  stack = await startMoneyStack();
});
afterAll(() => stack.stop());

const escrowOf = async (userId: string): Promise<bigint> =>
  (await readBalance(stack.db.pool, escrowAccount(TENANT, userId, escrowAsset(stack.book, 'USDC')!).account))
    .available;

/** Books a room, paid on the chain that `network` names. */
async function booked(activities: Activities, network: string) {
  const { runId, userId } = await stack.newRun('USDC', 1_000_000n);
  const { evm, solana } = stack.assets;
  const onEvm = network === evm.network;
  const pay = {
    scheme: 'exact',
    network,
    asset: onEvm ? evm.token.address : solana.mint.address,
    payTo: onEvm ? evm.sellers.travel.address : solana.sellers.travel.address,
  };
  const room = { city: `City of ${runId}`, checkIn: '2027-01-10', nights: 2, guest: 'Ada' };
  const step = paidStep(`${stack.chains.servicesUrl}/bookings`, { params: room, pay });
  const { intentId, outcome } = await buy(activities, request(runId, step, 'USDC'));
  if (outcome.kind !== 'settled') throw new Error(JSON.stringify(outcome));
  const undo = {
    ride: { runId, events: [] },
    runId,
    stepId: 'buy',
    compensation: {
      url: `${stack.chains.servicesUrl}/bookings/cancel`,
      method: 'POST',
      params: {},
      inputMapping: { bookingId: 'bought.bookingId' },
    },
    outputs: { bought: outcome.output! },
    attempt: 1,
    timeoutMs: 20_000,
    intentId,
  };
  return { runId, userId, undo };
}

/** A cancellation service that answers with this refund instead of making one. */
const claiming =
  (refund: object): HttpFetch =>
  async (url, options) =>
    url.endsWith('/bookings/cancel')
      ? { status: 200, headers: {}, text: JSON.stringify({ status: 'cancelled', refund }) }
      : plainFetch(url, options);

describe.each(['solana', 'evm'] as const)('a seller that pays back on %s', (chain) => {
  const network = () => (chain === 'evm' ? stack.assets.evm.network : stack.assets.solanaNetwork);

  test('is believed once its chain shows the transfer, and the user has the money when it is final', async () => {
    const activities = stack.activities();
    const { runId, userId, undo } = await booked(activities, network());
    const float = await evmBalance(stack.assets, stack.assets.evm.operator.address);
    const outcome = await activities.compensateStep(undo);
    expect(outcome).toMatchObject({ kind: 'ok', refunded: '300000', detail: { status: 'cancelled' } });
    expect(await activities.compensateStep({ ...undo, attempt: 2 })).toMatchObject({
      kind: 'ok',
      refunded: '300000',
    });
    await sweepUntil(activities, async () => (await escrowOf(userId)) === 1_000_000n);
    expect(await attentionKinds(stack, runId)).toEqual([]);
    if (chain === 'evm')
      expect(await evmBalance(stack.assets, stack.assets.evm.operator.address)).toBe(float + 300_000n);
  });

  test('may not use one refund for two bookings', async () => {
    const activities = stack.activities();
    const [first, second] = [await booked(activities, network()), await booked(activities, network())];
    const outcome = await activities.compensateStep(first.undo);
    if (outcome.kind !== 'ok') throw new Error(JSON.stringify(outcome));
    const calling = createCallingActivities({
      ...stack.deps(),
      fetch: claiming(outcome.detail['refund'] as object),
    });
    const again = await calling.compensateStep(second.undo);
    expect(again).toMatchObject({
      kind: 'ok',
      detail: { refundRejected: expect.stringMatching(/credited for something else/) as string },
    });
    expect(await attentionKinds(stack, second.runId)).toEqual(['refund_rejected']);
  });
});

describe('a refund that a seller only claims', () => {
  const settle = async (refund: (own: { user: string }) => Promise<object>) => {
    const { runId, undo } = await booked(stack.activities(), stack.assets.solanaNetwork);
    const claimed = await refund({ user: runId });
    const calling = createCallingActivities({ ...stack.deps(), fetch: claiming(claimed) });
    return { runId, outcome: await calling.compensateStep(undo) };
  };
  const claim = (transaction: string, over: object = {}) => ({
    transaction,
    network: stack.assets.solanaNetwork,
    asset: stack.assets.solana.mint.address,
    amount: '300000',
    ...over,
  });

  test('is asked for again when its transaction is not on the chain', async () => {
    const nowhere = '5'.repeat(88);
    const { outcome } = await settle(async () => claim(nowhere));
    expect(outcome).toMatchObject({ kind: 'retry', code: 'REFUND_NOT_SEEN' });
  });

  test('is rejected when somebody else made the transfer', async () => {
    const { wallets } = stack;
    const stranger = await wallets.newWallet(1_000_000_000n, 300_000n);
    const paid = await wallets.send([stranger], wallets.payTokens(stranger, wallets.escrow, 300_000n));
    const { runId, outcome } = await settle(async () => claim(paid));
    expect(outcome).toMatchObject({
      kind: 'ok',
      detail: { refundRejected: expect.stringMatching(/moved 0 USDC, not 0\.3 USDC/) as string },
    });
    expect(await attentionKinds(stack, runId)).toEqual(['refund_rejected']);
  });

  test('is rejected when the same transfer was credited as a deposit of the seller', async () => {
    const { wallets, assets, db, book } = stack;
    const seller = Keypair.fromSecretKey(bs58.decode(assets.solana.sellers.travel.secretKey));
    const { runId, outcome } = await settle(async ({ user }) => {
      const transfer = wallets.payTokens(seller, wallets.escrow, 300_000n);
      const signature = await wallets.send([seller], transfer, 'finalized');
      const { solana } = railsConfig(assets);
      const escrow = createEscrowActivities({ db, sealer: stack.deps().sealer, assets: book, solana });
      await createEscrowUser(db.pool, TENANT, user, seller.publicKey.toBase58());
      const deposit = { tenant: TENANT, userId: user, asset: 'USDC', amount: '300000', signature };
      expect(await escrow.verifyDeposit(deposit)).toMatchObject({ kind: 'finalized' });
      await escrow.creditDeposit(deposit);
      return claim(signature);
    });
    expect(outcome).toMatchObject({
      kind: 'ok',
      detail: { refundRejected: expect.stringMatching(/credited for something else/) as string },
    });
    expect(await attentionKinds(stack, runId)).toEqual(['refund_rejected']);
  });

  test('is rejected when it names another asset', async () => {
    const { outcome } = await settle(async () =>
      claim('5'.repeat(88), { asset: PublicKey.default.toBase58() }),
    );
    expect(outcome).toMatchObject({
      kind: 'ok',
      detail: { refundRejected: expect.stringMatching(/not in the asset/) as string },
    });
  });
});

describe.each(['solana', 'evm'] as const)(
  'a transaction that pays back more than one step on %s',
  (chain) => {
    const network = () => (chain === 'evm' ? stack.assets.evm.network : stack.assets.solanaNetwork);
    const asset = () => (chain === 'evm' ? stack.assets.evm.token.address : stack.assets.solana.mint.address);

    /** The seller sends these amounts in one transaction. */
    const payBack = (...amounts: bigint[]): Promise<string> =>
      chain === 'evm' ? payBackOnEvm(amounts) : payBackOnSolana(amounts);

    /** Books, has these amounts sent back, and undoes each booking with a refund of `amount` in that transaction, twice. */
    const undoAll = async (amounts: bigint[], amount: string, steps = 2) => {
      const bookings = [];
      for (let step = 0; step < steps; step++) bookings.push(await booked(stack.activities(), network()));
      const paidBack = await payBack(...amounts);
      const refund = { transaction: paidBack, network: network(), asset: asset(), amount };
      const calling = createCallingActivities({ ...stack.deps(), fetch: claiming(refund) });
      const credits = [];
      for (const { undo } of bookings) {
        const outcome = await calling.compensateStep(undo);
        expect(await calling.compensateStep(undo)).toEqual(outcome);
        credits.push(outcome.kind === 'ok' ? (outcome.refunded ?? '0') : outcome.kind);
      }
      await sweepUntil(stack.activities(), async () => (await pendingRefunds(stack.db.pool, 9)).length === 0);
      return {
        paidBack,
        credits,
        escrows: await Promise.all(bookings.map(({ userId }) => escrowOf(userId))),
        runs: bookings.map(({ runId }) => runId),
      };
    };

    const waiting = async (txHash: string): Promise<string[]> => {
      await createBooks(stack).check();
      const rows = await listSurplus(stack.db.pool, 'waiting', undefined, 200);
      return rows.filter((row) => row.tx_hash === txHash).map((row) => row.booked);
    };

    test.each([
      ['in one transfer', [600_000n]],
      ['in one transfer for each', [300_000n, 300_000n]],
    ])('%s credits each of them what was paid for it', async (_how, amounts) => {
      const { paidBack, credits, escrows } = await undoAll(amounts, '300000');
      expect(credits).toEqual(['300000', '300000']);
      expect(escrows).toEqual([1_000_000n, 1_000_000n]);
      expect(await waiting(paidBack)).toEqual([]);
    });

    test('and names the whole of it each time is divided all the same', async () => {
      const { paidBack, credits } = await undoAll([600_000n], '600000');
      expect(credits).toEqual(['300000', '300000']);
      expect(await waiting(paidBack)).toEqual([]);
    });

    test('with less than it says credits what came, and a person is told', async () => {
      const { credits, escrows, runs } = await undoAll([500_000n], '300000');
      expect(credits).toEqual(['300000', '200000']);
      expect(escrows).toEqual([1_000_000n, 900_000n]);
      expect(await Promise.all(runs.map((runId) => attentionKinds(stack, runId)))).toEqual([
        [],
        ['refund_rejected'],
      ]);
    });

    test('with more than was paid credits what was paid; the rest waits for a person', async () => {
      const { paidBack, credits, escrows } = await undoAll([420_000n], '420000', 1);
      expect(credits).toEqual(['300000']);
      expect(escrows).toEqual([1_000_000n]);
      await expect.poll(() => waiting(paidBack), { timeout: 20_000 }).toEqual(['120000']);
    });
  },
);

async function payBackOnSolana(amounts: readonly bigint[]): Promise<string> {
  const { wallets, assets } = stack;
  const seller = Keypair.fromSecretKey(bs58.decode(assets.solana.sellers.travel.secretKey));
  const moves = amounts.flatMap((amount) => wallets.payTokens(seller, wallets.escrow, amount));
  return wallets.send([seller], moves, 'finalized');
}

/** Wallets send one transfer a transaction there. */
async function payBackOnEvm(amounts: readonly bigint[]): Promise<string> {
  const { evm } = stack.assets;
  const provider = evmProvider(evm.rpcUrl);
  const token = new Contract(
    evm.token.address,
    sampleToken.abi,
    new Wallet(evm.sellers.travel.privateKey, provider),
  );
  const sum = amounts.reduce((total, amount) => total + amount, 0n);
  const sent = (await token.getFunction('transfer')(evm.operator.address, sum)) as {
    hash: string;
    wait(): Promise<unknown>;
  };
  await sent.wait();
  provider.destroy();
  return sent.hash;
}

test('an undo without a refund counts as done, and one that the service refuses does not', async () => {
  const { undo } = await booked(stack.activities(), stack.assets.solanaNetwork);
  const free = {
    ...undo,
    compensation: { ...undo.compensation, url: `${stack.seller.url}/free`, method: 'GET', inputMapping: {} },
  };
  expect(await stack.activities().compensateStep(free)).toEqual({ kind: 'ok', detail: { free: true } });
  const flaky = { ...free, compensation: { ...free.compensation, url: `${stack.seller.url}/flaky` } };
  expect(await stack.activities().compensateStep(flaky)).toMatchObject({ kind: 'retry', code: 'HTTP_503' });
  const gone = { ...undo, outputs: { bought: { inline: { bookingId: 'bk_none' } } } };
  expect(await stack.activities().compensateStep(gone)).toMatchObject({ kind: 'failed', code: 'HTTP_404' });
});
