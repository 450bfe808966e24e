import { describe, expect, it } from 'vitest';
import type { MasumiNode, PaymentOrder } from '../../domain/masumi/ports/masumi-node.ts';
import { standInAgentIdentifier } from '../../stand-ins/payment-service/agents.ts';
import {
  API_KEY,
  BLOCK_MS,
  HOUR_MS,
  MINUTE_MS,
  startTestStandIn,
  type TestStandIn,
} from '../../stand-ins/payment-service/test-stand-in.ts';
import { createMasumiNode } from './client.ts';

const HASH = '0f'.repeat(32);

async function start(change: { apiKey?: string; timeoutMs?: number } = {}) {
  const standIn = await startTestStandIn();
  const node = createMasumiNode({ url: standIn.url, apiKey: API_KEY, network: 'Preprod', ...change });
  return { standIn, node, order: orderAt(standIn) };
}

function orderAt({ control }: TestStandIn): PaymentOrder {
  const now = control.clock.now();
  return {
    agentIdentifier: standInAgentIdentifier('fixed'),
    inputHash: 'ab'.repeat(32),
    identifierFromPurchaser: 'ab'.repeat(8),
    payByTime: now + 30 * MINUTE_MS,
    submitResultTime: now + HOUR_MS,
    unlockTime: now + 2 * HOUR_MS,
    externalDisputeUnlockTime: now + 3 * HOUR_MS,
    metadata: 'job-1',
  };
}

/** Makes a payment whose funds are there. */
async function startLocked() {
  const { standIn, node, order } = await start();
  const { blockchainIdentifier: id } = await node.createPayment(order);
  standIn.control.lockFunds(id);
  return { standIn, node, id };
}

const make = async (node: MasumiNode, order: PaymentOrder, names: readonly string[]): Promise<void> => {
  for (const metadata of names) await node.createPayment({ ...order, metadata });
};

describe('the client at the stand-in', () => {
  it('makes a payment and resolves it', async () => {
    const { node, order } = await start();
    const payment = await node.createPayment(order);
    const { agentIdentifier: _a, inputHash: _i, identifierFromPurchaser: _p, ...echoed } = order;
    expect(payment).toMatchObject({
      ...echoed,
      onChainState: null,
      nextAction: { requestedAction: 'WaitingForExternalAction' },
      requestedFunds: [{ unit: '', amount: '3000000' }],
      sourceType: 'Web3CardanoV1',
      sellerVkey: expect.stringMatching(/^[0-9a-f]{56}$/) as string,
    });
    expect(await node.resolve(payment.blockchainIdentifier)).toEqual(payment);
    expect(await node.resolve('ab')).toBeUndefined();
  });

  it('is refused what the payment service refuses', async () => {
    const { node, order } = await start();
    const late = { ...order, payByTime: order.submitResultTime };
    await expect(node.createPayment(late)).rejects.toMatchObject({ status: 400, unknown: false });
    const nobody = { ...order, agentIdentifier: 'ab'.repeat(40) };
    await expect(node.createPayment(nobody)).rejects.toMatchObject({ status: 404, unknown: false });
  });

  it('finds the payment whose answer got lost', async () => {
    const { standIn, node, order } = await start();
    await make(node, order, ['other']);
    standIn.control.fail('POST /payment', { kind: 'timeout-after' });
    await expect(node.createPayment(order)).rejects.toMatchObject({ unknown: true });
    await make(node, order, ['later']);
    const found = await node.findPayment('job-1', standIn.control.clock.now() - 1000);
    expect(found?.metadata).toBe('job-1');
    expect(await node.resolve(found?.blockchainIdentifier ?? '')).toEqual(found);
  });

  it('finds nothing when nothing was made', async () => {
    const { standIn, node, order } = await start();
    standIn.control.fail('POST /payment', { kind: 'timeout-before' });
    await expect(node.createPayment(order)).rejects.toMatchObject({ unknown: true });
    expect(await node.findPayment('job-1', 0)).toBeUndefined();
  });

  it('finds what was made while it had stopped waiting', async () => {
    const { standIn, node, order } = await start({ timeoutMs: 100 });
    standIn.control.fail('POST /payment', { kind: 'slow', ms: 200 });
    await expect(node.createPayment(order)).rejects.toMatchObject({ unknown: true, status: undefined });
    await expect.poll(() => node.findPayment('job-1', 0)).toBeDefined();
  });

  it('looks through more than one page, and no further back than asked', async () => {
    const { standIn, node, order } = await start();
    await make(node, order, ['old']);
    standIn.control.clock.advance(10_000);
    const since = standIn.control.clock.now();
    await make(node, order, ['job-1', ...Array.from({ length: 250 }, (_, index) => `after ${index}`)]);
    expect(await node.findPayment('job-1', since)).toMatchObject({ metadata: 'job-1' });
    expect(standIn.control.stats()['GET /payment']).toBe(3);
    expect(await node.findPayment('old', since)).toBeUndefined();
    expect(await node.findPayment('old', since - 10_000)).toMatchObject({ metadata: 'old' });
  });

  it('ends at the last page when that is full', async () => {
    const { node, order } = await start();
    await make(
      node,
      order,
      Array.from({ length: 100 }, (_, index) => `job ${index}`),
    );
    expect(await node.findPayment('none', 0)).toBeUndefined();
  });

  it('orders from an agent of the second contract, and finds that payment too', async () => {
    const { standIn, node, order } = await start();
    const { agentIdentifier } = standIn.control.registerAgent({
      name: 'v2',
      pricing: { kind: 'Fixed', amounts: [{ unit: '', amount: '7' }] },
      sourceType: 'Web3CardanoV2',
    });
    const pricing = await node.pricing(agentIdentifier);
    expect(pricing).toEqual({ kind: 'Fixed', amounts: [{ unit: '', amount: '7' }], sourceIndex: 0 });
    await node.createPayment({ ...order, agentIdentifier, supportedPaymentSourceIndex: 0 });
    expect(await node.findPayment('job-1', 0)).toMatchObject({ sourceType: 'Web3CardanoV2' });
    expect(await node.listPayments({})).toEqual({ payments: [], isLast: true });
    expect((await node.listPayments({ sourceType: 'Web3CardanoV2' })).payments).toHaveLength(1);
  });

  it('lists by state, page after page without repeats', async () => {
    const { standIn, node, order } = await start();
    await make(
      node,
      order,
      Array.from({ length: 120 }, (_, index) => `${index}`),
    );
    const { payments: first, isLast } = await node.listPayments({});
    expect(isLast).toBe(false);
    const { payments: second } = await node.listPayments({ cursor: first.at(-1)?.id ?? '' });
    expect([first.length, second.length]).toEqual([100, 20]);
    expect(second[0]?.metadata).toBe('19');
    standIn.control.lockFunds(second[0]?.blockchainIdentifier ?? '');
    expect((await node.listPayments({ state: 'FundsLocked' })).payments).toHaveLength(1);
  });

  it('submits a hash once the funds are there', async () => {
    const { standIn, node, id } = await startLocked();
    expect(await node.submitResult(id, HASH)).toEqual({ kind: 'done' });
    expect(await node.resolve(id)).toMatchObject({
      nextAction: { requestedAction: 'SubmitResultRequested', resultHash: HASH },
    });
    expect(await node.submitResult(id, HASH)).toMatchObject({ kind: 'not_now' });
    standIn.control.clock.advance(BLOCK_MS);
    expect(await node.resolve(id)).toMatchObject({ onChainState: 'ResultSubmitted', resultHash: HASH });
  });

  it('sees its hash after the answer to it got lost', async () => {
    const { standIn, node, id } = await startLocked();
    standIn.control.fail('/payment/submit-result', { kind: 'timeout-after' });
    await expect(node.submitResult(id, HASH)).rejects.toMatchObject({ unknown: true });
    expect(await node.submitResult(id, HASH)).toMatchObject({ kind: 'not_now' });
    expect(await node.resolve(id)).toMatchObject({ nextAction: { resultHash: HASH } });
  });

  it('authorizes a refund when one was asked for, not before', async () => {
    const { standIn, node, id } = await startLocked();
    expect(await node.authorizeRefund(id)).toMatchObject({ kind: 'not_now' });
    standIn.control.requestRefund(id);
    expect(await node.authorizeRefund(id)).toMatchObject({ kind: 'done' });
    standIn.control.clock.advance(2 * BLOCK_MS);
    expect(await node.resolve(id)).toMatchObject({ onChainState: 'RefundWithdrawn' });
  });

  it('knows the pricing of agents', async () => {
    const { node } = await start();
    const pricing = (name: string) => node.pricing(standInAgentIdentifier(name));
    expect(await pricing('fixed')).toEqual({ kind: 'Fixed', amounts: [{ unit: '', amount: '3000000' }] });
    expect(await pricing('dynamic')).toEqual({ kind: 'Dynamic' });
    expect(await pricing('free')).toEqual({ kind: 'Free' });
    expect(await pricing('nobody')).toBeUndefined();
  });

  it('pays dynamic prices with what was asked for', async () => {
    const { node, order } = await start();
    const requestedFunds = [{ unit: '', amount: '5000000' }];
    const agentIdentifier = standInAgentIdentifier('dynamic');
    expect(await node.createPayment({ ...order, agentIdentifier, requestedFunds })).toMatchObject({
      requestedFunds,
    });
  });

  it('says who is refused and who is too quick, and whether the service is there', async () => {
    const { standIn, node, order } = await start();
    const stranger = createMasumiNode({ url: standIn.url, apiKey: 'other', network: 'Preprod' });
    await expect(stranger.createPayment(order)).rejects.toMatchObject({ status: 401, passing: false });
    standIn.control.fail('/payment', { kind: 'status', status: 429, retryAfter: 4 });
    await expect(node.createPayment(order)).rejects.toMatchObject({
      status: 429,
      unknown: false,
      retryAfterMs: 4000,
    });
    expect(await node.isHealthy()).toBe(true);
    standIn.control.fail('/health', { kind: 'status', status: 500 });
    expect(await node.isHealthy()).toBe(false);
  });
});
