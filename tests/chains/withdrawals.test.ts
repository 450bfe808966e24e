import { Keypair, type PublicKey } from '@solana/web3.js';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import type { EscrowDeps } from '../../activities/escrow/tools.ts';
import { createWithdrawalGuard } from '../../activities/escrow/withdrawal-guard.ts';
import { sumAccount } from '../../db/ledger.ts';
import { escrowSummary } from '../../db/escrow/escrow.ts';
import { getWithdrawal, holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { createSealer } from '../../db/sealing.ts';
import { floatAccount } from '../../domain/accounts.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { EscrowActivities, WithdrawalState } from '../../domain/ports/escrow.ts';
import { freePort } from '../../embedded/ports.ts';
import { untilDone } from './support/buying.ts';
import { railsConfig, startMoneyStack, TENANT, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
let escrow: EscrowActivities;
beforeAll(async () => {
  stack = await startMoneyStack();
  escrow = activities();
});
afterAll(() => stack.stop());

function activities(over: Partial<EscrowDeps> = {}): EscrowActivities {
  const { solana } = railsConfig(stack.assets);
  const sealer = createSealer('a secret of the tests');
  return createEscrowActivities({ db: stack.db, sealer, assets: stack.book, solana, ...over });
}

async function held(code: string, amount: bigint, balance = amount) {
  const { userId } = await stack.newRun(code, balance);
  const destination = Keypair.generate().publicKey;
  const withdrawalId = `wd_${randomUUID()}`;
  const asset = escrowAsset(stack.book, code)!;
  const wanted = {
    id: withdrawalId,
    tenant: TENANT,
    userId,
    asset,
    amount,
    destination: destination.toBase58(),
  };
  expect(await holdWithdrawal(stack.db, wanted)).toEqual({ kind: 'held' });
  return { ref: { withdrawalId }, userId, destination, asset, wanted };
}

async function until(
  ref: { withdrawalId: string },
  kind: WithdrawalState['kind'],
  by = escrow,
): Promise<WithdrawalState> {
  for (let tries = 0; tries < 300; tries++) {
    const state = await by.observeWithdrawal(ref);
    if (state.kind === kind) return state;
    await delay(50);
  }
  throw new Error(`withdrawal did not become ${kind}`);
}

const received = (code: string, owner: PublicKey): Promise<bigint> =>
  code === 'SOL'
    ? stack.wallets.connection.getBalance(owner).then(BigInt)
    : stack.wallets.tokenBalance(owner);

describe.each([
  ['SOL', 200_000_000n],
  ['USDC', 3_000_000n],
] as const)('a withdrawal of %s', (code, amount) => {
  test('is held, signed, sent and posted when it is final, and the operator bears the fee', async () => {
    const { ref, userId, destination, asset } = await held(code, amount);
    const coin = escrowAsset(stack.book, 'SOL')!;
    const float = await sumAccount(stack.db.pool, floatAccount(coin).account);
    const before = await stack.wallets.connection.getBalance(stack.wallets.escrow);
    expect((await escrowSummary(stack.db.pool, TENANT, userId, [asset]))[0]).toMatchObject({
      available: 0n,
      reserved: amount,
    });
    await escrow.signWithdrawal(ref);
    await escrow.submitWithdrawal(ref);
    const row = await getWithdrawal(stack.db.pool, ref.withdrawalId);
    expect(await until(ref, 'finalized')).toEqual({ kind: 'finalized', signature: row?.signature });
    await escrow.closeWithdrawal({ ...ref, outcome: 'finalized' });
    await escrow.closeWithdrawal({ ...ref, outcome: 'finalized' });
    expect(await received(code, destination)).toBe(amount);
    expect((await escrowSummary(stack.db.pool, TENANT, userId, [asset]))[0]).toMatchObject({
      available: 0n,
      reserved: 0n,
    });
    const spent = BigInt(before - (await stack.wallets.connection.getBalance(stack.wallets.escrow)));
    const cost = float - (await sumAccount(stack.db.pool, floatAccount(coin).account));
    expect(cost).toBe(code === 'SOL' ? spent - amount : spent);
    expect(cost).toBeGreaterThan(0n);
  });

  test.each(['withdrawal.created', 'withdrawal.signed', 'withdrawal.sent'] as const)(
    'arrives once although the worker dies at %s and sends the same bytes again',
    async (point) => {
      const { ref, destination } = await held(code, amount);
      let armed = true;
      const crashing = activities({
        checkpoint: (name) => {
          if (name !== point || !armed) return;
          armed = false;
          throw new Error(`crash at ${point}`);
        },
      });
      await untilDone(() => crashing.signWithdrawal(ref));
      const { signature } = (await getWithdrawal(stack.db.pool, ref.withdrawalId))!;
      await untilDone(() => crashing.submitWithdrawal(ref));
      await crashing.submitWithdrawal(ref);
      expect(await until(ref, 'finalized')).toEqual({ kind: 'finalized', signature });
      await crashing.submitWithdrawal(ref);
      await escrow.closeWithdrawal({ ...ref, outcome: 'finalized' });
      expect(await received(code, destination)).toBe(amount);
    },
  );

  test('that was never sent is alive, then absent, and is released', async () => {
    const { ref, userId, asset, destination } = await held(code, amount);
    await escrow.signWithdrawal(ref);
    expect(await escrow.observeWithdrawal(ref)).toEqual({ kind: 'alive' });
    expect(await until(ref, 'absent')).toEqual({ kind: 'absent' });
    await escrow.closeWithdrawal({ ...ref, outcome: 'released' });
    expect((await escrowSummary(stack.db.pool, TENANT, userId, [asset]))[0]).toMatchObject({
      available: amount,
      reserved: 0n,
    });
    expect(await received(code, destination)).toBe(0n);
    await expect(escrow.closeWithdrawal({ ...ref, outcome: 'finalized' })).rejects.toThrow(/cannot become/);
  });
});

test('a withdrawal whose node does not answer stays held, and a person is told', async () => {
  const { ref, userId, asset } = await held('USDC', 1_000n);
  await escrow.signWithdrawal(ref);
  const { solana } = railsConfig(stack.assets);
  const dead = { ...solana, rpcUrl: `http://127.0.0.1:${await freePort()}`, requestTimeoutMs: 500 };
  expect(await activities({ solana: dead }).submitWithdrawal(ref)).toMatchObject({ kind: 'unknown' });
  await escrow.closeWithdrawal({ ...ref, outcome: 'unknown' });
  expect((await escrowSummary(stack.db.pool, TENANT, userId, [asset]))[0]).toMatchObject({
    available: 0n,
    reserved: 1_000n,
  });
  const { rows } = await stack.db.pool.query(`select 1 from attention where id = $1`, [
    `withdrawal_unknown:${ref.withdrawalId}`,
  ]);
  expect(rows).toHaveLength(1);
});

test('equal withdrawals in the same slot are two transactions', async () => {
  const [first, second] = [await held('SOL', 5_000_000n), await held('SOL', 5_000_000n)];
  await Promise.all([escrow.signWithdrawal(first.ref), escrow.signWithdrawal(second.ref)]);
  const rows = await Promise.all(
    [first, second].map(({ ref }) => getWithdrawal(stack.db.pool, ref.withdrawalId)),
  );
  expect(new Set(rows.map((row) => row?.signature)).size).toBe(2);
});

test('an amount that the escrow does not have, or has promised, is not held again', async () => {
  const { wanted } = await held('USDC', 700n, 1_000n);
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
