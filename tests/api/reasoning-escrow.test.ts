import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sweepEscrow } from '../../api/families/reasoning/escrow/sweep.ts';
import { recordDeposit } from '../../db/escrow/deposits.ts';
import { holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { escrowAsset } from '../../domain/assets.ts';
import { createCaller, type Caller } from './support/http.ts';
import { ESCROW_ADDRESS, startReasoningApp, type ReasoningApp } from './support/reasoning-app.ts';
import { newSignature, newWallet, scriptedEscrow, type ScriptedChain } from './support/reasoning-escrow.ts';

const chain: ScriptedChain = { deposits: new Map(), withdrawals: new Map() };
let app: ReasoningApp;
let api: Caller;
beforeAll(async () => {
  app = await startReasoningApp({
    escrow: { waitMs: 2000 },
    activities: ({ db, scripted }) => scriptedEscrow(db, chain, scripted),
  });
  api = createCaller(app.url);
});
afterAll(() => app.close());

async function withEscrow(): Promise<{ userId: string; wallet: string }> {
  const userId = app.user();
  const wallet = newWallet();
  expect((await api.post(`/escrow/${userId}/create`, { userWallet: wallet })).status).toBe(200);
  return { userId, wallet };
}

async function deposited(amount: string): Promise<string> {
  const { userId } = await withEscrow();
  expect((await api.post(`/escrow/${userId}/deposit`, { amount, signature: newSignature() })).status).toBe(
    200,
  );
  return userId;
}

const balanceOf = async (userId: string): Promise<unknown> =>
  (await api.get(`/escrow/${userId}/balance`)).body['balances'];

describe('an escrow', () => {
  test('says where deposits go and in which assets', async () => {
    const { body } = await api.get('/escrow/address');
    expect(body).toMatchObject({ success: true, address: ESCROW_ADDRESS, network: 'devnet' });
    expect(body['assets']).toEqual([
      { code: 'SOL', mint: null, decimals: 9 },
      { code: 'USDC', mint: expect.any(String), decimals: 6 },
    ]);
  });

  test('is opened with a wallet, and shows zeros until money arrives', async () => {
    const userId = app.user();
    const wallet = newWallet();
    const { status, body } = await api.post(`/escrow/${userId}/create`, { userWallet: wallet });
    expect(status).toBe(200);
    expect(body).toEqual({
      success: true,
      escrow: {
        userId,
        userWallet: wallet,
        balance: 0,
        spent: 0,
        reserved: 0,
        createdAt: expect.any(Number),
        lastTopUpAt: null,
      },
    });
  });

  test('of an unknown user has zeros and no history', async () => {
    const userId = app.user();
    expect((await api.get(`/escrow/${userId}/balance`)).body).toEqual({
      success: true,
      balance: 0,
      asset: 'SOL',
      balances: {
        SOL: { available: 0, reserved: 0, spent: 0 },
        USDC: { available: 0, reserved: 0, spent: 0 },
      },
    });
    expect((await api.get(`/escrow/${userId}/history`)).body).toEqual({
      success: true,
      history: [],
      total: 0,
      nextCursor: null,
    });
  });
});

describe('a deposit', () => {
  test('is credited digit for digit, and a repetition credits nothing', async () => {
    const { userId } = await withEscrow();
    const signature = newSignature();
    const first = await api.post(`/escrow/${userId}/deposit`, { amount: '9007199.254740993', signature });
    expect(first.status).toBe(200);
    expect(first.text).toContain('"balance":9007199.254740993');
    expect(first.body).toMatchObject({ success: true, message: 'Deposit confirmed' });
    expect(first.body).not.toHaveProperty('duplicate');
    const again = await api.post(`/escrow/${userId}/deposit`, { amount: '9007199.254740993', signature });
    expect(again.body).toMatchObject({ success: true, duplicate: true });
    expect((await api.get(`/escrow/${userId}/history`)).body).toMatchObject({
      total: 1,
      history: [
        { type: 'deposit', signature, amountMinor: '9007199254740993', asset: 'SOL', status: 'completed' },
      ],
    });
  });

  test('that takes longer than the wait is answered with 202 and credited later', async () => {
    const { userId } = await withEscrow();
    const signature = newSignature();
    const words = chain.deposits.set(signature, [{ kind: 'pending' }]);
    const first = await api.post(`/escrow/${userId}/deposit`, { amount: 2, signature });
    expect(first.status).toBe(202);
    expect(first.body).toMatchObject({ success: true, status: 'pending' });
    words.set(signature, [{ kind: 'finalized', slot: 2 }]);
    await expect.poll(() => balanceOf(userId)).toMatchObject({ SOL: { available: 2 } });
  });

  test('can be claimed by its owner after another’s claim on it was refused', async () => {
    const [thief, owner] = [await withEscrow(), await withEscrow()];
    const signature = newSignature();
    chain.deposits.set(signature, [
      { kind: 'refused', code: 'sender_mismatch', message: 'not yours' },
      { kind: 'finalized', slot: 3 },
    ]);
    expect((await api.post(`/escrow/${thief.userId}/deposit`, { amount: 1, signature })).body).toMatchObject({
      code: 'sender_mismatch',
    });
    expect((await api.post(`/escrow/${owner.userId}/deposit`, { amount: 1, signature })).status).toBe(200);
  });

  test('sent twice at once is credited once', async () => {
    const { userId } = await withEscrow();
    const signature = newSignature();
    const send = () => api.post(`/escrow/${userId}/deposit`, { amount: 3, signature });
    const replies = await Promise.all([send(), send(), send()]);
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 3 } });
  });
});

describe('what a withdrawal costs', () => {
  test('is quoted without holding anything, and is what is charged', async () => {
    const userId = await deposited('5');
    const query = `amount=2&destination=${newWallet()}`;
    const { status, body } = await api.get(`/escrow/${userId}/withdraw/quote?${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ amount: 2, fee: 0.000005, rent: 0, total: 2.000005, minimum: 0.00089088 });
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 5, reserved: 0 } });
    await api.post(`/escrow/${userId}/withdraw`, {
      amount: 2,
      destination: newWallet(),
      max_fee: '0.000005',
    });
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 2.999995 } });
    expect((await api.get(`/escrow/${userId}/history`)).body['history']).toMatchObject([
      { type: 'withdrawal', amount: 2, fee: 0.000005, rent: 0, feeAsset: 'SOL' },
      { type: 'deposit' },
    ]);
  });

  test.each([
    ['more than max_fee', { amount: 1, max_fee: '0.000004' }, 409, 'fee_changed'],
    ['less than the minimum', { amount: '0.00089087' }, 400, 'below_minimum'],
    ['all of the balance', { amount: 5 }, 400, 'insufficient_escrow'],
  ])('%s is refused, and nothing is held', async (_, body, status, code) => {
    const userId = await deposited('5');
    const answer = await api.post(`/escrow/${userId}/withdraw`, { destination: newWallet(), ...body });
    expect({ status: answer.status, code: answer.body['code'] }).toEqual({ status, code });
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 5, reserved: 0 } });
  });

  test('to a burn address is asked about first', async () => {
    const userId = await deposited('5');
    const body = { amount: 1, destination: '1nc1nerator11111111111111111111111111111111' };
    const asked = await api.post(`/escrow/${userId}/withdraw`, body);
    expect(asked).toMatchObject({ status: 400, body: { code: 'confirm_destination' } });
    const done = await api.post(`/escrow/${userId}/withdraw`, { ...body, confirm_destination: true });
    expect(done.status).toBe(200);
  });
});

describe('a withdrawal', () => {
  test('is held, sent and taken off the balance', async () => {
    const userId = await deposited('5');
    const { status, body } = await api.post(`/escrow/${userId}/withdraw`, {
      amount: 1.5,
      destination: newWallet(),
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      success: true,
      message: 'Withdrawal successful',
      withdrawalId: expect.stringMatching(/^wd_/),
      signature: expect.any(String),
      amount: 1.5,
      fee: 0.000005,
      rent: 0,
      feeAsset: 'SOL',
      total: 1.500005,
    });
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 3.499995, reserved: 0 } });
  });

  test('whose outcome takes longer is answered with 202 and its id, and stays held', async () => {
    const userId = await deposited('5');
    const destination = newWallet();
    chain.withdrawals.set(destination, [{ kind: 'landed', txHash: 's', final: false, position: 1 }]);
    const { status, body } = await api.post(`/escrow/${userId}/withdraw`, { amount: 2, destination });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      success: true,
      status: 'pending',
      withdrawalId: expect.stringMatching(/^wd_/),
    });
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 2.999995, reserved: 2.000005 } });
    chain.withdrawals.delete(destination);
    await expect.poll(() => balanceOf(userId)).toMatchObject({ SOL: { available: 2.999995, reserved: 0 } });
  });

  test('with an Idempotency-Key is carried out once', async () => {
    const userId = await deposited('5');
    const body = { amount: 1, destination: newWallet() };
    const key = { 'idempotency-key': `once-${userId}` };
    const first = await api.post(`/escrow/${userId}/withdraw`, body, key);
    const again = await api.post(`/escrow/${userId}/withdraw`, body, key);
    expect(again.text).toBe(first.text);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 3.999995 } });
  });

  test('that is proven never to land gives the amount back', async () => {
    const userId = await deposited('5');
    const destination = newWallet();
    chain.withdrawals.set(destination, [
      { kind: 'alive', expiresAtMs: Date.now() + 60_000 },
      { kind: 'void' },
    ]);
    const { status, body } = await api.post(`/escrow/${userId}/withdraw`, { amount: 2, destination });
    expect({ status, code: body['code'] }).toEqual({ status: 409, code: 'withdrawal_released' });
    expect(await balanceOf(userId)).toMatchObject({ SOL: { available: 5, reserved: 0 } });
  });
});

test('the payment of a withdrawal has its id, and is listed by whoever asks for its kind', async () => {
  const userId = await deposited('5');
  const destination = newWallet();
  const { body } = await api.post(`/escrow/${userId}/withdraw`, { amount: 1, destination });
  const { withdrawalId, signature } = body;
  const id = String(withdrawalId);
  const idsOf = async (query: string): Promise<unknown[]> =>
    ((await api.get(`/payments${query}`)).body['payments'] as { id: string }[]).map((row) => row.id);
  expect(await idsOf('?limit=200')).not.toContain(id);
  expect(await idsOf('?limit=200&kind=step')).not.toContain(id);
  expect(await idsOf('?limit=200&kind=withdrawal')).toContain(id);
  expect((await api.get(`/payments/${id}`)).body).toMatchObject({
    kind: 'withdrawal',
    run_id: null,
    step_id: null,
    rail: 'solana-transfer',
    amount: '1000000000',
    pay_to: destination,
    status: 'settled',
    finalized: true,
    tx_hash: signature,
    actions: [],
  });
  expect((await api.get('/payments?kind=gift')).status).toBe(400);
});

test('a withdrawal and a deposit that a crash left without a workflow are finished by the sweeper', async () => {
  const userId = await deposited('5');
  const asset = escrowAsset(app.options.assets, 'SOL')!;
  const destination = newWallet();
  await holdWithdrawal(app.db, {
    id: `wd_${userId}`,
    tenant: 'default',
    userId,
    asset,
    amount: 2_000_000_000n,
    destination,
    charge: { fee: 0n, rent: 0n, asset, coin: asset, coins: 0n },
  });
  const signature = newSignature();
  await recordDeposit(app.db.pool, {
    signature,
    tenant: 'default',
    userId,
    asset: asset.id,
    amount: '1000000000',
  });
  await sweepEscrow(app.deps, app.options, 0);
  await expect.poll(() => balanceOf(userId)).toMatchObject({ SOL: { available: 4, reserved: 0 } });
});
