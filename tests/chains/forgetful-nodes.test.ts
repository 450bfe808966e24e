import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { explainPayment } from '../../domain/payments/explain.ts';
import type { PaymentDecision } from '../../domain/ports/payment-decisions.ts';
import { sending } from './support/buying.ts';
import { evmHands, type EvmHands } from './support/evm-hands.ts';
import type { FaultingRpc } from './support/faulting-rpc.ts';
import { startHostileStack, type HostileStack } from './support/hostile-stack.ts';
import { attentionKinds, paymentOf, reserveOf, sellerHas, type Way } from './support/looking.ts';
import { PRICE, startPurchase, type Purchase } from './support/purchase.ts';
import { showNothing } from './support/solana-hands.ts';
import type { Activities } from './support/money-stack.ts';

const SOLANA: Way = { path: '/solana', code: 'USDC' };
const EVM: Way = { path: '/evm', code: 'USDC' };
const DEADLINE = 60_000;
const DECIDE = 600_000;
const TX = '5'.repeat(88);

let stack: HostileStack;
let evm: EvmHands;
beforeAll(async () => {
  stack = await startHostileStack();
  evm = evmHands(stack.assets);
});
afterEach(() => stack.heal());
afterAll(async () => {
  evm.close();
  await stack.stop();
});

/** A payment with a clock that the test sets. */
interface Case extends Purchase {
  activities: Activities;
  intentId: string;
  clock: { now: number };
  look(): Promise<string>;
  decide(decision: PaymentDecision, over?: { confirm?: string; txHash?: string }): Promise<unknown>;
}

async function begin(way: Way): Promise<Case> {
  const clock = { now: Date.now() };
  const times = { attentionAfterMs: DEADLINE, decideAfterMs: DECIDE };
  const activities = stack.activities({ ...times, now: () => clock.now, confirmMs: 0 });
  const purchase = await startPurchase(stack, way);
  const intentId = await purchase.sign(activities);
  const { fingerprint } = await paymentOf(stack, intentId);
  return {
    ...purchase,
    activities,
    intentId,
    clock,
    look: async () => (await purchase.reconcile(activities, intentId)).kind,
    decide: (decision, { confirm = fingerprint!, txHash } = {}) =>
      activities.decidePayment({
        intentId,
        decision,
        confirm,
        txHash: txHash ?? null,
        by: 'chief',
        note: 'The explorer says so.',
      }),
  };
}

/** A node that was restarted without its history: it shows nothing older, and says that it begins later. */
function forget(node: FaultingRpc): void {
  showNothing(node);
  node.fault('getFirstAvailableBlock', { kind: 'answer', result: () => 999_999_999 });
}

/** A node that has pruned everything about a used authorization except that it is used. */
function prune(node: FaultingRpc): void {
  node.fault('eth_getLogs', { kind: 'error', message: 'pruned history unavailable' });
  node.fault('eth_getTransactionReceipt', { kind: 'answer', result: () => null });
}

const itemsOf = async (runId: string) =>
  (
    await stack.db.pool.query<{ detail: string; data: Record<string, unknown>; note: string | null }>(
      'select detail, data, note from attention where run_id = $1',
      [runId],
    )
  ).rows;

async function standing(intentId: string, clock: { now: number }) {
  const { status, finalized, network, reason, proof } = await paymentOf(stack, intentId);
  return explainPayment({ status, finalized, network, reason, proof, createdAtMs: clock.now }, clock.now)!;
}

describe('a node that forgot', () => {
  test('is named in the standing of the payment, and a person is told once, after the deadline', async () => {
    const it = await begin(SOLANA);
    const { host } = new URL(stack.ours.solana.url);
    forget(stack.ours.solana);
    expect(await it.look()).toBe('unknown');
    expect(await paymentOf(stack, it.intentId)).toMatchObject({ status: 'unknown', reason: 'NODE_FORGOT' });
    const said = await standing(it.intentId, it.clock);
    expect(said.unprovable).toEqual({
      why: 'forgot',
      node: host,
      since: it.clock.now,
      decidableAtMs: it.clock.now + DECIDE,
    });
    expect(said.known.join('\n')).toContain(`The node ${host} cannot prove it since`);
    expect(said.next).toContain('SOLANA_RPC_URL');

    it.clock.now += DEADLINE - 1;
    await it.look();
    expect(await itemsOf(it.runId)).toEqual([]);
    it.clock.now += 1;
    for (let look = 0; look < 3; look++) await it.look();
    const items = await itemsOf(it.runId);
    expect(items).toHaveLength(1);
    for (const words of [host, '0.25 USDC stay held', 'stay held', it.intentId, 'POST /payments/'])
      expect(items[0]!.detail).toContain(words);
    expect(items[0]!.data).toMatchObject({ intentId: it.intentId, node: host });
    expect(await reserveOf(stack, it.runId, 'USDC')).toMatchObject({ held: PRICE });

    stack.heal(); // the payment was never sent, so the same bytes are still good
    expect(await it.look()).toBe('alive');
    expect(await paymentOf(stack, it.intentId)).toMatchObject({ reason: null });
    expect((await standing(it.intentId, it.clock)).unprovable).toBeUndefined();
    await it.activities.submitPayment(sending(it.call, it.intentId));
    await it.endsPaidOnce(it.activities, it.intentId);
    expect(await attentionKinds(stack, it.runId)).toEqual([]);
  });

  test.each([
    ['solana', SOLANA],
    ['evm', EVM],
  ] as const)(
    'a settled payment on %s takes nothing back, and tells a person all the same',
    async (chain, way) => {
      const it = await begin(way);
      await it.activities.submitPayment(sending(it.call, it.intentId));
      await expect.poll(it.look).toBe('settled');
      expect((await paymentOf(stack, it.intentId)).finalized).toBe(false);
      if (chain === 'solana') forget(stack.ours.solana);
      else stack.ours.evm.fault('*', { kind: 'down' });
      expect(await it.look()).toBe('unknown');
      it.clock.now += DEADLINE;
      expect(await it.look()).toBe('unknown');
      expect((await paymentOf(stack, it.intentId)).status).toBe('settled');
      expect(await attentionKinds(stack, it.runId)).toEqual(['payment_unknown']);
      stack.heal();
      await it.endsPaidOnce(it.activities, it.intentId);
      expect(await attentionKinds(stack, it.runId)).toEqual([]);
    },
  );

  test('appears only with the host of its address', async () => {
    const it = await begin(EVM);
    stack.ours.evm.fault('*', { kind: 'error', message: 'bad key at https://u:p@rpc.example/v3/secret?k=1' });
    await it.look();
    it.clock.now += DEADLINE;
    await it.look();
    const told = JSON.stringify([await itemsOf(it.runId), await standing(it.intentId, it.clock)]);
    expect(told).toContain(new URL(stack.ours.evm.url).host);
    expect(told).not.toMatch(/secret|u:p@|https?:\/\//);
    stack.heal();
    await it.activities.submitPayment(sending(it.call, it.intentId));
    await it.endsPaidOnce(it.activities, it.intentId);
  });

  test('that has not reached the block of a payment is behind: it cannot call the payment alive, and nothing is decided', async () => {
    const it = await begin(SOLANA);
    stack.ours.solana.fault('getBlockHeight', { kind: 'answer', result: () => 1 });
    stack.ours.solana.fault('getEpochInfo', {
      kind: 'change',
      result: (info) => ({ ...(info as object), absoluteSlot: 1, blockHeight: 1 }),
    });
    await stack.db.pool.query(
      `update payment set proof = proof || '{"lastValidBlockHeight": 100000}' where id = $1`,
      [it.intentId],
    );
    expect(await it.look()).toBe('unknown');
    expect((await standing(it.intentId, it.clock)).unprovable).toMatchObject({
      why: 'behind',
      decidableAtMs: null,
    });
    it.clock.now += DECIDE * 100;
    await it.look();
    expect(await attentionKinds(stack, it.runId)).toEqual(['payment_unknown']);
    await expect(it.decide('void')).rejects.toMatchObject({ code: 'invalid_state' });
    expect(await reserveOf(stack, it.runId, 'USDC')).toMatchObject({ held: PRICE });
    await stack.db.pool.query(
      `update payment set proof = proof || '{"lastValidBlockHeight": 1}' where id = $1`,
      [it.intentId],
    );
    stack.heal();
    await expect.poll(it.look).toBe('void');
    expect(await attentionKinds(stack, it.runId)).toEqual([]);
  });
});

describe('the decision about a payment that no node can prove', () => {
  test('is refused while the payment may land, while a node may know, too early, and about another signature', async () => {
    const it = await begin(SOLANA);
    const refused = async (words: RegExp, ...how: Parameters<Case['decide']>) => {
      await expect(it.decide(...how)).rejects.toMatchObject({
        code: 'invalid_state',
        message: expect.stringMatching(words),
      });
      expect(await reserveOf(stack, it.runId, 'USDC')).toMatchObject({ held: PRICE });
    };
    await refused(/may still land/, 'void');
    stack.ours.solana.fault('*', { kind: 'down' });
    await refused(/must be asked first/, 'void');
    stack.heal();
    forget(stack.ours.solana);
    await refused(/not certain yet/, 'void'); // no earlier look has noted it
    await it.look();
    await refused(/can be decided from/, 'void');
    it.clock.now += DECIDE - 1;
    await refused(/can be decided from/, 'void');
    it.clock.now += 1;
    await refused(/fingerprint/, 'void', { confirm: 'solana:another' });
    await refused(/tx_hash/, 'settled');
    stack.heal();
    await refused(/may still land/, 'void');
    await it.activities.submitPayment(sending(it.call, it.intentId));
    await expect.poll(it.look).toBe('settled');
    await refused(/proves it by itself: it is settled/, 'void');
    await it.endsPaidOnce(it.activities, it.intentId);
    await expect(it.decide('void')).rejects.toMatchObject({ code: 'invalid_state' });
  });

  test('void gives the held money back once, and a second decision changes nothing', async () => {
    const it = await begin(SOLANA);
    forget(stack.ours.solana);
    await it.look();
    it.clock.now += DECIDE;
    await it.look();
    expect(await attentionKinds(stack, it.runId)).toEqual(['payment_unknown']);
    expect(await it.decide('void')).toEqual({ decision: 'void' });
    expect(await it.decide('void')).toEqual({ decision: 'void' });
    await expect(it.decide('settled', { txHash: TX })).rejects.toMatchObject({ code: 'invalid_state' });
    expect(await paymentOf(stack, it.intentId)).toMatchObject({ status: 'void', reason: 'DECLARED_VOID' });
    const [item] = await itemsOf(it.runId);
    expect(item?.note).toBe('chief declared the payment void: The explorer says so.');
    expect(await it.look()).toBe('void');
    stack.heal();
    await it.endsUnpaid(it.intentId);
  });

  test('settled posts the held money under the transaction that is named', async () => {
    const it = await begin(SOLANA);
    stack.ours.solana.fault('*', { kind: 'down' });
    expect((await it.activities.submitPayment(sending(it.call, it.intentId))).kind).toBe('unclear');
    await expect.poll(() => sellerHas(stack, SOLANA)).toBeGreaterThan(0n);
    stack.heal();
    forget(stack.ours.solana);
    await it.look();
    it.clock.now += DECIDE;
    await it.look();
    expect(await it.decide('settled', { txHash: TX })).toEqual({ decision: 'settled' });
    expect(await paymentOf(stack, it.intentId)).toMatchObject({
      status: 'settled',
      finalized: true,
      tx_hash: TX,
      reason: 'DECLARED_SETTLED',
    });
    stack.heal();
    await it.endsPaidOnce(it.activities, it.intentId);
  });

  test('settled by a transaction that the node does show is a proof, not a decision', async () => {
    const it = await begin(SOLANA);
    const outcome = await stack.activities().submitPayment(sending(it.call, it.intentId));
    expect(outcome).toMatchObject({ kind: 'settled' });
    const { tx_hash: txHash } = await paymentOf(stack, it.intentId);
    await stack.db.pool.query(`update payment set status = 'unknown', tx_hash = null where id = $1`, [
      it.intentId,
    ]);
    forget(stack.ours.solana);
    await it.look();
    it.clock.now += DECIDE;
    stack.heal();
    stack.ours.solana.fault('getSignaturesForAddress', { kind: 'answer', result: () => [] });
    await expect(it.decide('settled', { txHash: txHash! })).rejects.toThrow(
      /proves it by itself: it is settled/,
    );
    stack.heal();
    await it.endsPaidOnce(it.activities, it.intentId);
  });

  test('is possible on EVM once the authorization is used at finality and its transaction is pruned', async () => {
    const it = await begin(EVM);
    const outcome = await stack.activities().submitPayment(sending(it.call, it.intentId));
    expect(outcome).toMatchObject({ kind: 'settled' });
    const { tx_hash: txHash } = await paymentOf(stack, it.intentId);
    prune(stack.ours.evm);
    await expect
      .poll(async () => {
        await evm.mine();
        await it.look();
        return (await standing(it.intentId, it.clock)).unprovable?.why;
      })
      .toBe('forgot');
    expect((await paymentOf(stack, it.intentId)).status).toBe('settled');
    it.clock.now += DECIDE;
    await it.look();
    expect(await attentionKinds(stack, it.runId)).toEqual(['payment_unknown']);
    expect(await it.decide('settled', { txHash: txHash! })).toEqual({ decision: 'settled' });
    stack.heal();
    await it.endsPaidOnce(it.activities, it.intentId);
  });
});
