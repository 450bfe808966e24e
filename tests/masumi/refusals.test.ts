import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';
import type { AgentPricing } from '../../domain/masumi/ports/masumi-node.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import type { Answer } from '../api/support/api.ts';
import { startMasumiApp, type MasumiApp } from './support/app.ts';
import {
  agentOf,
  APPROVAL,
  countRows,
  ELEMENTS,
  expectProblem,
  get,
  HYMN,
  LONG,
  post,
  RESULTS,
  sell,
  startJob,
  until,
} from './support/client.ts';
import { heldFlow } from './support/flows.ts';
import { createFakeNode, type FakeNode } from './support/node.ts';

const held = heldFlow('held');
const disowned = heldFlow('disowned');
let app: MasumiApp;
let node: FakeNode;

beforeAll(async () => {
  node = createFakeNode();
  app = await startMasumiApp({
    node,
    job: { requestPaymentForMs: 700 },
    watching: false,
    flows: [...testFlows, held.flow, disowned.flow],
  });
});
afterAll(() => app.close());
afterEach(() => {
  node.failing = {};
  node.shape = (payment) => payment;
});

let last = 0;
const unique = (): string => `order ${++last}`;
const INPUT = { topic: 'autumn' };

/** Places the order over both APIs. Neither may leave anything behind. */
async function expectRefusedWith(
  status: number,
  code: string,
  key: string,
  inputs: object,
): Promise<Answer[]> {
  const before = await countRows(app);
  const identifier = unique();
  const answers = [
    await startJob(app, key, identifier, inputs),
    await post(app, `/${key}/runs`, { identifier_from_purchaser: identifier, inputs }),
  ];
  for (const answer of answers) expectProblem(answer, status, code);
  expect(await countRows(app)).toBe(before);
  return answers;
}

const native = (key: string, inputs: object, amount: string): Promise<Answer> =>
  post(app, `/${key}/runs`, `{"inputs":${JSON.stringify(inputs)},"payment_amount":${amount}}`);

/** Prices are kept for a minute, so each price has its own flow. */
function price(key: string, pricing: AgentPricing): void {
  sell(app, key);
  node.prices.set(agentOf(key), pricing);
}

// This comes first: as long as Kodosumi was never up, nothing is known of it.
describe('Without Kodosumi', () => {
  test('nothing can be ordered or described, and availability says so with 200', async () => {
    await app.kodosumi.control.startOutage();
    try {
      sell(app, HYMN);
      await expectRefusedWith(502, 'kodosumi_unavailable', HYMN, INPUT);
      for (const rest of ['input_schema', 'demo'])
        expectProblem(await get(app, `/mip003/${HYMN}/${rest}`), 502, 'kodosumi_unavailable');
      for (const path of [`/mip003/${HYMN}/availability`, '/mip003/availability']) {
        const { status, body } = await get(app, path);
        expect(status).toBe(200);
        expect(body).toEqual({ status: 'unavailable', type: 'masumi-agent', message: expect.any(String) });
      }
      expect((await get(app, '/flows')).text).toBe('[]');
      expectProblem(await get(app, `/${HYMN}`), 404, 'route_not_found');
    } finally {
      await app.kodosumi.control.endOutage();
    }
  });

  test('nothing is sold even with a known form, but earlier orders and everything that is known are still shown', async () => {
    price(HYMN, { kind: 'Free' });
    price(held.key, { kind: 'Free' });
    const identifier = unique();
    const first = await startJob(app, held.key, identifier, {});
    expect(first.status, first.text).toBe(200);
    await startJob(app, HYMN, unique(), INPUT);
    await app.kodosumi.control.startOutage();
    try {
      await expect.poll(async () => (await startJob(app, HYMN, unique(), INPUT)).status).toBe(502);
      await expectRefusedWith(502, 'kodosumi_unavailable', HYMN, INPUT);
      for (const path of [`/mip003/${HYMN}/availability`, '/mip003/availability'])
        expect((await get(app, path)).body).toMatchObject({ status: 'unavailable' });
      for (const rest of ['input_schema', 'demo'])
        expect((await get(app, `/mip003/${HYMN}/${rest}`)).status).toBe(200);
      expect((await get(app, '/flows')).text).toContain(HYMN);
      expect((await startJob(app, held.key, identifier, {})).body['id']).toBe(first.body['id']);
      expect((await get(app, `/mip003/${held.key}/status?job_id=${String(first.body['id'])}`)).status).toBe(
        200,
      );
    } finally {
      await app.kodosumi.control.endOutage();
      held.letGo();
    }
    expect((await get(app, `/mip003/${HYMN}/availability`)).body).toMatchObject({ status: 'available' });
    expect((await startJob(app, HYMN, unique(), INPUT)).status).toBe(200);
  });

  test('a free job may be ordered without an identifier: one is made up, and no other job is meant', async () => {
    price(HYMN, { kind: 'Free' });
    const path = `/mip003/${HYMN}/start_job`;
    const orders = await Promise.all([1, 2].map(() => post(app, path, { input_data: INPUT })));
    for (const { status, body, text } of orders) {
      expect(status, text).toBe(200);
      expect(body['identifierFromPurchaser']).toMatch(/^[\da-f]{20}$/);
    }
    expect(new Set(orders.map(({ body }) => body['id'])).size).toBe(2);
    expectProblem(
      await post(app, path, { identifier_from_purchaser: '', input_data: INPUT }),
      400,
      'invalid_identifier',
    );
  });

  test('or with a Kodosumi that no longer knows a listed flow, that flow does not exist', async () => {
    const { key, flow } = disowned;
    price(key, { kind: 'Free' });
    expect((await get(app, '/flows')).text).toContain(key);
    app.kodosumi.control.hideFlow(flow.url);
    await expect.poll(async () => (await startJob(app, key, unique(), {})).status).toBe(404);
    await expectRefusedWith(404, 'flow_not_found', key, {});
    expect((await get(app, '/flows')).text).not.toContain(key);
    expect((await get(app, `/mip003/${key}/availability`)).body).toMatchObject({ status: 'unavailable' });
    expectProblem(await get(app, `/mip003/${key}/input_schema`), 404, 'flow_not_found');
  });
});

describe('What is not set up', () => {
  test('an agent without an identifier cannot be ordered, and the refusal names the setting', async () => {
    const answers = await expectRefusedWith(503, 'agent_not_configured', RESULTS, { kind: 'str' });
    for (const { body } of answers) expect(body['detail']).toContain(`AGENT_IDENTIFIER_${RESULTS}`);
    expect((await get(app, `/mip003/${RESULTS}/availability`)).body).toMatchObject({
      status: 'unavailable',
      message: expect.stringContaining('AGENT_IDENTIFIER_'),
    });
  });

  test('without a payment service nothing is sold, and nothing is available', async () => {
    app.options.node = undefined;
    try {
      await expectRefusedWith(503, 'payment_service_not_configured', HYMN, INPUT);
      expect((await get(app, `/mip003/${HYMN}/availability`)).body).toMatchObject({
        status: 'unavailable',
        message: expect.stringContaining('PAYMENT_SERVICE_URL'),
      });
      expect((await get(app, '/mip003/availability')).body['status']).toBe('unavailable');
    } finally {
      app.options.node = node;
    }
    expect((await get(app, '/mip003/availability')).body['status']).toBe('available');
  });
});

describe('A payment service', () => {
  test('that cannot be asked for the price refuses the order before anything is started', async () => {
    sell(app, APPROVAL);
    node.failing.pricing = new MasumiNodeError('no answer');
    const answers = await expectRefusedWith(502, 'payment_service_unavailable', APPROVAL, {
      message: 'hello',
    });
    for (const { headers } of answers) expect(headers.get('retry-after')).toMatch(/^\d+$/);
  });

  test('that answers without a price counts as reached, and is quoted', async () => {
    node.failing.pricing = new MasumiNodeError('The payment service answered 422: no such metadata', {
      status: 422,
    });
    const answers = await expectRefusedWith(502, 'payment_service_unavailable', APPROVAL, {
      message: 'hello',
    });
    for (const { body } of answers)
      expect(body['detail']).toBe(
        'The payment service answered 422: no such metadata. Try again later; nothing was charged.',
      );
  });

  test.each([400, 404])('that refuses the order (%i) is quoted', async (status) => {
    price(APPROVAL, { kind: 'Fixed', amounts: [] });
    node.failing.createPayment = new MasumiNodeError('The agent is not registered.', { status });
    const identifier = unique();
    const refused = await startJob(app, APPROVAL, identifier, { message: 'hello' });
    expectProblem(refused, 502, 'payment_rejected');
    expect(refused.body['detail']).toContain('The agent is not registered.');
    const other = await post(app, `/${APPROVAL}/runs`, { inputs: { message: 'hello' } });
    expectProblem(other, 502, 'payment_rejected');
    node.failing = {};
    const again = await startJob(app, APPROVAL, identifier, { message: 'hello' });
    expect(again.status, again.text).toBe(200);
    expect(again.body['job_id']).not.toBe(refused.body['job_id']);
  });

  test.each<{ status?: number; unknown?: boolean }[]>([
    [{}],
    [{ unknown: true }],
    [{ status: 500, unknown: true }],
    [{ status: 401 }],
  ])('that fails otherwise (%j) is unavailable once its time is over', async (parts) => {
    price(APPROVAL, { kind: 'Fixed', amounts: [] });
    node.failing.createPayment = new MasumiNodeError('no answer', parts);
    const answer = await startJob(app, APPROVAL, unique(), { message: 'hello' });
    expectProblem(answer, 502, 'payment_service_unavailable');
    if (parts.status === 401) expect(answer.body['detail']).toMatch(/^no answer\. Try again later/);
    const { body } = await get(app, `/mip003/${APPROVAL}/status?job_id=${String(answer.body['job_id'])}`);
    expect(body).toMatchObject({ status: 'failed', error_code: 'payment_service_unavailable' });
  });
});

test('An order that failed for want of a payment service may be repeated under its Idempotency-Key', async () => {
  price(APPROVAL, { kind: 'Fixed', amounts: [] });
  const key = { 'idempotency-key': 'after an outage' };
  const order = { identifier_from_purchaser: unique(), input_data: { message: 'hello' } };
  const path = `/mip003/${APPROVAL}/start_job`;
  node.failing.createPayment = new MasumiNodeError('no answer');
  const refused = await post(app, path, order, key);
  expectProblem(refused, 502, 'payment_service_unavailable');
  node.failing = {};
  const taken = await post(app, path, order, key);
  expect(taken.status, taken.text).toBe(200);
  expect(taken.body['job_id']).not.toBe(refused.body['job_id']);
  const replayed = await post(app, path, order, key);
  expect(replayed.body).toEqual(taken.body);
});

describe('A price', () => {
  test('that is fixed comes from the payment service: an offer by the purchaser is ignored, and nonsense is refused', async () => {
    price(APPROVAL, { kind: 'Fixed', amounts: [] });
    for (const amount of ['10', '0', '0.00000001']) {
      const { status, body, text } = await native(APPROVAL, { message: amount }, amount);
      expect(status, text).toBe(200);
      expect(node.orders.at(-1)).not.toHaveProperty('requestedFunds');
      expect(body['payment']).toMatchObject({ amounts: [{ amount: 3_000_000, unit: 'lovelace' }] });
    }
    for (const amount of ['-1', '"10"', '""', 'true', '{}', '[10]'])
      expectProblem(await native(APPROVAL, { message: 'a' }, amount), 400, 'invalid_payment_amount');
  });

  test('that is dynamic comes from the purchaser, or else from the seller, or else the order is refused', async () => {
    price(LONG, { kind: 'Dynamic' });
    await expectRefusedWith(400, 'invalid_payment_amount', LONG, { seconds: 0 });
    expectProblem(await native(LONG, { seconds: 0 }, '0'), 400, 'invalid_payment_amount');
    expectProblem(await native(LONG, { seconds: 0 }, '0.0000001'), 400, 'invalid_payment_amount');
    const offered = await native(LONG, { seconds: 0 }, '1.5');
    expect(offered.status, offered.text).toBe(200);
    expect(node.orders.at(-1)?.requestedFunds).toEqual([{ unit: '', amount: '1500000' }]);
    app.settings[`PRICE_${LONG.replaceAll(/\W/g, '_')}`] = '7 lovelace';
    const listed = await startJob(app, LONG, unique(), { seconds: 0 });
    expect(listed.body['amounts']).toEqual([{ amount: 7, unit: 'lovelace' }]);
    app.settings[`PRICE_${LONG.replaceAll(/\W/g, '_')}`] = 'seven';
    await expectRefusedWith(400, 'invalid_payment_amount', LONG, { seconds: 0 });
  });

  test('of nothing asks nobody for money', async () => {
    const before = node.orders.length;
    const { body } = await startJob(app, HYMN, unique(), INPUT);
    expect(body).toMatchObject({
      amounts: [],
      blockchainIdentifier: expect.stringMatching(/^FREE-[0-9a-f]{24}$/),
    });
    await until(app, HYMN, body['id'], 'completed');
    expect(node.orders).toHaveLength(before);
  });

  test('is shown in the payment service’s own units and times, with large amounts as text', async () => {
    price(ELEMENTS, { kind: 'Fixed', amounts: [] });
    node.shape = (payment) => ({
      ...payment,
      payByTime: 1_900_000_000_001,
      submitResultTime: 1_900_003_600_002,
      unlockTime: 1_900_007_200_003,
      externalDisputeUnlockTime: 1_900_010_800_004,
      sellerVkey: null,
      requestedFunds: [
        { unit: '', amount: '9007199254740991' },
        { unit: 'c0ffee', amount: '9007199254740992' },
      ],
    });
    const { text, body } = await startJob(app, ELEMENTS, 'my-job-123', { text: 'abc' });
    expect(body).toMatchObject({
      amounts: [
        { amount: 9_007_199_254_740_991, unit: 'lovelace' },
        { amount: '9007199254740992', unit: 'c0ffee' },
      ],
      sellerVKey: 'the configured key',
      purchaserNonce: 'b28919954472dbe064af2a8b',
    });
    expect(text).toContain(
      '"payByTime":1900000000001,"submitResultTime":1900003600002,"unlockTime":1900007200003',
    );
    expect(node.orders.at(-1)).toMatchObject({
      agentIdentifier: agentOf(ELEMENTS),
      identifierFromPurchaser: 'b28919954472dbe064af2a8b',
      inputHash: body['input_hash'],
      metadata: body['id'],
    });
  });
});
