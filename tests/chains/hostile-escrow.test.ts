import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { recordDeposit } from '../../db/escrow/deposits.ts';
import { createEscrowUser } from '../../db/escrow/users.ts';
import { escrowSummary } from '../../db/escrow/escrow.ts';
import { escrowAsset } from '../../domain/assets.ts';
import type { EscrowActivities } from '../../domain/ports/escrow.ts';
import { callRpc } from '../../embedded/chains/json-rpc.ts';
import type { Fault } from './support/faulting-rpc.ts';
import { holdBooks, PATIENCE_MS, startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { railsConfig, TENANT } from './support/money-stack.ts';
import { holdBackSlots, showNothing } from './support/solana-hands.ts';
import { heldWithdrawal, withdrawalHands, type Hands } from './support/withdrawing.ts';

const OTHER_GENESIS = '5eykt4UsFv8P8NJdTREpY1vzqKqZKvdpKuc147dw2N9d';

let stack: HostileStack;
let hands: Hands;
let escrow: EscrowActivities;
beforeAll(async () => {
  stack = await startHostileStack();
  const { solana } = railsConfig(stack.assets);
  const asked = { ...solana, rpcUrl: stack.ours.solana.url, requestTimeoutMs: PATIENCE_MS };
  hands = withdrawalHands(stack, { confirmMs: 0, solana: asked });
  escrow = hands;
});
afterEach(() => stack.heal());
afterAll(() => stack.stop());

const node = () => stack.ours.solana;
const summary = async (userId: string, code: string) =>
  (await escrowSummary(stack.db.pool, TENANT, userId, [escrowAsset(stack.book, code)!]))[0];

async function startWithdrawal(code: 'SOL' | 'USDC', amount: bigint) {
  const agree = await holdBooks(stack);
  return { agree, ...(await heldWithdrawal(stack, code, amount)) };
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
      node().fault('getSignaturesForAddress', {
        kind: 'answer',
        result: (params) => {
          const { minContextSlot = 0 } = (params as [string, { minContextSlot?: number }])[1];
          if (minContextSlot > 0) throw new Error('Minimum context slot has not been reached');
          return [];
        },
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
      const it = await startWithdrawal(code, amount);
      all.push({ what, ...it });
      await it.sign(hands);
      node().fault('sendTransaction', fault);
      const sent = node().calls('sendTransaction');
      await it.send(hands);
      expect(node().calls('sendTransaction')).toBe(sent + 1);
      stack.heal();
    }
    const ends = all.map(async ({ what, ends: end, received }) => ({
      what,
      end: await end(hands),
      arrived: await received(),
    }));
    expect(await Promise.all(ends)).toEqual(
      SENDING.map(([what]) => ({ what, end: 'finalized', arrived: amount })),
    );
    for (const { balance } of all) expect(await balance()).toMatchObject({ available: 0n, reserved: 0n });
    await all[0]!.agree();
  });

  test('that has landed is not given back because of a node that cannot know it', async () => {
    const it = await startWithdrawal(code, amount);
    await it.sign(hands);
    await it.send(hands);
    for (const [what, mislead] of IGNORANT) {
      showNothing(node());
      mislead();
      expect({ what, ...(await it.look(hands)) }).toMatchObject({ what, kind: 'unknown' });
      expect(await it.status()).toBe('held');
      stack.heal();
    }
    expect(await it.ends(hands)).toBe('finalized');
    expect(await it.received()).toBe(amount);
    await it.agree();
  });

  test('whose node does not show what it cost is not closed before its fee can be booked', async () => {
    const it = await startWithdrawal(code, amount);
    await it.sign(hands);
    await it.send(hands);
    await expect.poll(async () => (await it.look(hands)).kind).toBe('settled');
    node().fault('getTransaction', {
      kind: 'change',
      result: (found) => {
        const { meta, ...rest } = found as { meta: object };
        return { ...rest, meta: { ...meta, preBalances: [], postBalances: [] } };
      },
    });
    await expect
      .poll(() => it.look(hands), { timeout: 30_000 })
      .toMatchObject({ kind: 'unknown', message: expect.stringMatching(/does not show/) });
    expect(await it.status()).toBe('held');
    expect((await it.payment()).finalized).toBe(false);
    stack.heal();
    expect(await it.ends(hands)).toBe('finalized');
    await it.agree();
  });

  test('without coins for it in the escrow account is not signed until they are there, and the operator is told', async () => {
    const { connection, escrow: account } = stack.wallets;
    const it = await startWithdrawal(code, amount);
    const { lamports } = (await connection.getAccountInfo(account))!;
    const setLamports = (to: number) =>
      callRpc(stack.assets.solana.rpcUrl, 'surfnet_setAccount', [account.toBase58(), { lamports: to }]);
    await setLamports(1_000_000);
    await expect(it.sign(hands)).rejects.toThrow(/SOL/);
    expect(await it.payment()).toMatchObject({ status: 'prepared', signed_sealed: null });
    expect(await it.status()).toBe('held');
    expect(await it.balance()).toMatchObject({ available: 0n, reserved: amount + it.charged });
    const open = () =>
      stack.db.pool.query(`select 1 from attention where id = $1 and resolved_at is null`, [
        `withdrawal_unfunded:${it.id}`,
      ]);
    expect((await open()).rows).toHaveLength(1);
    await setLamports(lamports);
    await it.sign(hands);
    expect((await open()).rows).toHaveLength(0);
    await it.send(hands);
    expect(await it.ends(hands)).toBe('finalized');
    expect(await it.received()).toBe(amount);
    await it.agree();
  });
});

test('a withdrawal that expires while the node is down is released once its absence is final', async () => {
  const it = await startWithdrawal('USDC', 5_000_000n);
  await it.sign(hands);
  const last = Number((await it.payment()).proof['lastValidBlockHeight']);
  node().fault('*', { kind: 'down' });
  expect(await it.send(hands)).toMatchObject({ kind: 'unclear' });
  await expect.poll(() => stack.wallets.connection.getBlockHeight('confirmed')).toBeGreaterThan(last);
  expect(await it.look(hands)).toMatchObject({ kind: 'unknown' });
  node().heal();
  node().fault('sendTransaction', { kind: 'down' });
  expect(await it.ends(hands)).toBe('released');
  expect(await it.received()).toBe(0n);
  expect(await it.balance()).toMatchObject({ available: 5_000_000n + it.charged, reserved: 0n });
  await it.agree();
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
