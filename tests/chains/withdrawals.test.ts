import { Keypair } from '@solana/web3.js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWithdrawalGuard } from '../../activities/escrow/withdrawal-guard.ts';
import { createRails } from '../../activities/payments/rails.ts';
import { getWithdrawal, holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { sumAccount } from '../../db/ledger.ts';
import { floatAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { CrashPoint, RequestPoint } from '../../domain/crash-points.ts';
import { freePort } from '../../embedded/ports.ts';
import { untilDone } from './support/buying.ts';
import { crashAt, railsConfig, startMoneyStack, type MoneyStack } from './support/money-stack.ts';
import { heldWithdrawal, withdrawalHands, type Hands } from './support/withdrawing.ts';

let stack: MoneyStack;
let hands: Hands;
beforeAll(async () => {
  stack = await startMoneyStack();
  hands = withdrawalHands(stack);
});
afterAll(() => stack.stop());

describe.each([
  ['SOL', 200_000_000n],
  ['USDC', 3_000_000n],
] as const)('a withdrawal of %s', (code, amount) => {
  test('is held, signed, sent and posted when it is final, and the operator bears the fee', async () => {
    const it = await heldWithdrawal(stack, code, amount);
    const coin = escrowAsset(stack.book, 'SOL')!;
    const float = await sumAccount(stack.db.pool, floatAccount(coin).account);
    const before = await stack.wallets.connection.getBalance(stack.wallets.escrow);
    expect(await it.balance()).toMatchObject({ available: 0n, reserved: amount });
    expect(await it.sign(hands)).toEqual({ kind: 'signed' });
    const { signature } = (await getWithdrawal(stack.db.pool, it.id))!;
    expect(await it.send(hands)).toMatchObject({ kind: 'settled', output: null, txHash: signature });
    expect(await it.status()).toBe('held');
    expect(await it.ends(hands)).toBe('finalized');
    expect(await it.look(hands)).toEqual({ kind: 'settled', txHash: signature, final: true });
    expect(await it.payment()).toMatchObject({
      kind: 'withdrawal',
      run_id: null,
      step_id: null,
      finalized: true,
    });
    expect(await it.received()).toBe(amount);
    expect(await it.balance()).toMatchObject({ available: 0n, reserved: 0n });
    const spent = BigInt(before - (await stack.wallets.connection.getBalance(stack.wallets.escrow)));
    const cost = float - (await sumAccount(stack.db.pool, floatAccount(coin).account));
    expect(cost).toBe(code === 'SOL' ? spent - amount : spent);
    expect(cost).toBeGreaterThan(0n);
  });

  test.each([
    'withdrawal.prepared',
    'payment.created',
    'payment.signed',
    'payment.submitted',
    'payment.answered',
    'payment.settled',
    'payment.posted',
  ] as const)('arrives once although the worker dies at %s and sends the same bytes again', async (point) => {
    const it = await heldWithdrawal(stack, code, amount);
    const crash = crashAt(point);
    const passed = new Set<string>();
    const checkpoint = (name: CrashPoint | RequestPoint) => {
      passed.add(name);
      return crash(name);
    };
    const crashing = withdrawalHands(stack, { checkpoint });
    expect(await untilDone(() => it.sign(crashing))).toEqual({ kind: 'signed' });
    const { signed_sealed: bytes } = await it.payment();
    const { signature } = (await getWithdrawal(stack.db.pool, it.id))!;
    await untilDone(() => it.send(crashing));
    expect(await it.send(crashing)).toMatchObject({ kind: 'settled', txHash: signature });
    expect(await untilDone(() => it.ends(crashing))).toBe('finalized');
    expect(await it.send(crashing)).toMatchObject({ kind: 'settled', txHash: signature });
    expect((await it.payment()).signed_sealed).toEqual(bytes);
    expect(passed).toContain(point);
    expect(await it.received()).toBe(amount);
  });

  test('that was never sent is alive, then absent, and is released for good', async () => {
    const it = await heldWithdrawal(stack, code, amount);
    await it.sign(hands);
    expect(await it.look(hands)).toMatchObject({ kind: 'alive' });
    expect(await it.ends(hands)).toBe('released');
    expect(await it.balance()).toMatchObject({ available: amount, reserved: 0n });
    expect(await it.send(hands)).toMatchObject({ kind: 'unclear', code: 'PAYMENT_CLOSED' });
    await expect(it.sign(hands)).rejects.toThrow(/is void/);
    expect(await hands.prepareWithdrawal({ withdrawalId: it.id })).toEqual({
      kind: 'ended',
      outcome: 'released',
    });
    expect(await it.received()).toBe(0n);
  });
});

test('a withdrawal whose node does not answer stays held, and a person is told', async () => {
  const it = await heldWithdrawal(stack, 'USDC', 1_000n);
  await it.sign(hands);
  const { solana } = railsConfig(stack.assets);
  const dead = { ...solana, rpcUrl: `http://127.0.0.1:${await freePort()}`, requestTimeoutMs: 500 };
  const rails = createRails({ solana: dead });
  const blind = withdrawalHands(stack, { rails, solana: dead, confirmMs: 0, attentionAfterMs: 0 });
  expect(await it.send(blind)).toMatchObject({ kind: 'unclear' });
  expect(await it.look(blind)).toMatchObject({ kind: 'unknown' });
  await blind.leaveWithdrawal({ withdrawalId: it.id });
  expect(await it.balance()).toMatchObject({ available: 0n, reserved: 1_000n });
  const { rows } = await stack.db.pool.query(
    `select id, kind, run_id from attention where resolved_at is null and data ->> 'withdrawalId' = $1`,
    [it.id],
  );
  expect(rows).toEqual([{ id: `withdrawal_unknown:${it.id}`, kind: 'withdrawal_unknown', run_id: null }]);
  expect(await it.ends(hands)).toBe('finalized');
  const closed = await stack.db.pool.query(`select resolved_by from attention where id = $1`, [rows[0].id]);
  expect(closed.rows).toEqual([{ resolved_by: 'system' }]);
});

test('a withdrawal that nobody follows is finished by the sweep', async () => {
  const it = await heldWithdrawal(stack, 'USDC', 2_000n);
  await it.sign(hands);
  await it.send(hands);
  const swept = async () => {
    await hands.sweepPayments({ limit: 100 });
    return it.status();
  };
  await expect.poll(swept, { timeout: 30_000, interval: 100 }).toBe('finalized');
  expect(await it.received()).toBe(2_000n);
});

test('equal withdrawals in the same slot are two transactions', async () => {
  const all = [
    await heldWithdrawal(stack, 'SOL', 5_000_000n),
    await heldWithdrawal(stack, 'SOL', 5_000_000n),
  ];
  await Promise.all(all.map((it) => it.sign(hands)));
  const rows = await Promise.all(all.map(({ id }) => getWithdrawal(stack.db.pool, id)));
  expect(new Set(rows.map((row) => row?.signature)).size).toBe(2);
});

test('eight workers that carry out one withdrawal sign it once and send the same bytes', async () => {
  const it = await heldWithdrawal(stack, 'USDC', 3_000n);
  await Promise.all(Array.from({ length: 8 }, () => it.sign(hands)));
  const { fingerprint } = await it.payment();
  await Promise.all(Array.from({ length: 8 }, () => it.send(hands)));
  expect(await it.ends(hands)).toBe('finalized');
  expect((await it.payment()).fingerprint).toBe(fingerprint);
  expect(await it.received()).toBe(3_000n);
});

test('what the escrow does not have, or has promised, is not held again', async () => {
  const { wanted } = await heldWithdrawal(stack, 'USDC', 700n, 1_000n);
  expect(await holdWithdrawal(stack.db, wanted)).toEqual({ kind: 'exists' });
  expect(await holdWithdrawal(stack.db, { ...wanted, id: 'wd_other' })).toEqual({ kind: 'in_progress' });
  const more = { ...wanted, id: `wd_${randomUUID()}`, amount: 301n };
  expect(await holdWithdrawal(stack.db, more)).toEqual({ kind: 'insufficient', available: 300n });
  expect(await getWithdrawal(stack.db.pool, more.id)).toBeUndefined();
});

describe('a destination', () => {
  test.each([
    ['a wallet that exists', 'SOL', 1n, () => stack.wallets.faucet.publicKey, undefined],
    ['a new wallet and enough to open it', 'SOL', 890_880n, () => Keypair.generate().publicKey, undefined],
    [
      'a new wallet and too little to open it',
      'SOL',
      890_879n,
      () => Keypair.generate().publicKey,
      'below_minimum',
    ],
    ['a new wallet for tokens', 'USDC', 1n, () => Keypair.generate().publicKey, undefined],
    [
      'a token account',
      'USDC',
      1n,
      () => stack.wallets.tokenAccount(stack.wallets.escrow),
      'invalid_destination',
    ],
    ['the escrow itself', 'SOL', 1_000_000n, () => stack.wallets.escrow, 'invalid_destination'],
    ['no address at all', 'SOL', 1_000_000n, () => 'not-an-address', 'invalid_destination'],
  ])('that is %s', async (_, asset, amount, destination, refusal) => {
    const { solana } = stack.assets;
    const guard = createWithdrawalGuard({
      assets: stack.book,
      rpcUrl: solana.rpcUrl,
      escrow: solana.escrow.address,
    });
    expect(await guard.refuses({ asset, amount, destination: destination().toString() })).toBe(refusal);
  });
});
