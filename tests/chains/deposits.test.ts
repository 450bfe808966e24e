import '../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createSyncNativeInstruction,
  createTransferInstruction,
  NATIVE_MINT,
} from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import bs58 from 'bs58';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { findDeposit, recordDeposit } from '../../db/escrow/deposits.ts';
import { findDifferences } from '../../db/repositories/reconciliation.ts';
import { createEscrowUser } from '../../db/escrow/users.ts';
import { escrowSummary } from '../../db/escrow/escrow.ts';
import { escrowHistory } from '../../db/escrow/history.ts';
import { createSealer } from '../../db/sealing.ts';
import type { DepositVerdict, EscrowActivities } from '../../domain/ports/escrow.ts';
import { railsConfig, startMoneyStack, TENANT, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
let escrow: EscrowActivities;
let wallet: Keypair;
let userId: string;
beforeAll(async () => {
  stack = await startMoneyStack();
  const { solana } = railsConfig(stack.assets);
  escrow = createEscrowActivities({
    db: stack.db,
    sealer: createSealer('a secret of the tests'),
    assets: stack.book,
    solana,
  });
  wallet = await stack.wallets.newWallet(10_000_000_000n, 50_000_000n);
  userId = await newUser(wallet.publicKey);
});
afterAll(() => stack.stop());

async function newUser(of: PublicKey): Promise<string> {
  const id = `user_${randomUUID()}`;
  await createEscrowUser(stack.db.pool, TENANT, id, of.toBase58());
  return id;
}

const claim = (signature: string, asset: string, amount: string, of = userId) => ({
  tenant: TENANT,
  userId: of,
  asset,
  amount,
  signature,
});

async function verdictOf(signature: string, asset: string, amount: string): Promise<string> {
  const verdict: DepositVerdict = await escrow.verifyDeposit(claim(signature, asset, amount));
  return verdict.kind === 'refused' ? verdict.code : verdict.kind;
}

describe('a deposit', () => {
  test.each([
    ['SOL', '700000000'],
    ['USDC', '1500000'],
  ])(
    'of %s from the registered wallet is verified when it is final, and credited once',
    async (code, amount) => {
      const { wallets } = stack;
      const move =
        code === 'SOL'
          ? [wallets.pay(wallet, wallets.escrow, BigInt(amount))]
          : wallets.payTokens(wallet, wallets.escrow, BigInt(amount));
      const signature = await wallets.send([wallet], move, 'finalized');
      const user = await newUser(wallet.publicKey);
      const own = claim(signature, code, amount, user);
      expect(await escrow.verifyDeposit(own)).toMatchObject({ kind: 'finalized' });
      const asset = stack.book.assets.find((entry) => entry.code === code)!;
      expect(await recordDeposit(stack.db.pool, { ...own, asset: asset.id })).toEqual({ kind: 'recorded' });
      await escrow.creditDeposit(own);
      await escrow.creditDeposit(own);
      const [balance] = await escrowSummary(stack.db.pool, TENANT, user, [asset]);
      expect(balance).toMatchObject({ available: BigInt(amount), reserved: 0n, spent: 0n });
      expect(await recordDeposit(stack.db.pool, { ...own, asset: asset.id })).toEqual({
        kind: 'duplicate',
        status: 'credited',
      });
      const other = { ...own, asset: asset.id, userId: await newUser(wallet.publicKey) };
      expect(await recordDeposit(stack.db.pool, other)).toEqual({ kind: 'recorded' });
      await expect(escrow.creditDeposit(other)).rejects.toThrow(/credited before/);
      expect(await findDeposit(stack.db.pool, other)).toMatchObject({
        status: 'refused',
        reason: 'deposit_already_credited',
      });
      const { history, total } = await escrowHistory(stack.db.pool, TENANT, user, stack.book.assets, {
        limit: 10,
      });
      expect(total).toBe(1);
      expect(history).toMatchObject([
        {
          type: 'deposit',
          signature,
          amountMinor: amount,
          status: 'completed',
          from: wallet.publicKey.toBase58(),
        },
      ]);
    },
  );

  test('that is split over several instructions counts as their sum', async () => {
    const { wallets } = stack;
    const instructions = [100n, 250n].map((lamports) => wallets.pay(wallet, wallets.escrow, lamports));
    const signature = await wallets.send([wallet], instructions, 'finalized');
    expect(await verdictOf(signature, 'SOL', '350')).toBe('finalized');
    expect(await verdictOf(signature, 'SOL', '250')).toBe('deposit_mismatch');
  });

  test('with the plain transfer instruction of the token program counts', async () => {
    const { wallets } = stack;
    const source = wallets.tokenAccount(wallet.publicKey);
    const move = createTransferInstruction(
      source,
      wallets.tokenAccount(wallets.escrow),
      wallet.publicKey,
      777n,
    );
    const signature = await wallets.send([wallet], [move], 'finalized');
    expect(await verdictOf(signature, 'USDC', '777')).toBe('finalized');
  });

  test('that was claimed before claims had names of their own is credited under the name that its row has', async () => {
    const { wallets, db } = stack;
    const signature = await wallets.send([wallet], [wallets.pay(wallet, wallets.escrow, 13n)], 'finalized');
    const own = claim(signature, 'SOL', '13');
    const { id: asset } = stack.book.assets.find(({ code }) => code === 'SOL')!;
    await recordDeposit(db.pool, { ...own, asset });
    await db.pool.query('update deposit set id = signature where signature = $1', [signature]); // as the migration leaves it
    await escrow.creditDeposit(own);
    const wrong = (await findDifferences(db, 0)).filter(({ object }) => object === signature);
    expect(wrong).toEqual([]);
    const { rows } = await db.pool.query('select state from transfer where id = $1', [
      `deposit:${signature}`,
    ]);
    expect(rows).toEqual([{ state: 'posted' }]);
  });

  test('is pending until it is final', async () => {
    const { wallets } = stack;
    const signature = await wallets.send([wallet], [wallets.pay(wallet, wallets.escrow, 11n)]);
    expect(['pending', 'finalized']).toContain(await verdictOf(signature, 'SOL', '11'));
  });
});

describe('a claim is refused', () => {
  test('when the amount or the asset differs', async () => {
    const { wallets } = stack;
    const signature = await wallets.send(
      [wallet],
      [wallets.pay(wallet, wallets.escrow, 5_000n)],
      'finalized',
    );
    expect(await verdictOf(signature, 'SOL', '5001')).toBe('deposit_mismatch');
    expect(await verdictOf(signature, 'USDC', '5000')).toBe('deposit_mismatch');
  });

  test('when the money went to somebody else', async () => {
    const { wallets } = stack;
    const signature = await wallets.send(
      [wallet],
      [wallets.pay(wallet, wallets.faucet.publicKey, 5_000n)],
      'finalized',
    );
    expect(await verdictOf(signature, 'SOL', '5000')).toBe('deposit_mismatch');
  });

  test('when tokens went to another account of the escrow wallet', async () => {
    const { wallets } = stack;
    const demo = Keypair.fromSecretKey(bs58.decode(stack.assets.solana.demoUser.secretKey));
    const target = wallets.tokenAccount(demo.publicKey);
    const open = createAssociatedTokenAccountIdempotentInstruction(
      wallet.publicKey,
      target,
      demo.publicKey,
      wallets.mint,
    );
    const move = createTransferInstruction(
      wallets.tokenAccount(wallet.publicKey),
      target,
      wallet.publicKey,
      400n,
    );
    const signature = await wallets.send([wallet], [open, move], 'finalized');
    expect(await verdictOf(signature, 'USDC', '400')).toBe('deposit_mismatch');
  });

  test('when another wallet sent it, although the registered one signed as well', async () => {
    const { wallets } = stack;
    const other = await wallets.newWallet(1_000_000_000n);
    const move = wallets.pay(other, wallets.escrow, 6_000n);
    const signature = await wallets.send([wallet, other], [move], 'finalized');
    expect(await verdictOf(signature, 'SOL', '6000')).toBe('sender_mismatch');
  });

  test('when the transaction failed on the chain', async () => {
    const { wallets } = stack;
    const moves = [
      wallets.pay(wallet, wallets.escrow, 7_000n),
      wallets.pay(wallet, wallets.escrow, 90_000_000_000_000n),
    ];
    const signature = await wallets.send([wallet], moves, 'finalized');
    expect(await verdictOf(signature, 'SOL', '7000')).toBe('deposit_mismatch');
  });

  test('when the chain does not know its transaction', async () => {
    expect(await verdictOf(bs58.encode(Buffer.alloc(64, 3)), 'SOL', '1')).toBe('transaction_not_found');
  });

  test('without taking the transaction from its owner: each claim is judged by itself', async () => {
    const signature = bs58.encode(Buffer.from(randomUUID().repeat(2).slice(0, 64)));
    const asset = stack.book.assets[0]!.id;
    const thief = { signature, tenant: TENANT, userId: 'thief', asset, amount: '5' };
    expect(await recordDeposit(stack.db.pool, thief)).toEqual({ kind: 'recorded' });
    expect(await recordDeposit(stack.db.pool, { ...thief, userId })).toEqual({ kind: 'recorded' });
    await escrow.refuseDeposit({ ...thief, reason: 'sender_mismatch' });
    expect(await findDeposit(stack.db.pool, thief)).toMatchObject({ status: 'refused' });
    expect(await findDeposit(stack.db.pool, { ...thief, userId })).toMatchObject({ status: 'pending' });
    expect(await recordDeposit(stack.db.pool, thief)).toEqual({ kind: 'recorded' });
  });
});

describe('one transaction with several deposits', () => {
  const usdc = () =>
    stack.book.assets.find(({ code, network }) => code === 'USDC' && network === stack.book.escrowNetwork)!;
  const coin = () => stack.book.assets.find(({ code }) => code === 'SOL')!;
  const credit = async (signature: string, asset: string, amount: string, of: string): Promise<void> => {
    const own = claim(signature, asset, amount, of);
    expect(await escrow.verifyDeposit(own)).toMatchObject({ kind: 'finalized' });
    await escrow.creditDeposit(own);
  };
  const holds = async (of: string) =>
    (await escrowSummary(stack.db.pool, TENANT, of, [coin(), usdc()])).map(({ available }) => available);

  test('of two users in two assets credits each of them, once', async () => {
    const { wallets } = stack;
    const other = await wallets.newWallet(1_000_000_000n, 5_000_000n);
    const [ada, bob] = [await newUser(wallet.publicKey), await newUser(other.publicKey)];
    const moves = [
      wallets.pay(wallet, wallets.escrow, 7_000n),
      ...wallets.payTokens(wallet, wallets.escrow, 200n),
      ...wallets.payTokens(other, wallets.escrow, 300n),
    ];
    const signature = await wallets.send([wallet, other], moves, 'finalized');
    const credits = () =>
      Promise.all([
        credit(signature, 'SOL', '7000', ada),
        credit(signature, 'USDC', '200', ada),
        credit(signature, 'USDC', '300', bob),
      ]);
    await credits();
    await credits();
    expect(await holds(ada)).toEqual([7_000n, 200n]);
    expect(await holds(bob)).toEqual([0n, 300n]);
    await expect(credit(signature, 'USDC', '300', ada)).rejects.toThrow();
  });

  test('is given to one of two claims at once on the same part', async () => {
    const { wallets } = stack;
    const signature = await wallets.send(
      [wallet],
      wallets.payTokens(wallet, wallets.escrow, 41n),
      'finalized',
    );
    const users = await Promise.all([1, 2, 3, 4].map(() => newUser(wallet.publicKey)));
    const ended = await Promise.allSettled(users.map((of) => credit(signature, 'USDC', '41', of)));
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const all = await Promise.all(users.map(holds));
    expect(all.reduce((sum, [, tokens]) => sum + tokens!, 0n)).toBe(41n);
  });

  test('counts wrapped SOL as SOL', async () => {
    const { wallets } = stack;
    const of = await newUser(wallet.publicKey);
    const [from, to] = [wallet.publicKey, wallets.escrow].map((owner) =>
      wallets.tokenAccount(owner, NATIVE_MINT),
    );
    const open = (owner: PublicKey, account: PublicKey) =>
      createAssociatedTokenAccountIdempotentInstruction(wallet.publicKey, account, owner, NATIVE_MINT);
    const moves = [
      open(wallet.publicKey, from!),
      open(wallets.escrow, to!),
      wallets.pay(wallet, from!, 90_000n),
      createSyncNativeInstruction(from!),
      createTransferInstruction(from!, to!, wallet.publicKey, 60_000n),
      wallets.pay(wallet, wallets.escrow, 5_000n),
    ];
    const signature = await wallets.send([wallet], moves, 'finalized');
    await credit(signature, 'SOL', '65000', of);
    expect(await holds(of)).toEqual([65_000n, 0n]);
  });
});

test('a wallet can be registered only once', async () => {
  const { pool } = stack.db;
  const id = `user_${randomUUID()}`;
  expect(await createEscrowUser(pool, TENANT, id, 'A')).toMatchObject({
    kind: 'created',
    user: { wallet: 'A' },
  });
  expect(await createEscrowUser(pool, TENANT, id, 'A')).toMatchObject({ kind: 'unchanged' });
  expect(await createEscrowUser(pool, TENANT, id, 'B')).toMatchObject({
    kind: 'wallet_conflict',
    user: { wallet: 'A' },
  });
});
