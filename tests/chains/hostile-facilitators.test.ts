import bs58 from 'bs58';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sending } from './support/buying.ts';
import { startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { paymentOf, type Way } from './support/looking.ts';
import { claims, startLyingFacilitator, type LyingFacilitator } from './support/lying-facilitator.ts';
import { startPurchase } from './support/purchase.ts';

let stack: HostileStack;
let facilitator: LyingFacilitator;
let seller: string;
beforeAll(async () => {
  stack = await startHostileStack();
  facilitator = await startLyingFacilitator(stack.facilitatorUrl);
  seller = (await stack.openShop({ facilitatorUrl: facilitator.url })).url;
});
afterEach(() => facilitator.lie(undefined));
afterAll(async () => {
  await facilitator.stop();
  await stack.stop();
});

const RAILS: (Way & { network: () => string; nonsense: [what: string, hash: string][] })[] = [
  {
    path: '/evm',
    code: 'USDC',
    network: () => stack.assets.evm.network,
    nonsense: [
      ['a transaction that does not exist', `0x${'12'.repeat(32)}`],
      ['what is no transaction', 'trust me'],
    ],
  },
  {
    path: '/solana',
    code: 'USDC',
    network: () => stack.assets.solanaNetwork,
    nonsense: [
      ['a transaction that does not exist', bs58.encode(Buffer.alloc(64, 5))],
      ['what only looks like a transaction', '1'.repeat(70)],
      ['what is no transaction', 'trust me'],
    ],
  },
];

describe.each(RAILS)('a facilitator at $path', ({ path, code, network, nonsense }) => {
  const way: Way = { path, code };

  test('that settles and then answers 500 leaves a payment that is found and not paid again', async () => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, way, { seller });
    const intentId = await purchase.sign(activities);
    facilitator.lie(async (settle) => {
      await settle();
      return { status: 500, body: { error: 'something broke' } };
    });
    expect((await activities.submitPayment(sending(purchase.call, intentId))).kind).toBe('unclear');
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'settled' });
    facilitator.lie(undefined);
    const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'unclear' });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that answers success without settling is not believed, and when it settles later, it is paid once', async () => {
    const activities = stack.activities({ confirmMs: 300 });
    const purchase = await startPurchase(stack, way, { seller });
    const intentId = await purchase.sign(activities);
    facilitator.lie(claims(network(), nonsense[0]![1], false));
    const outcome = await activities.submitPayment(sending(purchase.call, intentId));
    expect(outcome).toMatchObject({ kind: 'unclear', code: 'UNCONFIRMED' });
    expect(await purchase.reconcile(activities, intentId)).toMatchObject({ kind: 'alive' });
    expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'unknown', tx_hash: null });
    facilitator.lie(undefined);
    const again = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(again).toMatchObject({ kind: 'settled' });
    await purchase.endsPaidOnce(activities, intentId);
  });

  test('that settles and names a transaction of somebody else does no harm: ours is found, and each pays once', async () => {
    const activities = stack.activities();
    const other = await startPurchase(stack, way, { seller });
    const first = await other.sign(activities);
    await activities.submitPayment(sending(other.call, first));
    const { tx_hash: foreign } = await paymentOf(stack, first);
    await other.endsPaidOnce(activities, first);
    const purchase = await startPurchase(stack, way, { seller });
    const intentId = await purchase.sign(activities);

    // Once without having settled: another payment's transaction proves nothing of this one.
    facilitator.lie(claims(network(), foreign!, false));
    const hasty = stack.activities({ confirmMs: 300 });
    expect((await hasty.submitPayment(sending(purchase.call, intentId))).kind).toBe('unclear');
    facilitator.lie(claims(network(), foreign!, true));
    const outcome = await activities.submitPayment(sending({ ...purchase.call, attempt: 2 }, intentId));
    expect(outcome).toMatchObject({ kind: 'settled' });
    expect((await paymentOf(stack, intentId)).tx_hash).not.toBe(foreign);
    await purchase.endsPaidOnce(activities, intentId);
  });

  test.each(nonsense)('that settles and names %s is found on the chain at once', async (_, hash) => {
    const activities = stack.activities();
    const purchase = await startPurchase(stack, way, { seller });
    const intentId = await purchase.sign(activities);
    facilitator.lie(claims(network(), hash, true));
    const outcome = await activities.submitPayment(sending(purchase.call, intentId));
    expect(outcome).toMatchObject({ kind: 'settled' });
    expect((await paymentOf(stack, intentId)).tx_hash).not.toBe(hash);
    await purchase.endsPaidOnce(activities, intentId);
  });
});
