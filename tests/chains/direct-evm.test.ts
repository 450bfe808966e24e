import { applyTransfer } from '../../db/ledger.ts';
import { floatAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createRails } from '../../activities/payments/rails.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import {
  DIRECT_WAYS,
  openRegistry,
  startDirect,
  type DirectPurchase,
  type Registry,
} from './support/direct.ts';
import { evmHands, holdBack, type EvmHands } from './support/evm-hands.ts';
import { PATIENCE_MS, startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, paymentOf, reserveOf, sweepUntil } from './support/looking.ts';
import { crashAt, railsConfig, type Activities } from './support/money-stack.ts';

const ROUTER = DIRECT_WAYS[0]!;
const SEND = 'eth_sendRawTransaction';

let stack: HostileStack;
let evm: EvmHands;
let registry: Registry;
beforeAll(async () => {
  stack = await startHostileStack();
  evm = evmHands(stack.assets);
  registry = await openRegistry(stack, evm.provider);
});
afterEach(() => stack.heal());
afterAll(async () => {
  evm.close();
  await stack.stop();
});

/** Short waits for cases where the chain shows nothing. */
const impatient = (checkpoint: Checkpoint = () => undefined): Activities =>
  stack.activities({ confirmMs: 300, checkpoint });

/** Activities whose transactions get higher fees at each look. */
function bumping(checkpoint: Checkpoint = () => undefined): { activities: Activities; close(): void } {
  const { evm: config } = railsConfig(stack.assets);
  const rails = createRails({
    evm: { ...config, rpcUrl: stack.ours.evm.url, requestTimeoutMs: PATIENCE_MS, bumpAfterMs: 0 },
  });
  return { activities: stack.activities({ rails, confirmMs: 300, checkpoint }), close: () => rails.close() };
}

interface Signed {
  nonce: number;
  payments: string[];
  allowances: string[];
  fillers: string[];
  fees?: Record<string, string>;
}

const proofOf = async ({ intentId }: DirectPurchase): Promise<Signed> =>
  (await paymentOf(stack, intentId)).proof as unknown as Signed;

async function signed(activities: Activities, maxTimeoutSeconds = 600): Promise<DirectPurchase> {
  const purchase = await startDirect(stack, ROUTER, { maxTimeoutSeconds });
  await purchase.sign(activities);
  return purchase;
}

const isVoid =
  ({ intentId }: DirectPurchase) =>
  async (): Promise<boolean> =>
    (await paymentOf(stack, intentId)).status === 'void';

const endRun = ({ runId }: DirectPurchase): Promise<unknown> =>
  stack.db.pool.query(`update run set status = 'cancelled', finished_at = now() where id = $1`, [runId]);

describe('a node', () => {
  test.each(['silent', 'lie'] as const)(
    'that takes the bytes and is %s about it is not believed',
    async (kind) => {
      const activities = stack.activities();
      const purchase = await signed(activities);
      stack.ours.evm.fault(SEND, { kind, message: 'it was refused' });
      expect(await purchase.submit(activities)).toMatchObject({ kind: 'settled' });
      await purchase.endsPaid(activities);
    },
  );

  test('that refuses the bytes leaves the payment unknown, and the next look sends the same bytes', async () => {
    const purchase = await signed(impatient());
    const { payments } = await proofOf(purchase);
    stack.ours.evm.fault(SEND, { kind: 'error', message: 'the pool is full' });
    expect(await purchase.submit(impatient())).toMatchObject({ kind: 'unclear', code: 'UNCONFIRMED' });
    stack.heal();
    expect(await purchase.reconcile(impatient())).toMatchObject({ kind: 'alive' });
    await purchase.endsPaid(stack.activities());
    expect(await paymentOf(stack, purchase.intentId)).toMatchObject({ tx_hash: payments[0] });
  });

  test('that does not answer keeps the payment open, and a node of another chain proves nothing', async () => {
    const purchase = await signed(impatient());
    stack.ours.evm.fault('*', { kind: 'down' });
    expect(await purchase.reconcile(impatient())).toMatchObject({ kind: 'unknown' });
    stack.heal();
    stack.ours.evm.fault('eth_chainId', { kind: 'answer', result: () => '0x1' });
    expect(await purchase.reconcile(impatient())).toMatchObject({ kind: 'unknown' });
    stack.heal();
    expect(await purchase.submit(stack.activities())).toMatchObject({ kind: 'settled' });
    await purchase.endsPaid(stack.activities());
  });

  test('that is behind does not take back what was shown', async () => {
    const activities = stack.activities();
    const purchase = await signed(activities);
    const before = await evm.provider.getBlockNumber();
    await purchase.submit(activities);
    holdBack(stack.ours.evm, before);
    expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'unknown' });
    expect((await paymentOf(stack, purchase.intentId)).status).toBe('settled');
    stack.heal();
    await purchase.endsPaid(activities);
  });
});

describe('a payment that waits to be mined', () => {
  test('and is dropped from the pool is sent again with the same bytes', async () => {
    const purchase = await signed(impatient());
    const { payments, allowances } = await proofOf(purchase);
    await evm.holding(async () => {
      expect(await purchase.submit(impatient())).toMatchObject({ kind: 'unclear' });
      for (const hash of [...payments, ...allowances]) await evm.send('anvil_dropTransaction', hash);
      expect(await evm.provider.getTransaction(payments[0]!)).toBeNull();
      expect(await purchase.reconcile(impatient())).toMatchObject({ kind: 'alive' });
    });
    await purchase.endsPaid(stack.activities());
    expect(await proofOf(purchase)).toMatchObject({ payments });
  });

  test('gets higher fees for the same call, and lands once under the new hash', async () => {
    const { activities, close } = bumping();
    const purchase = await signed(activities);
    const [first] = (await proofOf(purchase)).payments;
    await evm.holding(async () => {
      await purchase.submit(activities);
      const old = (await evm.provider.getTransaction(first!))!;
      expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'alive' });
      const { payments } = await proofOf(purchase);
      expect(payments).toHaveLength(2);
      const fresh = (await evm.provider.getTransaction(payments[1]!))!;
      const { nonce, to, value, data } = old;
      expect(fresh).toMatchObject({ nonce, to, value, data });
      expect(fresh.maxFeePerGas).toBeGreaterThan(old.maxFeePerGas!);
      expect(await evm.provider.getTransaction(first!)).toBeNull();
    });
    await purchase.endsPaid(activities);
    const { payments } = await proofOf(purchase);
    expect((await paymentOf(stack, purchase.intentId)).tx_hash).toBe(payments[1]);
    close();
  });

  test('lands once under the old hash when the new bytes were stored and never arrived', async () => {
    const { activities, close } = bumping();
    const purchase = await signed(activities);
    await evm.holding(async () => {
      await purchase.submit(activities);
      stack.ours.evm.fault(SEND, { kind: 'error', message: 'not now' });
      await purchase.reconcile(activities);
      stack.heal();
    });
    const { payments } = await proofOf(purchase);
    expect(payments).toHaveLength(2);
    await purchase.endsPaid(activities);
    expect((await paymentOf(stack, purchase.intentId)).tx_hash).toBe(payments[0]);
    close();
  });

  test.each(['payment.created', 'payment.signed'] as const)(
    'is paid once although the process dies at %s of higher fees',
    async (point) => {
      const purchase = await signed(impatient());
      const { activities, close } = bumping(crashAt(point));
      await evm.holding(async () => {
        await purchase.submit(impatient());
        await expect(purchase.reconcile(activities)).rejects.toThrow(`crash at ${point}`);
        expect((await proofOf(purchase)).payments).toHaveLength(point === 'payment.signed' ? 2 : 1);
        await purchase.reconcile(activities);
      });
      await purchase.endsPaid(stack.activities());
      close();
    },
  );
});

describe('a payment that the router refuses', () => {
  afterEach(() => registry.set());

  test.each([
    ['was switched off', { active: false }],
    ['became dearer', { unitPrice: 250_001n }],
  ])(
    'because the service %s meanwhile is void at finality, and the hold is released',
    async (_why, terms) => {
      const purchase = await signed(impatient());
      await registry.set(terms);
      expect(await purchase.submit(impatient())).toMatchObject({ kind: 'unclear' });
      expect((await paymentOf(stack, purchase.intentId)).status).toBe('unknown');
      await sweepUntil(impatient(), isVoid(purchase));
      await purchase.endsVoid('REVERTED');
      const { fees, payments, allowances } = await proofOf(purchase);
      expect(Object.keys(fees!).toSorted()).toEqual([...payments, ...allowances].toSorted());
    },
  );

  test('costs the operator the gas, out of its own account where the books have the coin', async () => {
    const { book, assets } = stack;
    const coin = { id: `${assets.evm.network}/slip44:60`, code: 'ETH', network: assets.evm.network };
    const known = { ...book, assets: [...book.assets, { ...coin, address: null, decimals: 18 }] };
    const checkpoint = crashAt('payment.voided');
    const activities = stack.activities({ assets: known, confirmMs: 300, checkpoint });
    const gas = known.assets.at(-1)!;
    const poor = await startDirect(stack, ROUTER);
    const order = { ride: { runId: poor.runId, events: [] }, intentId: poor.intentId };
    expect(await activities.signPayment(order)).toMatchObject({ kind: 'refused', reason: 'operator_short' });
    await applyTransfer(stack.db.pool, {
      id: 'funding:gas',
      kind: 'funding',
      state: 'posted',
      tenant: 'system',
      entries: move(worldAccount(gas), floatAccount(gas), 10n ** 18n),
    });
    const had = await evm.provider.getBalance(evm.operator.address);
    const purchase = await signed(activities);
    await registry.set({ active: false });
    await purchase.submit(activities);
    await sweepUntil(activities, isVoid(purchase));
    await purchase.endsVoid('REVERTED');
    const { payments, allowances } = await proofOf(purchase);
    const { rows } = await stack.db.pool.query<{ sum: string }>(
      `select sum(amount) as sum from entry where amount > 0 and transfer_id = any($1)`,
      [[...payments, ...allowances].map((hash) => `fee:${hash}`)],
    );
    expect(BigInt(rows[0]!.sum)).toBe(had - (await evm.provider.getBalance(evm.operator.address)));
  });

  test('whose gas is more than is left of the operator’s day is refused, and goes on when there is room', async () => {
    const purchase = await startDirect(stack, ROUTER);
    const { runId, intentId } = purchase;
    const order = { ride: { runId, events: [] }, runId, intentId, signBeforeMs: Date.now() + 60_000 };
    const stingy = stack.activities({ costLimits: { evm: 1n } });
    expect(await stingy.signPayment(order)).toMatchObject({ kind: 'refused', reason: 'operator_short' });
    expect(await stingy.checkFunds({ intentId })).toEqual({ funded: false });
    expect(await attentionKinds(stack, runId)).toEqual(['operator_short']);
    const activities = stack.activities({ costLimits: { evm: 10n ** 18n } });
    expect(await activities.checkFunds({ intentId })).toEqual({ funded: true });
    expect(await attentionKinds(stack, runId)).toEqual([]);
    await purchase.sign(activities);
    await purchase.submit(activities);
    await purchase.endsPaid(activities);
  });

  test('is not signed when the chain shows the refusal beforehand', async () => {
    await registry.set({ active: false });
    const purchase = await startDirect(stack, ROUTER);
    const { runId, intentId } = purchase;
    const order = { ride: { runId, events: [] }, runId, intentId, signBeforeMs: Date.now() + 60_000 };
    expect(await stack.activities().signPayment(order)).toMatchObject({
      kind: 'refused',
      reason: 'unsupported',
      message: expect.stringContaining('not active') as string,
    });
  });

  test('or pays less than was signed keeps its hold, and a person is told', async () => {
    const activities = impatient();
    const purchase = await signed(activities);
    await registry.set({ unitPrice: 1n });
    await purchase.submit(activities);
    expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'unknown' });
    expect(await attentionKinds(stack, purchase.runId)).toEqual(['payment_mismatch']);
    expect(await reserveOf(stack, purchase.runId, 'USDC')).toMatchObject({ held: 250_000n });
  });
});

describe('a number', () => {
  test('is not taken while the wallet lacks the coins for gas, and is taken once it is funded', async () => {
    const activities = stack.activities();
    const had = await evm.provider.getBalance(evm.operator.address);
    const purchase = await startDirect(stack, ROUTER);
    const { runId, intentId } = purchase;
    const order = { ride: { runId, events: [] }, runId, intentId, signBeforeMs: Date.now() + 60_000 };
    await evm.send('anvil_setBalance', evm.operator.address, '0x1');
    await expect(activities.signPayment(order)).rejects.toThrow(/for gas/);
    expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'prepared', fingerprint: null });
    await evm.send('anvil_setBalance', evm.operator.address, `0x${had.toString(16)}`);
    await purchase.sign(activities);
    await purchase.submit(activities);
    await purchase.endsPaid(activities);
  });

  test('of a payment that was never sent holds up the next ones until its run has ended, and is then spent on nothing', async () => {
    const activities = impatient();
    const left = await signed(activities);
    const next = await startDirect(stack, ROUTER, { agree: async () => undefined });
    await next.sign(activities);
    expect((await proofOf(next)).nonce).toBe((await proofOf(left)).nonce + 2);
    expect(await next.submit(activities)).toMatchObject({ kind: 'unclear', code: 'UNCONFIRMED' });
    expect(await left.reconcile(activities)).toMatchObject({ kind: 'alive' });
    expect((await proofOf(left)).fillers).toEqual([]);

    await endRun(left);
    stack.ours.evm.fault('eth_feeHistory', { kind: 'down' });
    stack.ours.evm.fault('eth_getBlockByNumber', { kind: 'down' });
    await left.reconcile(activities).catch(() => undefined);
    stack.heal();
    expect(await evm.provider.getTransaction((await proofOf(left)).payments[0]!)).toBeNull();
    await left.reconcile(activities);
    await next.endsPaid(activities);
    await sweepUntil(activities, isVoid(left));
    const { nonce, fillers } = await proofOf(left);
    const filler = (await evm.provider.getTransaction(fillers[0]!))!;
    expect(filler).toMatchObject({ nonce, to: evm.operator.address, from: evm.operator.address, value: 0n });
    expect(await paymentOf(stack, left.intentId)).toMatchObject({ status: 'void', reason: 'REPLACED' });
  });

  test('of a payment whose time is over is spent on nothing before the payment lands', async () => {
    const activities = impatient();
    const purchase = await signed(activities, 0);
    await evm.holding(async () => {
      await purchase.submit(activities);
      expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'alive' });
    });
    await sweepUntil(activities, isVoid(purchase));
    await purchase.endsVoid('REPLACED');
  });

  test('whose payment lands before what was to spend it on nothing is paid', async () => {
    const activities = impatient();
    const purchase = await signed(activities, 0);
    await evm.holding(async () => {
      await purchase.submit(activities);
      stack.ours.evm.fault(SEND, { kind: 'error', message: 'not now' });
      await purchase.reconcile(activities);
      stack.heal();
    });
    expect((await proofOf(purchase)).fillers).toHaveLength(1);
    await purchase.endsPaid(activities);
  });

  test('that somebody else used with our key makes the payment void, and the queue goes on after it', async () => {
    const activities = impatient();
    const purchase = await signed(activities);
    const { nonce } = await proofOf(purchase);
    for (const other of [nonce - 1, nonce, nonce + 1])
      await (await evm.operator.sendTransaction({ to: evm.operator.address, nonce: other })).wait();
    expect(await purchase.submit(activities)).toMatchObject({ kind: 'unclear' });
    await sweepUntil(activities, isVoid(purchase));
    await purchase.endsVoid('REPLACED');
    const next = await signed(activities);
    expect((await proofOf(next)).nonce).toBe(nonce + 3);
    expect(await next.submit(stack.activities())).toMatchObject({ kind: 'settled' });
    await next.endsPaid(stack.activities());
  });
});

test('a reorganisation that drops a settled payment makes it unknown; its bytes are sent again and land once', async () => {
  const activities = stack.activities();
  const purchase = await signed(activities);
  const before = await evm.provider.getBlockNumber();
  expect(await purchase.submit(activities)).toMatchObject({ kind: 'settled' });
  await evm.reorganise(before);
  expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'alive' });
  expect(await paymentOf(stack, purchase.intentId)).toMatchObject({
    status: 'unknown',
    reason: 'REORGANISED',
  });
  expect(await attentionKinds(stack, purchase.runId)).toEqual(['payment_reorganised']);
  await purchase.endsPaid(activities);
});
