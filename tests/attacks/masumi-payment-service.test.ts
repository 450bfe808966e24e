import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createMasumiNode } from '../../activities/payment-service/client.ts';
import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';
import type { MasumiNode, NodePayment } from '../../domain/masumi/ports/masumi-node.ts';
import { HYMN, statusOf, until } from '../masumi/support/client.ts';
import { native, order, paid } from '../masumi/support/orders.ts';
import { API_KEY, startPaidApp, type PaidApp } from '../masumi/support/paid-app.ts';
import { ask } from '../api/support/api.ts';

/**
 * A payment service that lies. Nothing it says makes us work unpaid, work twice, or say "completed" without our hash.
 */
type Lie = (payment: NodePayment) => NodePayment;
let lie: Lie | undefined;
let submits: (() => void)[] = [];
let app: PaidApp;

const told = (payment: NodePayment): NodePayment => lie?.(payment) ?? payment;

beforeAll(async () => {
  app = await startPaidApp({
    wrapNode: (real): MasumiNode => ({
      ...real,
      async listPayments(page) {
        const { payments, isLast } = await real.listPayments(page);
        return { payments: payments.map(told), isLast };
      },
      async resolve(identifier) {
        const payment = await real.resolve(identifier);
        return payment && told(payment);
      },
      async submitResult(identifier, hash) {
        submits.pop()?.();
        return real.submitResult(identifier, hash);
      },
    }),
  });
});
afterEach(() => {
  lie = undefined;
  submits = [];
});
afterAll(() => app.close());

const launched = (topic: string): number =>
  app.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === topic).length;

describe('A payment service', () => {
  test("that shows a payment under another's identifier starts nobody's work", async () => {
    const [mine, theirs] = [
      await order(app, HYMN, 'cc00cc00cc00cc00', { topic: 'not paid' }),
      await paid(app, HYMN, 'cc01cc01cc01cc01', { topic: 'paid' }),
    ];
    lie = (payment) =>
      payment.blockchainIdentifier === theirs.payment
        ? { ...payment, blockchainIdentifier: `${theirs.payment}00` }
        : payment;
    await app.watch();
    expect(await statusOf(app, HYMN, mine.jobId)).toMatchObject({ status: 'awaiting_payment' });
    lie = undefined;
    await until(app, HYMN, theirs.jobId, 'completed');
    expect(launched('not paid')).toBe(0);
  });

  test('that changes times after the order changes neither our deadlines nor what the purchaser was told', async () => {
    const started = await order(app, HYMN, 'cc02cc02cc02cc02', { topic: 'moved times' });
    const before = (await native(app, HYMN, started)).payment;
    lie = (payment) => ({ ...payment, payByTime: 1, submitResultTime: 1, unlockTime: 1 });
    app.payments.control.lockFunds(started.payment);
    await until(app, HYMN, started.jobId, 'completed');
    const { payment } = await native(app, HYMN, started);
    const times = ({ payByTime, submitResultTime, unlockTime }: Record<string, unknown>) => [
      payByTime,
      submitResultTime,
      unlockTime,
    ];
    expect(times({ ...payment })).toEqual(times({ ...before }));
  });

  test('that loses our hash and shows another is not believed to have ours', async () => {
    submits = Array.from({ length: 3 }, () => () => {
      throw new MasumiNodeError('lost', { unknown: true });
    });
    lie = (payment) => ({
      ...payment,
      resultHash: 'f'.repeat(64),
      nextAction: { ...payment.nextAction, resultHash: 'f'.repeat(64) },
    });
    const started = await paid(app, HYMN, 'cc03cc03cc03cc03', { topic: 'hash of another' });
    await until(app, HYMN, started.jobId, 'completed');
    lie = undefined;
    await expect
      .poll(async () => (await app.node.resolve(started.payment))?.onChainState, { timeout: 10_000 })
      .toBe('ResultSubmitted');
    expect((await app.node.resolve(started.payment))?.resultHash).not.toBe('f'.repeat(64));
  });

  test('that reports a result before there is one ends the job without work, and nothing is submitted', async () => {
    const started = await order(app, HYMN, 'cc04cc04cc04cc04', { topic: 'result before work' });
    app.payments.control.setState(started.payment, {
      chainState: 'ResultSubmitted',
      resultHash: 'e'.repeat(64),
    });
    // Only a look at this very payment shows it: the job waits for its money, not for a result.
    await app.db.pool.query(`update job set created_at = created_at - interval '1 hour' where run_id = $1`, [
      started.jobId,
    ]);
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({ error_code: 'payment_invalid' });
    expect(launched('result before work')).toBe(0);
  });

  test('that changes its mind about a refund request gets one launch and one hash at most', async () => {
    const started = await paid(app, HYMN, 'cc05cc05cc05cc05', { topic: 'fickle' });
    await until(app, HYMN, started.jobId, 'running', 'completed');
    let flips = 0;
    lie = (payment) => ({ ...payment, onChainState: flips++ % 2 === 0 ? 'RefundRequested' : 'FundsLocked' });
    await until(app, HYMN, started.jobId, 'completed');
    expect(launched('fickle')).toBe(1);
  });
});

describe('The wire to a payment service', () => {
  const shownBy = async (change: object): Promise<unknown> => {
    const answer = await fetch(`${app.payments.url}/api/v1/payment?network=Preprod&limit=1`, {
      headers: { token: API_KEY },
    });
    const { data } = (await answer.json()) as { data: { Payments: object[] } };
    return { ...data.Payments[0], ...change };
  };
  const nodeOf = (...payments: unknown[]): MasumiNode =>
    createMasumiNode({
      url: 'http://payments.example',
      apiKey: API_KEY,
      network: 'Preprod',
      fetch: () => Promise.resolve(Response.json({ status: 'success', data: { Payments: payments } })),
    });

  test.each([
    ['a state that nobody knows', { onChainState: 'Exploded' }],
    ['a negative amount', { RequestedFunds: [{ unit: '', amount: '-1' }] }],
    ['a fraction of an amount', { RequestedFunds: [{ unit: '', amount: '1.5' }] }],
    ['times in words', { submitResultTime: 'tomorrow' }],
    ['an identifier that is none', { blockchainIdentifier: 7 }],
    ['nothing of a payment', { blockchainIdentifier: undefined, submitResultTime: undefined }],
  ])('that lists %s hides no other payment', async (_what, change) => {
    const node = nodeOf(await shownBy({ ...change, id: 'odd' }), null, 'x', await shownBy({ id: 'fine' }));
    const { payments, isLast } = await node.listPayments({ state: 'FundsLocked' });
    expect(payments.map(({ id }) => id)).toEqual(['fine']);
    expect(isLast).toBe(true);
  });

  test('never shows anybody the key of the payment service', async () => {
    const refused = await ask(app, `/mip003/${HYMN}/start_job`, { method: 'POST', body: {} });
    expect(refused.text).not.toContain(API_KEY);
  });
});
