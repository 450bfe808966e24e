import '../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createSyncNativeInstruction,
  createTransferInstruction,
  NATIVE_MINT,
} from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import bs58 from 'bs58';
import { Contract, Wallet } from 'ethers';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { sampleToken } from '../../contracts/sample-token.ts';
import { recordDeposit } from '../../db/escrow/deposits.ts';
import { createEscrowUser } from '../../db/escrow/users.ts';
import { readBalance, sumAccount } from '../../db/ledger.ts';
import { assignSurplus, listSurplus, type SurplusRow } from '../../db/repositories/surplus.ts';
import { moveTreasury } from '../../db/repositories/treasury.ts';
import { lastReport } from '../../db/repositories/reconciliation.ts';
import { bridgeAccount, escrowAccount, floatAccount } from '../../domain/accounts.ts';
import type { SurplusTarget } from '../../schemas/core/surplus.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { createBooks, type Books } from './support/books.ts';
import { evmProvider } from './support/looking.ts';
import { crashAt, railsConfig, startMoneyStack, TENANT, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
let books: Books;
let demo: Keypair;
beforeAll(async () => {
  stack = await startMoneyStack();
  books = createBooks(stack);
  demo = Keypair.fromSecretKey(bs58.decode(stack.assets.solana.demoUser.secretKey));
  await books.check(); // the first look notes where it begins
});
afterAll(() => stack.stop());
beforeEach(() => books.level());

const asset = (code: string, network = stack.book.escrowNetwork): Asset =>
  stack.book.assets.find((one) => one.code === code && one.network === network)!;
const evmUsdc = (): Asset => asset('USDC', stack.assets.evm.network);

const sendTokens = (amount: bigint, until: 'confirmed' | 'finalized' = 'finalized'): Promise<string> =>
  stack.wallets.send([demo], stack.wallets.payTokens(demo, stack.wallets.escrow, amount), until);

async function sendOnEvm(amount: bigint): Promise<string> {
  const { evm } = stack.assets;
  const provider = evmProvider(evm.rpcUrl);
  const wallet = new Wallet(evm.sellers.travel.privateKey, provider);
  const token = new Contract(evm.token.address, sampleToken.abi, wallet);
  const sent = (await token.getFunction('transfer')(evm.operator.address, amount)) as {
    hash: string;
    wait(): Promise<unknown>;
  };
  await sent.wait();
  provider.destroy();
  return sent.hash;
}

async function newUser(wallet: PublicKey): Promise<string> {
  const id = `user_${randomUUID()}`;
  await createEscrowUser(stack.db.pool, TENANT, id, wallet.toBase58());
  return id;
}

const rowsOf = async (txHash: string): Promise<SurplusRow[]> =>
  (await listSurplus(stack.db.pool, undefined, undefined, 200)).filter((row) => row.tx_hash === txHash);

/** Checks the books until the surplus is there; it must be there with the first check that shows the money. */
async function surplusOf(txHash: string): Promise<SurplusRow> {
  await expect
    .poll(
      async () => {
        expect(await books.check()).toEqual([]);
        return rowsOf(txHash);
      },
      { timeout: 20_000 },
    )
    .toHaveLength(1);
  return (await rowsOf(txHash))[0]!;
}

const assign = (id: string, to: SurplusTarget) =>
  stack.db.transaction((client) =>
    assignSurplus(client, stack.book, { id, to, tenant: TENANT, note: 'It is theirs.', by: 'test' }),
  );

const escrowOf = async (userId: string, of = asset('USDC')): Promise<bigint> =>
  (await readBalance(stack.db.pool, escrowAccount(TENANT, userId, of).account)).available;

/** What the operator has of its own goes where only runs may draw it, so that nothing else is left. */
async function putAside(of: Asset): Promise<void> {
  const { pool } = stack.db;
  const accounts = [bridgeAccount(of), floatAccount(of)];
  const own = await Promise.all(accounts.map(({ account }) => sumAccount(pool, account)));
  const amount = own.reduce((sum, one) => sum + one, 0n);
  const id = `aside-${randomUUID()}`;
  if (amount !== 0n) await moveTreasury(pool, { id, asset: of, amount, from: 'float', note: '', by: 'test' });
}

const items = async (id: string): Promise<boolean[]> =>
  (
    await stack.db.pool.query<{ open: boolean }>(
      `select resolved_at is null as open from attention where id = $1`,
      [`surplus:${id}`],
    )
  ).rows.map(({ open }) => open);

describe('money that nobody announces', () => {
  test.each([
    ['tokens', () => sendTokens(777n), 777n, () => asset('USDC')],
    [
      'coins',
      () =>
        stack.wallets.send([demo], [stack.wallets.pay(demo, stack.wallets.escrow, 4_000_000n)], 'finalized'),
      4_000_000n,
      () => asset('SOL'),
    ],
    ['tokens on the EVM chain', () => sendOnEvm(888n), 888n, evmUsdc],
  ])(
    '%s: waits as surplus, once, and no check of the books finds a difference',
    async (_what, send, amount, of) => {
      const txHash = await send();
      const row = await surplusOf(txHash);
      expect(row).toMatchObject({ asset: of().id, state: 'waiting', booked: amount.toString(), taken: '0' });
      expect(await items(row.id)).toEqual([true]);
      expect(await books.check()).toEqual([]);
      expect(await rowsOf(txHash)).toEqual([row]);
      const { accounts } = (await lastReport(stack.db.pool))!;
      const waiting = (await listSurplus(stack.db.pool, 'waiting', undefined, 200))
        .filter((one) => one.asset === of().id)
        .reduce((sum, { booked }) => sum + BigInt(booked), 0n);
      expect(accounts.find((account) => account['asset'] === of().id)).toMatchObject({
        drift: '0',
        surplus: waiting.toString(),
      });
    },
  );

  test('wrapped SOL waits as SOL', async () => {
    const { wallets } = stack;
    const [from, to] = [demo.publicKey, wallets.escrow].map((owner) =>
      wallets.tokenAccount(owner, NATIVE_MINT),
    );
    const open = (owner: PublicKey, account: PublicKey) =>
      createAssociatedTokenAccountIdempotentInstruction(demo.publicKey, account, owner, NATIVE_MINT);
    const moves = [
      open(demo.publicKey, from!),
      open(wallets.escrow, to!),
      wallets.pay(demo, from!, 90_000n),
      createSyncNativeInstruction(from!),
      createTransferInstruction(from!, to!, demo.publicKey, 60_000n),
    ];
    const row = await surplusOf(await wallets.send([demo], moves, 'finalized'));
    expect(row).toMatchObject({ asset: asset('SOL').id, booked: '60000', sender: demo.publicKey.toBase58() });
  });

  test('is booked once by two lookers, and by one that crashed after it', async () => {
    const txHash = await sendTokens(555n);
    const crash = { checkpoint: crashAt('surplus.booked') };
    await expect
      .poll(
        () =>
          books.check(crash).then(
            () => 'done',
            () => 'crashed',
          ),
        { timeout: 20_000 },
      )
      .toBe('crashed');
    await Promise.all([books.check(), books.check()]);
    expect(await rowsOf(txHash)).toMatchObject([{ booked: '555', state: 'waiting' }]);
    expect(await books.check()).toEqual([]);
  });
});

describe('a surplus is given once', () => {
  test.each([
    ['a user', 'user'],
    ['the operator', 'operator'],
    ['whoever paid for a run', 'run'],
  ] as const)('to %s', async (_whom, whom) => {
    const { runId, userId } = await stack.newRun('USDC', 0n);
    await createEscrowUser(stack.db.pool, TENANT, userId, demo.publicKey.toBase58());
    const to = { user: { user_id: userId }, run: { run_id: runId }, operator: 'operator' as const }[whom];
    const float = () => sumAccount(stack.db.pool, floatAccount(asset('USDC')).account);
    const row = await surplusOf(await sendTokens(321n));
    const before = await float();
    const ended = await Promise.all([assign(row.id, to), assign(row.id, to)]);
    expect(ended.map(({ kind }) => kind).toSorted()).toEqual(['assigned', 'not_waiting']);
    expect(await escrowOf(userId)).toBe(whom === 'operator' ? 0n : 321n);
    expect((await float()) - before).toBe(whom === 'operator' ? 321n : 0n);
    expect(await items(row.id)).toEqual([false]);
    expect(await books.check()).toEqual([]);
  });

  test('or is claimed as a deposit at the same time, never both', async () => {
    const userId = await newUser(demo.publicKey);
    const { solana } = railsConfig(stack.assets);
    const deps = { db: stack.db, sealer: stack.deps().sealer, assets: stack.book, solana };
    const escrow = createEscrowActivities(deps);
    for (let round = 1; round <= 3; round++) {
      const before = await escrowOf(userId);
      const signature = await sendTokens(100n + BigInt(round));
      const row = await surplusOf(signature);
      const amount = row.booked;
      const claim = { tenant: TENANT, userId, asset: asset('USDC').id, amount, signature };
      await recordDeposit(stack.db.pool, claim);
      await Promise.allSettled([
        escrow.creditDeposit(claim),
        assign(row.id, { user_id: userId }),
        escrow.creditDeposit(claim),
      ]);
      expect((await escrowOf(userId)) - before).toBe(BigInt(amount));
      expect((await rowsOf(signature))[0]!.state).toMatch(/claimed|assigned/);
      expect(await items(row.id)).toEqual([false]);
      expect(await books.check()).toEqual([]);
    }
  });

  test('on another chain only as far as the operator has as much where the user would have it', async () => {
    const userId = await newUser(demo.publicKey);
    await putAside(asset('USDC'));
    const row = await surplusOf(await sendOnEvm(5_000n));
    expect(await assign(row.id, { user_id: userId })).toMatchObject({ kind: 'not_covered' });
    const funding = await surplusOf(await sendTokens(BigInt(row.booked)));
    expect(await assign(funding.id, 'operator')).toMatchObject({ kind: 'assigned' });
    expect(await assign(row.id, { user_id: userId })).toMatchObject({ kind: 'assigned' });
    expect(await escrowOf(userId)).toBe(BigInt(row.booked));
    expect(await books.check()).toEqual([]);
  });

  test('to nobody who is not there', async () => {
    const row = await surplusOf(await sendTokens(11n));
    expect(await assign(row.id, { user_id: 'nobody' })).toEqual({ kind: 'no_user' });
    expect(await assign(row.id, { run_id: 'nothing' })).toEqual({ kind: 'no_run' });
    expect((await rowsOf(row.tx_hash))[0]!.state).toBe('waiting');
  });
});
