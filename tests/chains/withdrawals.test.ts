import { Keypair } from '@solana/web3.js';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWithdrawalGuard } from '../../activities/escrow/withdrawal-guard.ts';
import { createRails } from '../../activities/payments/rails.ts';
import { getWithdrawal, holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { applyTransfer, readBalance, sumAccount } from '../../db/ledger.ts';
import { escrowAccount, floatAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { CrashPoint, RequestPoint } from '../../domain/crash-points.ts';
import { freePort } from '../../embedded/ports.ts';
import { untilDone } from './support/buying.ts';
import { crashAt, railsConfig, startMoneyStack, TENANT, type MoneyStack } from './support/money-stack.ts';
import { heldWithdrawal, withdrawalHands, type Hands, type HeldWithdrawal } from './support/withdrawing.ts';

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
  test('is held, signed, sent and posted when it is final, and its user bears fee and rent', async () => {
    const it = await heldWithdrawal(stack, code, amount);
    const coin = escrowAsset(stack.book, 'SOL')!;
    const float = await sumAccount(stack.db.pool, floatAccount(coin).account);
    const takings0 = await takings(code);
    const before = await stack.wallets.connection.getBalance(stack.wallets.escrow);
    expect(await it.balance()).toMatchObject({ available: 0n, reserved: amount + it.charged });
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
    expect(spent).toBe(code === 'SOL' ? amount + it.charged : it.wanted.charge.coins);
    expect(cost).toBe(code === 'SOL' ? 0n : spent); // for which the operator got the user's tokens
    expect(await takings(code)).toBe(code === 'SOL' ? 0n : takings0 + it.charged);
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
    expect(await it.balance()).toMatchObject({ available: amount + it.charged, reserved: 0n });
    expect(await it.send(hands)).toMatchObject({ kind: 'unclear', code: 'PAYMENT_CLOSED' });
    await expect(it.sign(hands)).rejects.toThrow(/is void/);
    expect(await hands.prepareWithdrawal({ withdrawalId: it.id })).toMatchObject({
      kind: 'ended',
      outcome: 'released',
      words: code === 'SOL' ? '0.2 SOL' : '3 USDC',
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
  expect(await it.balance()).toMatchObject({ available: 0n, reserved: 1_000n + it.charged });
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
  const { wanted, charged } = await heldWithdrawal(stack, 'USDC', 700n, { more: 300n });
  expect(await holdWithdrawal(stack.db, wanted)).toEqual({ kind: 'exists' });
  expect(await holdWithdrawal(stack.db, { ...wanted, id: 'wd_other' })).toEqual({ kind: 'in_progress' });
  const more = { ...wanted, id: `wd_${randomUUID()}`, amount: 301n };
  expect(await holdWithdrawal(stack.db, more)).toMatchObject({
    kind: 'insufficient',
    available: 300n,
    required: 301n + charged,
  });
  expect(await getWithdrawal(stack.db.pool, more.id)).toBeUndefined();
});

/** What the operator got for fees, in the token; minor units. */
async function takings(code: string): Promise<bigint> {
  const asset = escrowAsset(stack.book, code)!;
  return code === 'SOL' ? 0n : sumAccount(stack.db.pool, floatAccount(asset).account);
}

describe('a destination', () => {
  const judge = (asset: string, destination: { toString(): string }, burns = false) => {
    const { solana } = stack.assets;
    const guard = createWithdrawalGuard({
      assets: stack.book,
      rpcUrl: solana.rpcUrl,
      escrow: solana.escrow.address,
    });
    return guard.judge({ asset, amount: 1n, destination: destination.toString(), burns });
  };
  const fine = (rent: bigint, least: bigint) => ({ kind: 'fine', costs: { fee: 5_000n, rent }, least });

  test.each([
    ['a wallet that exists', 'SOL', () => stack.wallets.faucet.publicKey, 0n, 1n],
    ['a new wallet', 'SOL', () => Keypair.generate().publicKey, 0n, 890_880n],
    ['a new wallet for tokens', 'USDC', () => Keypair.generate().publicKey, 2_039_280n, 1n],
    ['a wallet with a token account', 'USDC', () => stack.assets.solana.demoUser.address, 0n, 1n],
    ['the incinerator', 'SOL', () => '1nc1nerator11111111111111111111111111111111', 0n, 890_880n],
  ])('that is %s costs what the chain takes', async (_, asset, destination, rent, least) => {
    expect(await judge(asset, destination())).toEqual(fine(rent, least));
  });

  test.each([
    ['a token account', 'USDC', () => stack.wallets.tokenAccount(stack.wallets.escrow)],
    ['the escrow itself', 'SOL', () => stack.wallets.escrow],
    ['no address at all', 'SOL', () => 'not-an-address'],
    ['a program', 'SOL', () => '11111111111111111111111111111111'],
    ['a program, for tokens', 'USDC', () => '11111111111111111111111111111111'],
  ])('that is %s is refused', async (_, asset, destination) => {
    expect(await judge(asset, destination())).toEqual({ kind: 'refused', code: 'invalid_destination' });
  });

  test('that burns tokens is taken from whoever confirms it, and coins that no chain takes are not', async () => {
    const program = '11111111111111111111111111111111';
    expect(await judge('USDC', program, true)).toEqual(fine(2_039_280n, 1n));
    expect(await judge('SOL', program, true)).toMatchObject({ kind: 'refused' });
  });
});

describe('what withdrawals cost', () => {
  const coin = () => escrowAsset(stack.book, 'SOL')!;
  const float = (): Promise<bigint> => sumAccount(stack.db.pool, floatAccount(coin()).account);
  const lamports = async (): Promise<bigint> =>
    BigInt(await stack.wallets.connection.getBalance(stack.wallets.escrow));

  async function carryOut(it: HeldWithdrawal): Promise<void> {
    expect(await it.sign(hands)).toEqual({ kind: 'signed' });
    await it.send(hands);
    expect(await it.ends(hands)).toBe('finalized');
  }

  test.each([
    ['in coins', null, 0n],
    ['in tokens', 200_000_000n, 408_856n],
  ])('again and again to new addresses, paid %s, is what users were charged', async (_, price, tokens) => {
    const [before, own, taken] = [await lamports(), await float(), await takings('USDC')];
    let paid = 0n;
    for (let time = 0; time < 5; time++) {
      const it = await heldWithdrawal(stack, 'USDC', 1n, { price });
      await carryOut(it);
      paid += it.wanted.charge.coins;
    }
    expect(paid).toBe(5n * 2_044_280n);
    expect(before - (await lamports())).toBe(paid);
    expect(own - (await float())).toBe(price === null ? 0n : paid);
    expect((await takings('USDC')) - taken).toBe(5n * tokens);
  });

  test('is nothing, and nothing is signed, when the account that existed was closed before', async () => {
    const owner = await stack.wallets.newWallet(1_000_000_000n);
    await stack.wallets.openTokenAccount(owner);
    const it = await heldWithdrawal(stack, 'USDC', 500n, { destination: owner.publicKey, price: null });
    expect(it.wanted.charge).toMatchObject({ fee: 5_000n, rent: 0n, coins: 5_000n });
    await stack.wallets.closeTokenAccount(owner);
    expect(await it.sign(hands)).toMatchObject({ kind: 'refused' });
    expect(await it.sign(hands)).toMatchObject({ kind: 'refused' }); // a crash came before the answer
    expect(await it.status()).toBe('released');
    expect(await it.balance()).toMatchObject({ available: 500n, reserved: 0n });
    expect(await it.coins()).toBe(5_000n);
  });

  test.each([
    ['in coins', null, 0n, 5_000n],
    ['in tokens', 200_000_000n, 1_000n, 0n],
  ])(
    'is the user’s, paid %s, when it fails because the account was closed meanwhile',
    async (_, price, tokens, coins) => {
      const owner = await stack.wallets.newWallet(1_000_000_000n);
      await stack.wallets.openTokenAccount(owner);
      const it = await heldWithdrawal(stack, 'USDC', 500n, { destination: owner.publicKey, price });
      const own = await float();
      expect(await it.sign(hands)).toEqual({ kind: 'signed' });
      await stack.wallets.closeTokenAccount(owner);
      await it.send(hands);
      expect(await it.ends(hands)).toBe('released');
      expect(await it.balance()).toMatchObject({
        available: 500n + it.charged * BigInt(price !== null) - tokens,
      });
      expect(await it.coins()).toBe(price === null ? it.charged - coins : 0n);
      expect(own - (await float())).toBe(price === null ? 0n : 5_000n);
    },
  );

  test('is refused when the operator’s own account is short, however many coins of users are there', async () => {
    const left = 2_044_279n;
    const aside = (id: string, amount: bigint) =>
      applyTransfer(stack.db.pool, {
        id: `aside:${id}`,
        kind: 'funding',
        state: 'posted',
        tenant: 'system',
        entries: move(floatAccount(coin()), worldAccount(coin()), amount),
      });
    const { available } = await readBalance(stack.db.pool, floatAccount(coin()).account);
    const amount = available - left;
    expect(await aside('there', amount)).toBe('applied');
    const it = heldWithdrawal(stack, 'USDC', 500n);
    await expect(it).rejects.toThrow(/operator_short/);
    await carryOut(await heldWithdrawal(stack, 'USDC', 500n, { price: null })); // its user has the coins
    expect(await aside('back', -amount)).toBe('applied');
    await carryOut(await heldWithdrawal(stack, 'USDC', 500n));
  });

  test('never comes out of what others are owed: nothing is signed until the account has more', async () => {
    const it = await heldWithdrawal(stack, 'USDC', 500n);
    const { userId } = await stack.newRun('SOL', 0n);
    const account = escrowAccount(TENANT, userId, coin());
    await stack.fund(userId, coin(), await lamports()); // as much again as there is
    await expect(it.sign(hands)).rejects.toThrow(/are owed to others/);
    const { rows } = await stack.db.pool.query(
      `select detail from attention where id = $1 and resolved_at is null`,
      [`withdrawal_unfunded:${it.id}`],
    );
    expect(rows[0].detail).toMatch(
      /^The account has [\d.]+ SOL\. With fee and rent the transfer would take 0\.00204428 SOL/,
    );
    const { posted } = await readBalance(stack.db.pool, account.account);
    const back = move(account, worldAccount(coin()), posted);
    const transfer = { id: `back:${userId}`, kind: 'withdrawal', state: 'posted', tenant: TENANT } as const;
    expect(await applyTransfer(stack.db.pool, { ...transfer, entries: back })).toBe('applied');
    await carryOut(it);
  });
});
