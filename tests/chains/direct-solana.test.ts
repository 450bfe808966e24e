import { Keypair, PublicKey } from '@solana/web3.js';
import bs58 from 'bs58';
import { moveTreasury } from '../../db/repositories/treasury.ts';
import { readBalance } from '../../db/ledger.ts';
import { floatAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DIRECT_WAYS, payeeHas, startDirect, type DirectPurchase } from './support/direct.ts';
import { startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, paymentOf, sweepUntil } from './support/looking.ts';
import type { Activities } from './support/money-stack.ts';
import { holdBackSlots } from './support/solana-hands.ts';

const SEND = 'sendTransaction';
const [, TOKENS, COINS] = DIRECT_WAYS as [unknown, (typeof DIRECT_WAYS)[0], (typeof DIRECT_WAYS)[0]];

let stack: HostileStack;
beforeAll(async () => {
  stack = await startHostileStack();
});
afterEach(() => stack.heal());
afterAll(() => stack.stop());

const impatient = (): Activities => stack.activities({ confirmMs: 300 });

const isVoid =
  ({ intentId }: DirectPurchase) =>
  async (): Promise<boolean> =>
    (await paymentOf(stack, intentId)).status === 'void';

describe.each([TOKENS, COINS])('what a transfer in $code costs', (way) => {
  const coin = () => escrowAsset(stack.book, 'SOL')!;
  const float = () => readBalance(stack.db.pool, floatAccount(coin()).account);

  test('is held in the operator’s own account, and taken out of it', async () => {
    const before = await float();
    const purchase = await startDirect(stack, way);
    await purchase.sign(stack.activities());
    const { posted, held } = await float();
    expect([posted, held]).toEqual([before.posted, before.held + 5_000n]);
    await purchase.submit(stack.activities());
    await purchase.endsPaid(stack.activities());
    const after = await float();
    expect([after.posted, after.held]).toEqual([before.posted - 5_000n, before.held]);
  });

  test('is refused when that account is short, however much users have there', async () => {
    const { available } = await float();
    const aside = { asset: coin(), note: 'test', by: 'test', from: 'float' } as const;
    const amount = available - 4_999n;
    expect(await moveTreasury(stack.db.pool, { ...aside, id: `out:${way.code}`, amount })).toBe(true);
    const { runId, intentId } = await startDirect(stack, way);
    const order = { ride: { runId, events: [] }, intentId };
    const refused = await stack.activities().signPayment(order);
    expect(refused).toMatchObject({ kind: 'refused', reason: 'operator_short' });
    expect(refused).toMatchObject({ message: expect.stringContaining('may take 0.000005 SOL') as string });
    expect(await attentionKinds(stack, runId)).toEqual(['operator_short']);
    expect(await moveTreasury(stack.db.pool, { ...aside, id: `in:${way.code}`, amount: -amount })).toBe(true);
    expect(await stack.activities().checkFunds({ intentId })).toEqual({ funded: true });
    expect(await attentionKinds(stack, runId)).toEqual([]);
  });
});

describe.each([TOKENS, COINS])('a transfer in $code', (way) => {
  const signed = async (): Promise<DirectPurchase> => {
    const purchase = await startDirect(stack, way);
    await purchase.sign(stack.activities());
    return purchase;
  };

  test.each(['silent', 'lie'] as const)('is paid although the node is %s about it', async (kind) => {
    const activities = stack.activities();
    const purchase = await signed();
    stack.ours.solana.fault(SEND, { kind, message: 'Blockhash not found' });
    expect(await purchase.submit(activities)).toMatchObject({ kind: 'settled' });
    await purchase.endsPaid(activities);
  });

  test('that the node drops is sent again with the same bytes', async () => {
    const purchase = await signed();
    const { proof } = await paymentOf(stack, purchase.intentId);
    stack.ours.solana.fault(SEND, { kind: 'error', message: 'the node is busy' });
    expect(await purchase.submit(impatient())).toMatchObject({ kind: 'unclear', code: 'UNCONFIRMED' });
    stack.heal();
    expect(await purchase.reconcile(impatient())).toMatchObject({ kind: 'alive' });
    await purchase.endsPaid(stack.activities());
    expect(await paymentOf(stack, purchase.intentId)).toMatchObject({ tx_hash: proof['signature'] });
  });

  test('that was never sent is not sent after its run has ended, and is void when its expiry is final', async () => {
    const purchase = await signed();
    await stack.db.pool.query(`update run set status = 'cancelled', finished_at = now() where id = $1`, [
      purchase.runId,
    ]);
    const before = stack.ours.solana.calls(SEND);
    await sweepUntil(impatient(), isVoid(purchase));
    expect(stack.ours.solana.calls(SEND)).toBe(before);
    expect(await paymentOf(stack, purchase.intentId)).toMatchObject({ status: 'void', reason: 'EXPIRED' });
  });

  test('is not taken back by a node that is behind', async () => {
    const activities = stack.activities();
    const purchase = await signed();
    const head = await stack.wallets.connection.getSlot('confirmed');
    await purchase.submit(activities);
    holdBackSlots(stack.ours.solana, head - 1);
    expect(await purchase.reconcile(activities)).toMatchObject({ kind: 'unknown' });
    expect((await paymentOf(stack, purchase.intentId)).status).toBe('settled');
    stack.heal();
    await purchase.endsPaid(activities);
    expect(await attentionKinds(stack, purchase.runId)).not.toContain('payment_mismatch');
  });
});

test('a transfer that fails on the chain is void at finality, its fee is booked and its hold released', async () => {
  const { wallets, assets } = stack;
  const purchase = await startDirect(stack, TOKENS);
  await purchase.sign(stack.activities());
  const escrow = Keypair.fromSecretKey(bs58.decode(assets.solana.escrow.secretKey));
  const demo = Keypair.fromSecretKey(bs58.decode(assets.solana.demoUser.secretKey));
  const all = await wallets.tokenBalance(wallets.escrow);
  await wallets.send([demo, escrow], wallets.payTokens(escrow, demo.publicKey, all));
  expect(await purchase.submit(impatient())).toMatchObject({ kind: 'unclear' });
  await wallets.send([demo], wallets.payTokens(demo, wallets.escrow, all));
  await sweepUntil(impatient(), isVoid(purchase));
  await purchase.endsVoid('REVERTED');
});

test('a payee that is not a wallet is not paid', async () => {
  const { assets, wallets, book } = stack;
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  const ride = { runId, events: [] };
  const payTo = wallets.tokenAccount(new PublicKey(assets.solana.sellers.market.address)).toBase58();
  const asset = book.assets.find(({ network, code }) => network === assets.solanaNetwork && code === 'USDC')!;
  const activities = stack.activities();
  const order = { ride, runId, stepId: 'a', generation: 1, asset: asset.id, amount: '1', payTo };
  const quote = await activities.prepareDirectPayment(order);
  if (quote.kind !== 'quoted') throw new Error(quote.message);
  const { intentId } = quote;
  const signBeforeMs = Date.now() + 60_000;
  expect(await activities.signPayment({ ride, intentId, signBeforeMs })).toMatchObject({
    kind: 'refused',
    message: 'The quote cannot be paid: the payee is no wallet.',
  });
  const before = await payeeHas(stack, TOKENS);
  for (const wrong of [{ payTo: assets.solana.escrow.address }, { payTo: 'nobody' }, { amount: '0' }])
    expect(await activities.prepareDirectPayment({ ...order, stepId: 'b', ...wrong })).toMatchObject({
      kind: 'refused',
    });
  expect(await payeeHas(stack, TOKENS)).toBe(before);
});
