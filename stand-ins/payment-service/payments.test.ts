import { describe, expect, it } from 'vitest';
import {
  AgentAnswer,
  CreatePaymentRequest,
  PaymentAnswer,
  PaymentSourceListAnswer,
  PurchaseExistsAnswer,
  type PaymentListAnswer,
  type ShownPayment,
  type ShownPurchase,
} from '../../schemas/families/masumi/payment-service.ts';
import { standInAgentIdentifier } from './agents.ts';
import type { Deal } from './deal.ts';
import { createPayment } from './seller.ts';
import { BLOCK_MS, HOUR_MS, MINUTE_MS, orderAt, purchaseOf, startTestStandIn } from './test-stand-in.ts';
import { openWorld } from './world.ts';

const iso = (ms: number): string => new Date(ms).toISOString();

describe('a payment request at the stand-in', () => {
  it('is a new one every time, waits for funds, and echoes its times in milliseconds', async () => {
    const standIn = await startTestStandIn();
    const order = orderAt(standIn.control.clock.now());
    const first = await standIn.post<ShownPayment>('/payment', { ...order, metadata: 'job-1' });
    const second = await standIn.post<ShownPayment>('/payment', { ...order, metadata: 'job-1' });
    expect(PaymentAnswer.safeParse(first.body).success).toBe(true);
    expect(first.body.data).toMatchObject({
      onChainState: null,
      NextAction: { requestedAction: 'WaitingForExternalAction', resultHash: null },
      payByTime: String(Date.parse(order.payByTime)),
      RequestedFunds: [{ unit: '', amount: '3000000' }],
      metadata: 'job-1',
    });
    expect(second.body.data.blockchainIdentifier).not.toBe(first.body.data.blockchainIdentifier);
    expect(first.body.data.blockchainIdentifier.length).toBeGreaterThan(300);
  });

  it('unlocks after 6 and is open to disputes after 12 hours unless told otherwise', async () => {
    const standIn = await startTestStandIn();
    const { unlockTime: _u, externalDisputeUnlockTime: _d, ...order } = orderAt(standIn.control.clock.now());
    const { body } = await standIn.post<ShownPayment>('/payment', order);
    const submitBy = Date.parse(order.submitResultTime);
    expect(body.data.unlockTime).toBe(String(submitBy + 6 * HOUR_MS));
    expect(body.data.externalDisputeUnlockTime).toBe(String(submitBy + 12 * HOUR_MS));
  });

  it.each<[string, number, (now: number) => object]>([
    ['payBy 5 minutes ago', 200, (now) => ({ payByTime: iso(now - 5 * MINUTE_MS) })],
    ['payBy earlier', 400, (now) => ({ payByTime: iso(now - 5 * MINUTE_MS - 1) })],
    ['payBy 5 minutes before submit', 200, (now) => ({ payByTime: iso(now + 55 * MINUTE_MS) })],
    ['payBy later', 400, (now) => ({ payByTime: iso(now + 55 * MINUTE_MS + 1) })],
    [
      'submit in 15 minutes',
      200,
      (now) => ({ payByTime: iso(now), submitResultTime: iso(now + 15 * MINUTE_MS) }),
    ],
    [
      'submit sooner',
      400,
      (now) => ({ payByTime: iso(now), submitResultTime: iso(now + 15 * MINUTE_MS - 1) }),
    ],
    ['unlock 15 minutes after submit', 200, (now) => ({ unlockTime: iso(now + 75 * MINUTE_MS) })],
    ['unlock sooner', 400, (now) => ({ unlockTime: iso(now + 75 * MINUTE_MS - 1) })],
    [
      'disputes 15 minutes after unlock',
      200,
      (now) => ({ externalDisputeUnlockTime: iso(now + 135 * MINUTE_MS) }),
    ],
    ['disputes sooner', 400, (now) => ({ externalDisputeUnlockTime: iso(now + 135 * MINUTE_MS - 1) })],
    ['no times', 400, () => ({ payByTime: undefined, submitResultTime: undefined })],
    ['an identifier that is no hex', 400, () => ({ identifierFromPurchaser: 'my-job-12345678' })],
    ['an agent that nobody registered', 404, () => ({ agentIdentifier: 'ab'.repeat(60) })],
    ['funds for a fixed price', 400, () => ({ RequestedFunds: [{ unit: '', amount: '1' }] })],
    ['no funds for a dynamic price', 400, () => ({ agentIdentifier: standInAgentIdentifier('dynamic') })],
    ['a source index for V1', 400, () => ({ supportedPaymentSourceIndex: 0 })],
    ['a free agent', 400, () => ({ agentIdentifier: standInAgentIdentifier('free') })],
    ['another network', 401, () => ({ network: 'Mainnet' })],
  ])('with %s is answered %i', async (_name, status, change) => {
    const standIn = await startTestStandIn();
    const now = standIn.control.clock.now();
    const answer = await standIn.post<ShownPayment>('/payment', { ...orderAt(now), ...change(now) });
    expect(answer.status).toBe(status);
    if (status !== 200)
      expect(answer.body).toMatchObject({ status: 'error', error: { message: expect.any(String) } });
  });

  it('takes the funds of a dynamic price, and an index for agents of the second contract', async () => {
    const standIn = await startTestStandIn();
    const RequestedFunds = [{ unit: '', amount: '5000000' }];
    const v2 = standIn.control.registerAgent({
      name: 'v2',
      pricing: { kind: 'Dynamic' },
      sourceType: 'Web3CardanoV2',
    });
    const one = await standIn.pay({ agentIdentifier: standInAgentIdentifier('dynamic'), RequestedFunds });
    const two = await standIn.pay({
      agentIdentifier: v2.agentIdentifier,
      RequestedFunds,
      supportedPaymentSourceIndex: 0,
    });
    expect(one.RequestedFunds).toEqual(RequestedFunds);
    expect(two.PaymentSource.paymentSourceType).toBe('Web3CardanoV2');
  });
});

describe('a purchase at the stand-in', () => {
  it('locks the funds for both sides a block later, once', async () => {
    const standIn = await startTestStandIn();
    const payment = await standIn.pay();
    const bought = await standIn.post<ShownPurchase>('/purchase', purchaseOf(payment));
    expect(bought.body.data.NextAction.requestedAction).toBe('FundsLockingRequested');
    const again = await standIn.post('/purchase', purchaseOf(payment));
    expect(again.status).toBe(409);
    expect(PurchaseExistsAnswer.safeParse(again.body).success).toBe(true);
    expect((await standIn.look(payment.blockchainIdentifier)).onChainState).toBeNull();
    standIn.control.clock.advance(BLOCK_MS);
    expect((await standIn.look(payment.blockchainIdentifier)).onChainState).toBe('FundsLocked');
    expect((await standIn.lookAsBuyer(payment.blockchainIdentifier)).onChainState).toBe('FundsLocked');
    const { body } = await standIn.get<{ Purchases: ShownPurchase[] }>('/purchase');
    expect(body.data.Purchases).toHaveLength(1);
  });

  it.each<[string, (payment: ShownPayment) => object]>([
    [
      'seconds for milliseconds',
      ({ submitResultTime }) => ({ submitResultTime: submitResultTime.slice(0, -3) }),
    ],
    ['another time', () => ({ unlockTime: '1' })],
    ['another input hash', () => ({ inputHash: 'cd'.repeat(32) })],
    ['another purchaser', () => ({ identifierFromPurchaser: 'ff'.repeat(8) })],
    ['another seller', () => ({ sellerVkey: 'ab' })],
    ['another agent', () => ({ agentIdentifier: standInAgentIdentifier('dynamic') })],
    ['less than the fixed price', () => ({ Amounts: [{ unit: '', amount: '2999999' }] })],
    ['another unit than that of the price', () => ({ Amounts: [{ unit: 'ab', amount: '3000000' }] })],
    ['an index for the first contract', () => ({ supportedPaymentSourceIndex: 0 })],
    ['another contract', () => ({ paymentSourceType: 'Web3CardanoV2' })],
    ['an identifier of nobody', () => ({ blockchainIdentifier: 'ab' })],
  ])('with %s is refused', async (_name, change) => {
    const standIn = await startTestStandIn();
    const payment = await standIn.pay();
    const answer = await standIn.post('/purchase', { ...purchaseOf(payment), ...change(payment) });
    expect(answer.status).toBe(400);
    expect(await standIn.post('/purchase', purchaseOf(payment))).toMatchObject({ status: 200 });
  });

  it('may name what is due, in parts, with either name of lovelace', async () => {
    const standIn = await startTestStandIn();
    const Amounts = [
      { unit: '', amount: '1000000' },
      { unit: 'lovelace', amount: '2000000' },
    ];
    const payment = await standIn.pay();
    expect(await standIn.post('/purchase', { ...purchaseOf(payment), Amounts })).toMatchObject({
      status: 200,
    });
  });

  it('is refused after payByTime', async () => {
    const standIn = await startTestStandIn();
    const payment = await standIn.pay();
    standIn.control.clock.advance(30 * MINUTE_MS);
    expect(await standIn.post('/purchase', purchaseOf(payment))).toMatchObject({ status: 400 });
  });
});

describe('the lists and the registry of the stand-in', () => {
  it('pages from the newest, each page starting with its cursor', async () => {
    const standIn = await startTestStandIn();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await standIn.pay({ metadata: name });
    const page = async (query: Record<string, string>) =>
      (await standIn.get<PaymentListAnswer['data']>('/payment', query)).body.data.Payments;
    const first = await page({ limit: '3' });
    expect(first.map(({ metadata }) => metadata)).toEqual(['e', 'd', 'c']);
    const second = await page({ limit: '3', cursorId: first.at(-1)?.id ?? '' });
    expect(second.map(({ metadata }) => metadata)).toEqual(['c', 'b', 'a']);
    standIn.control.lockFunds(second[1]?.blockchainIdentifier ?? '');
    expect((await page({ filterOnChainState: 'FundsLocked' })).map(({ metadata }) => metadata)).toEqual([
      'b',
    ]);
    expect(await page({ filterPaymentSourceType: 'Web3CardanoV2' })).toEqual([]);
    expect((await standIn.get('/payment', { limit: '101' })).status).toBe(400);
  });

  it('finds a payment and a page at once among ten thousand', () => {
    const world = openWorld({ network: 'Preprod', blockMs: BLOCK_MS, clock: Date.now });
    const order = CreatePaymentRequest.parse({ network: 'Preprod', ...orderAt(Date.now()) });
    let last = '';
    for (let count = 0; count < 10_000; count++) {
      const outcome = createPayment(world, order);
      if ('data' in outcome) last = outcome.data.blockchainIdentifier;
    }
    const start = performance.now();
    for (let count = 0; count < 1000; count++) world.deal(last);
    const isLocked = (deal: Deal) => world.settled(deal).chainState === 'FundsLocked';
    expect(world.payments.page({ limit: 100, wants: isLocked })).toEqual([]);
    expect(world.payments.page({ limit: 100, wants: () => true })).toHaveLength(100);
    // Some 20 ms; a search through all for each would take seconds.
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it('shows agents, sources and its own name', async () => {
    const standIn = await startTestStandIn();
    const agentIdentifier = standInAgentIdentifier('fixed');
    const agent = await standIn.get('/registry/agent-identifier', { agentIdentifier });
    expect(AgentAnswer.parse(agent.body).data.Metadata.AgentPricing).toMatchObject({ pricingType: 'Fixed' });
    const unknown = await standIn.get('/registry/agent-identifier', { agentIdentifier: 'ab'.repeat(40) });
    expect(unknown.status).toBe(404);
    const sources = await standIn.get('/payment-source');
    expect(PaymentSourceListAnswer.parse(sources.body).data.PaymentSources).toHaveLength(2);
    const health = await standIn.get<{ standIn: string }>('/health');
    expect(health.headers.get('x-stand-in')).toBe('masumi-payment-service');
    expect(health.body.data.standIn).toContain('stand-in');
    expect((await standIn.get('/nothing')).body.error?.message).toContain('stand-in');
  });

  it('wants the key for everything except its health', async () => {
    const standIn = await startTestStandIn();
    for (const headers of [{}, { token: 'other' }]) {
      expect((await fetch(`${standIn.url}/api/v1/payment?network=Preprod`, { headers })).status).toBe(401);
      expect((await fetch(`${standIn.url}/api/v1/health`, { headers })).status).toBe(200);
    }
  });
});
