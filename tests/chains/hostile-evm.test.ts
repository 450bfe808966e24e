import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { as, send } from '../../contracts/test/chain.ts';
import { startAnvil } from '../../embedded/chains/anvil.ts';
import { deployEvm } from '../../embedded/chains/deploy/evm.ts';
import { deriveLocalKeys } from '../../embedded/chains/local-assets.ts';
import { TEST_SEED } from '../../embedded/chains/test-stack.ts';
import { freePort } from '../../embedded/ports.ts';
import { createProcesses } from '../../embedded/processes.ts';
import { createRails } from '../../activities/payments/rails.ts';
import { sending } from './support/buying.ts';
import { evmHands, holdBack, type EvmHands } from './support/evm-hands.ts';
import { startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, paymentOf, reserveOf, type Way } from './support/looking.ts';
import { railsConfig } from './support/money-stack.ts';
import { PRICE, startPurchase } from './support/purchase.ts';

const DEARER = { maxFeePerGas: 90_000_000_000n, maxPriorityFeePerGas: 80_000_000_000n };
const EVM: Way = { path: '/evm', code: 'USDC' };

let stack: HostileStack;
let evm: EvmHands;
beforeAll(async () => {
  stack = await startHostileStack();
  evm = evmHands(stack.assets);
});
afterEach(() => stack.heal());
afterAll(async () => {
  evm.close();
  await stack.stop();
});

const statusOf = async (intentId: string) => (await paymentOf(stack, intentId)).status;

/** Bought and settled, not final yet. */
async function settled() {
  const activities = stack.activities();
  const purchase = await startPurchase(stack, EVM);
  const intentId = await purchase.sign(activities);
  const before = await evm.provider.getBlockNumber();
  const outcome = await activities.submitPayment(sending(purchase.call, intentId));
  expect(outcome).toMatchObject({ kind: 'settled' });
  return { ...purchase, activities, intentId, before };
}

describe('a reorganisation', () => {
  test('that drops a settled payment makes it unknown, and the same bytes land again and are paid once', async () => {
    const { activities, intentId, call, runId, before, reconcile, endsPaidOnce } = await settled();
    await evm.reorganise(before);
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
    expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'unknown', reason: 'REORGANISED' });
    expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: PRICE });
    const again = await activities.submitPayment(sending({ ...call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'settled' });
    await endsPaidOnce(activities, intentId);
  });

  test('that drops a payment for good makes it void when its expiry is final', async () => {
    const activities = stack.activities();
    const { url: seller } = await stack.openShop(await evm.expiringIn(10));
    const purchase = await startPurchase(stack, EVM, { seller });
    const intentId = await purchase.sign(activities);
    const block = await evm.provider.getBlockNumber();
    await activities.submitPayment(sending(purchase.call, intentId));
    expect(await statusOf(intentId)).toBe('settled');
    await evm.reorganise(block);
    await evm.send('evm_increaseTime', 12);
    const seen = new Set<string>();
    await expect
      .poll(async () => {
        await evm.mine();
        const { kind } = await purchase.reconcile(activities, intentId);
        seen.add(kind);
        return kind;
      })
      .toBe('void');
    expect(seen.has('settled')).toBe(false);
    expect(await attentionKinds(stack, purchase.runId)).toContain('payment_reorganised');
    await purchase.endsUnpaid(intentId);
  });

  test('that shortens the chain below the block of the signature does not hide the payment', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, EVM);
    const snapshot = await evm.send('evm_snapshot');
    for (let block = 0; block < 2; block++) await evm.mine();
    const intentId = await purchase.sign(activities);
    await evm.send('evm_revert', snapshot);
    stack.theirs.evm.fault('eth_getTransactionReceipt', { kind: 'error', message: 'indexing' });
    expect((await activities.submitPayment(sending(purchase.call, intentId))).kind).toBe('unclear');
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that the node has not noticed yet does not make a payment final', async () => {
    const { activities, intentId, call, before, reconcile, endsPaidOnce } = await settled();
    const hash = (await paymentOf(stack, intentId)).tx_hash!;
    const receipt = await evm.send('eth_getTransactionReceipt', hash);
    await evm.reorganise(before);
    stack.ours.evm.fault('eth_getTransactionReceipt', { kind: 'answer', result: () => receipt });
    for (let block = 0; block < 4; block++) await evm.mine();
    await reconcile(activities, intentId);
    expect((await paymentOf(stack, intentId)).finalized).toBe(false);
    stack.heal();
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
    await activities.submitPayment(sending({ ...call, attempt: 2 }, intentId));
    await endsPaidOnce(activities, intentId);
  });
});

describe('a transaction of the facilitator', () => {
  test('that is replaced by a dearer one pays once, under the hash that landed', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, EVM);
    const intentId = await purchase.sign(activities);
    const { outcome, told, landed } = await evm.holding(async () => {
      const submitted = activities.submitPayment(sending(purchase.call, intentId));
      const { hash, to, data, nonce, gasLimit } = await evm.pending();
      const replacement = { to, data, nonce, gasLimit: gasLimit * 2n, ...DEARER };
      const replaced = await evm.facilitator.sendTransaction(replacement);
      await evm.mine();
      return { outcome: await submitted, told: hash, landed: replaced.hash };
    });
    expect(landed).not.toBe(told);
    expect(outcome).toMatchObject({ kind: 'settled', txHash: landed });
    expect(await purchase.reconcile(activities, intentId)).toEqual({
      kind: 'settled',
      txHash: landed,
      final: false,
    });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that is dropped from the mempool leaves the payment alive, and the same bytes pay once', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, EVM);
    const intentId = await purchase.sign(activities);
    await evm.holding(async () => {
      const outcome = activities.submitPayment(sending(purchase.call, intentId));
      await evm.send('anvil_dropTransaction', (await evm.pending()).hash);
      expect(await outcome).toMatchObject({ kind: 'unclear' });
    });
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
    const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that fails in execution because the float is gone takes nothing, and is paid once after a refill', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, EVM);
    const intentId = await purchase.sign(activities);
    const float = (await evm.token.getFunction('balanceOf')(evm.operator.address)) as bigint;
    await evm.holding(async () => {
      const outcome = activities.submitPayment(sending(purchase.call, intentId));
      await evm.pending();
      await evm.token.getFunction('transfer')(evm.facilitator.address, float, {
        ...DEARER,
        gasLimit: 100_000n,
      });
      await evm.mine();
      expect(await outcome).toMatchObject({ kind: 'unclear', code: 'SETTLEMENT_PENDING' });
    });
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
    await send(as(evm.token, evm.facilitator), 'transfer', evm.operator.address, float);
    const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that fails because somebody else has used the authorization is found under the other hash', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, EVM);
    const intentId = await purchase.sign(activities);
    const other = await evm.holding(async () => {
      const outcome = activities.submitPayment(sending(purchase.call, intentId));
      const { to, data, gasLimit } = await evm.pending();
      const { hash } = await evm.operator.sendTransaction({ to, data, gasLimit: gasLimit * 2n, ...DEARER });
      await evm.mine();
      expect(await outcome).toMatchObject({ kind: 'unclear' });
      return hash;
    });
    expect(await purchase.reconcile(activities, intentId)).toEqual({
      kind: 'settled',
      txHash: other,
      final: false,
    });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that the facilitator has no gas for is reported as such, and paid once it has some', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, EVM);
    const intentId = await purchase.sign(activities);
    await evm.send('anvil_setBalance', evm.facilitator.address, '0x0');
    const outcome = await activities.submitPayment(sending(purchase.call, intentId));
    expect(outcome).toMatchObject({ kind: 'unclear', code: 'PAYMENT_REFUSED' });
    expect(outcome).toHaveProperty('message', expect.stringContaining('exceeds the balance of the account'));
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
    await evm.send('anvil_setBalance', evm.facilitator.address, '0x56BC75E2D63100000');
    const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
  });
});

describe('a node', () => {
  test('that lags behind a settled payment takes nothing back', async () => {
    const { activities, intentId, runId, before, reconcile, endsPaidOnce } = await settled();
    holdBack(stack.ours.evm, before);
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
    expect(await statusOf(intentId)).toBe('settled');
    expect(await attentionKinds(stack, runId)).toEqual([]);
    stack.heal();
    await endsPaidOnce(activities, intentId);
  });

  test('that lags while a payment lands and expires proves nothing', async () => {
    const activities = stack.activities({ confirmMs: 0 });
    const { url: seller } = await stack.openShop(await evm.expiringIn(10));
    const purchase = await startPurchase(stack, EVM, { seller });
    const intentId = await purchase.sign(activities);
    holdBack(stack.ours.evm, await evm.provider.getBlockNumber());
    expect((await activities.submitPayment(sending(purchase.call, intentId))).kind).toBe('unclear');
    await evm.send('evm_increaseTime', 12);
    for (let block = 0; block < 4; block++) await evm.mine();
    expect(['alive', 'unknown']).toContain((await purchase.reconcile(activities, intentId)).kind);
    await activities.sweepPayments({ limit: 100 });
    expect(await statusOf(intentId)).toBe('unknown');
    stack.heal();
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('without the history of a payment neither proves it void nor takes it back', async () => {
    const { activities, intentId, runId, reconcile, endsPaidOnce } = await settled();
    stack.ours.evm.fault('eth_getTransactionReceipt', { kind: 'answer', result: () => null });
    stack.ours.evm.fault('eth_getLogs', { kind: 'answer', result: () => [] });
    expect(await reconcile(activities, intentId)).toMatchObject({ kind: 'unknown' });
    expect(await statusOf(intentId)).toBe('settled');
    expect(await attentionKinds(stack, runId)).toEqual([]);
    stack.heal();
    await endsPaidOnce(activities, intentId);
  });

  test('of another chain, where the same token has the same address, proves nothing', async () => {
    const processes = createProcesses({ log: () => undefined });
    const other = await startAnvil({ processes, port: await freePort(), chainId: 31338, blockTimeMs: 0 });
    const { token } = await deployEvm(other.rpcUrl, deriveLocalKeys(TEST_SEED).evm);
    expect(token.address).toBe(stack.assets.evm.token.address);
    const { evm: config, solana } = railsConfig(stack.assets);
    const rails = createRails({ solana, evm: { ...config, rpcUrl: other.rpcUrl } });
    const astray = stack.activities({ rails });
    const hands = evmHands({ ...stack.assets, evm: { ...stack.assets.evm, rpcUrl: other.rpcUrl } });
    try {
      const { activities, intentId, runId, reconcile, endsPaidOnce } = await settled();
      for (let block = 0; block < 100; block++) await hands.mine();
      await hands.send('evm_increaseTime', 3600);
      for (let block = 0; block < 4; block++) await hands.mine();
      expect(await reconcile(astray, intentId)).toMatchObject({ kind: 'unknown' });
      expect(await statusOf(intentId)).toBe('settled');
      expect(await attentionKinds(stack, runId)).toEqual([]);
      await endsPaidOnce(activities, intentId);
    } finally {
      hands.close();
      rails.close();
      await processes.stopAll();
    }
  });
});
