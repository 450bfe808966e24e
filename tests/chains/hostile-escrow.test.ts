import { Keypair, PublicKey } from '@solana/web3.js';
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createEscrowActivities } from '../../activities/escrow/activities.ts';
import { recordDeposit } from '../../db/escrow/deposits.ts';
import { createEscrowUser } from '../../db/escrow/users.ts';
import { escrowSummary } from '../../db/escrow/escrow.ts';
import { getWithdrawal, holdWithdrawal } from '../../db/escrow/withdrawals.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { EscrowActivities } from '../../domain/ports/escrow.ts';
import { callRpc } from '../../embedded/chains/json-rpc.ts';
import type { Fault } from './support/faulting-rpc.ts';
import { holdBooks, PATIENCE_MS, startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { railsConfig, TENANT } from './support/money-stack.ts';
import { holdBackSlots, showNothing } from './support/solana-hands.ts';

const OTHER_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';

let stack: HostileStack;
let escrow: EscrowActivities;
beforeAll(async () => {
  stack = await startHostileStack();
  const { solana } = railsConfig(stack.assets);
  escrow = createEscrowActivities({
    db: stack.db,
    sealer: stack.deps().sealer,
    assets: stack.book,
    solana: { ...solana, rpcUrl: stack.ours.solana.url, requestTimeoutMs: PATIENCE_MS },
  });
});
afterEach(() => stack.heal());
afterAll(() => stack.stop());

const node = () => stack.ours.solana;
const summary = async (userId: string, code: string) =>
  (await escrowSummary(stack.db.pool, TENANT, userId, [escrowAsset(stack.book, code)!]))[0];

async function startWithdrawal(code: 'SOL' | 'USDC', amount: bigint) {
  const agree = await holdBooks(stack);
  const { userId } = await stack.newRun(code, amount);
  const destination = Keypair.generate().publicKey;
  const withdrawalId = `wd_${randomUUID()}`;
  const asset = escrowAsset(stack.book, code)!;
  const wanted = { id: withdrawalId, tenant: TENANT, userId, asset, amount };
  expect(await holdWithdrawal(stack.db, { ...wanted, destination: destination.toBase58() })).toEqual({
    kind: 'held',
  });
  const ref = { withdrawalId };
  return {
    ref,
    userId,
    agree,
    state: async () => (await escrow.observeWithdrawal(ref)).kind,
    statusOf: async () => (await getWithdrawal(stack.db.pool, withdrawalId))?.status,
    /** Does what the workflow does: sends the same bytes again while they may land, until the chain shows an end. */
    async follow() {
      await expect
        .poll(async () => {
          const { kind } = await escrow.observeWithdrawal(ref);
          return kind === 'alive' ? (await escrow.submitWithdrawal(ref)).kind : kind;
        })
        .toMatch(/finalized|absent/);
      const { kind } = await escrow.observeWithdrawal(ref);
      const outcome = kind === 'finalized' ? 'finalized' : 'released';
      await escrow.closeWithdrawal({ ...ref, outcome });
      return outcome;
    },
    received: () => received(code, destination),
  };
}

async function received(code: string, owner: PublicKey): Promise<bigint> {
  const { wallets } = stack;
  return code === 'SOL' ? BigInt(await wallets.connection.getBalance(owner)) : wallets.tokenBalance(owner);
}

const SENDING: [what: string, fault: Fault][] = [
  ['takes it and never answers', { kind: 'silent' }],
  ['takes it and says that it failed', { kind: 'lie', message: 'Blockhash not found' }],
  ['refuses it', { kind: 'error', message: 'node is behind' }],
  ['drops it silently', { kind: 'answer', result: () => '1'.repeat(64) }],
  ['answers 429', { kind: 'status', status: 429 }],
];

const IGNORANT: [what: string, mislead: () => void][] = [
  [
    'of another cluster',
    () => node().fault('getGenesisHash', { kind: 'answer', result: () => OTHER_GENESIS }),
  ],
  [
    'without the history',
    () => node().fault('getFirstAvailableBlock', { kind: 'answer', result: () => 999_999_999 }),
  ],
  [
    'that is behind the others',
    () =>
      node().fault('getSignatureStatuses', {
        kind: 'answer',
        result: () => ({ context: { slot: 1 }, value: [null] }),
      }),
  ],
];

describe.each([
  ['SOL', 200_000_000n],
  ['USDC', 3_000_000n],
] as const)('a withdrawal of %s', (code, amount) => {
  test('over a node that fails in any way during the sending arrives once', async () => {
    const all: ({ what: string } & Awaited<ReturnType<typeof startWithdrawal>>)[] = [];
    for (const [what, fault] of SENDING) {
      const withdrawal = await startWithdrawal(code, amount);
      all.push({ what, ...withdrawal });
      await escrow.signWithdrawal(withdrawal.ref);
      node().fault('sendTransaction', fault);
      const sent = node().calls('sendTransaction');
      await escrow.submitWithdrawal(withdrawal.ref);
      expect(node().calls('sendTransaction')).toBe(sent + 1);
      stack.heal();
    }
    const ends = all.map(async ({ what, follow, received: arrived }) => ({
      what,
      end: await follow(),
      arrived: await arrived(),
    }));
    expect(await Promise.all(ends)).toEqual(
      SENDING.map(([what]) => ({ what, end: 'finalized', arrived: amount })),
    );
    for (const { userId } of all)
      expect(await summary(userId, code)).toMatchObject({ available: 0n, reserved: 0n });
    await all[0]!.agree();
  });

  test('that has landed is not given back because of a node that cannot know it', async () => {
    const { ref, agree, follow, state, received: arrived } = await startWithdrawal(code, amount);
    await escrow.signWithdrawal(ref);
    await escrow.submitWithdrawal(ref);
    for (const [what, mislead] of IGNORANT) {
      showNothing(node());
      mislead();
      expect({ what, state: await state() }).toEqual({ what, state: 'unknown' });
      stack.heal();
    }
    expect(await follow()).toBe('finalized');
    expect(await arrived()).toBe(amount);
    await agree();
  });

  test('whose cost the node does not show is not closed before its fee can be booked', async () => {
    const { ref, agree, state, statusOf } = await startWithdrawal(code, amount);
    await escrow.signWithdrawal(ref);
    await escrow.submitWithdrawal(ref);
    await expect.poll(state).toBe('finalized');
    node().fault('getTransaction', { kind: 'answer', result: () => null });
    const close = () => escrow.closeWithdrawal({ ...ref, outcome: 'finalized' });
    await expect(close()).rejects.toThrow(/does not show/);
    expect(await statusOf()).toBe('submitted');
    stack.heal();
    await close();
    await agree();
  });

  test('without coins for it in the escrow account is not signed until they are there, and the operator is told', async () => {
    const { connection, escrow: account } = stack.wallets;
    const { ref, agree, follow, statusOf, userId, received: arrived } = await startWithdrawal(code, amount);
    const { lamports } = (await connection.getAccountInfo(account))!;
    const setLamports = (to: number) =>
      callRpc(stack.assets.solana.rpcUrl, 'surfnet_setAccount', [account.toBase58(), { lamports: to }]);
    await setLamports(1_000_000);
    await expect(escrow.signWithdrawal(ref)).rejects.toThrow(/lamports/);
    expect(await statusOf()).toBe('held');
    expect(await summary(userId, code)).toMatchObject({ available: 0n, reserved: amount });
    const open = () =>
      stack.db.pool.query(`select 1 from attention where id = $1 and resolved_at is null`, [
        `withdrawal_unfunded:${ref.withdrawalId}`,
      ]);
    expect((await open()).rows).toHaveLength(1);
    await setLamports(lamports);
    await escrow.signWithdrawal(ref);
    expect((await open()).rows).toHaveLength(0);
    expect(await follow()).toBe('finalized');
    expect(await arrived()).toBe(amount);
    await agree();
  });
});

test('a withdrawal that expires while the node is down is released once its absence is final', async () => {
  const { ref, agree, state, follow, userId, received: arrived } = await startWithdrawal('USDC', 5_000_000n);
  await escrow.signWithdrawal(ref);
  const { last_valid_height: last } = (await getWithdrawal(stack.db.pool, ref.withdrawalId))!;
  node().fault('*', { kind: 'down' });
  expect(await escrow.submitWithdrawal(ref)).toMatchObject({ kind: 'unknown' });
  await expect.poll(() => stack.wallets.connection.getBlockHeight('confirmed')).toBeGreaterThan(last!);
  expect(await state()).toBe('unknown');
  node().heal();
  node().fault('sendTransaction', { kind: 'down' });
  expect(await follow()).toBe('released');
  expect(await arrived()).toBe(0n);
  expect(await summary(userId, 'USDC')).toMatchObject({ available: 5_000_000n, reserved: 0n });
  await agree();
});

describe('a deposit', () => {
  async function sent(amount: bigint) {
    const { wallets, db, book } = stack;
    const wallet = await wallets.newWallet(1_000_000_000n, amount);
    const userId = `user_${randomUUID()}`;
    await createEscrowUser(db.pool, TENANT, userId, wallet.publicKey.toBase58());
    const agree = await holdBooks(stack);
    const move = wallets.payTokens(wallet, wallets.escrow, amount);
    const before = await wallets.connection.getSlot('confirmed');
    const signature = await wallets.send([wallet], move, 'finalized');
    const claim = { tenant: TENANT, userId, asset: 'USDC', amount: amount.toString(), signature };
    return {
      claim,
      before,
      record: () => recordDeposit(db.pool, { ...claim, asset: escrowAsset(book, 'USDC')!.id }),
      async isCreditedOnce() {
        expect(await escrow.verifyDeposit(claim)).toMatchObject({ kind: 'finalized' });
        await escrow.creditDeposit(claim);
        await escrow.creditDeposit(claim);
        expect(await summary(userId, 'USDC')).toMatchObject({ available: amount });
        await agree();
      },
    };
  }

  const FAULTS: [what: string, fault: Fault][] = [
    ['is down', { kind: 'down' }],
    ['answers 429', { kind: 'status', status: 429 }],
    ['answers half a message', { kind: 'garbage' }],
    ['answers with an error', { kind: 'error', message: 'long-term storage unavailable' }],
    ['never answers', { kind: 'silent' }],
  ];

  test('is neither credited nor refused while the node fails in any way, and is credited once afterwards', async () => {
    const { claim, record, isCreditedOnce } = await sent(1_500_000n);
    expect(await record()).toEqual({ kind: 'recorded' });
    for (const [what, fault] of FAULTS) {
      node().fault('*', fault);
      await expect(escrow.verifyDeposit(claim), what).rejects.toThrow();
    }
    stack.heal();
    await isCreditedOnce();
  });

  test('that a node has not seen yet is refused without being lost: claimed again, it is credited once', async () => {
    const { claim, before, record, isCreditedOnce } = await sent(1_600_000n);
    expect(await record()).toEqual({ kind: 'recorded' });
    holdBackSlots(node(), before);
    expect(await escrow.verifyDeposit(claim)).toMatchObject({ code: 'transaction_not_found' });
    await escrow.refuseDeposit({ ...claim, reason: 'transaction_not_found' });
    stack.heal();
    expect(await record()).toEqual({ kind: 'recorded' });
    await isCreditedOnce();
  });

  test('on another cluster is worth nothing', async () => {
    const { claim, record, isCreditedOnce } = await sent(1_700_000n);
    expect(await record()).toEqual({ kind: 'recorded' });
    node().fault('getGenesisHash', { kind: 'answer', result: () => OTHER_GENESIS });
    await expect(escrow.verifyDeposit(claim)).rejects.toThrow(/serves/);
    stack.heal();
    await isCreditedOnce();
  });
});
