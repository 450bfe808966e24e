import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../api/support/api.ts';
import { markdown, type StandInFlow } from '../../stand-ins/kodosumi/flow.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { APPROVAL, expectProblem, HYMN, provide, startJob, statusOf, until } from './support/client.ts';
import { heldFlow } from './support/flows.ts';
import { native, order, paid, sell } from './support/orders.ts';
import { SHORT_SUBMIT_MS, shortJob as shortTimes } from './support/times.ts';
import { startPaidApp, type PaidApp } from './support/paid-app.ts';

const MINUTE = 60_000;

const TWICE = '-_localhost_8001_twice_-_';
const form = [{ type: 'text', name: 'a', label: 'a', value: null, required: true }];
const twice: StandInFlow = {
  url: '/-/localhost/8001/twice/-/',
  summary: 'Twice',
  elements: [],
  run: async ({ lock }) => markdown(JSON.stringify([await lock('first', form), await lock('second', form)])),
};

const shortJob = (resultInMs: number) => shortTimes(resultInMs, { workMs: 1000, inputMarginMs: 2000 });

describe('A job with little time', () => {
  const held = heldFlow('held');
  let app: PaidApp;

  beforeAll(async () => {
    app = await startPaidApp({ job: shortJob(6000), flows: [...testFlows, held.flow, twice] });
    sell(app, held.key, TWICE);
  });
  afterAll(() => app.close());

  test('is not begun when it was paid too late, and its money goes back', async () => {
    const started = await order(app, HYMN, 'dead11e0dead11e0', { topic: 'late' });
    await new Promise((settle) => setTimeout(settle, 5500));
    const before = app.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === 'late');
    app.payments.control.lockFunds(started.payment);
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({
      error_code: 'insufficient_time',
    });
    expect(before).toEqual([]);
    expect(app.kodosumi.control.runs().some(({ inputs }) => inputs['topic'] === 'late')).toBe(false);
    app.payments.control.requestRefund(started.payment);
    await expect
      .poll(async () => (await native(app, HYMN, started)).payment.refund, { timeout: 10_000 })
      .toMatch(/authorized|refunded/);
  });

  test('is given up at its result deadline: its run is killed, nothing is submitted, and a late result is dropped', async () => {
    const started = await paid(app, held.key, 'dead11e1dead11e1', {});
    await until(app, held.key, started.jobId, 'running');
    expect(await until(app, held.key, started.jobId, 'failed')).toMatchObject({
      error_code: 'deadline_exceeded',
    });
    held.letGo();
    expect((await app.node.resolve(started.payment))?.resultHash).toBeNull();
    expect((await native(app, held.key, started)).result).toBeNull();
    await expect.poll(() => app.kodosumi.control.runs().some(({ url }) => url === held.flow.url)).toBe(false);
  });

  test('is given up when nobody answers by the input deadline, which its status shows', async () => {
    const ordered = Date.now();
    const started = await paid(app, APPROVAL, 'dead11e2dead11e2', { message: 'anyone?' });
    const asked = await until(app, APPROVAL, started.jobId, 'awaiting_input');
    const inMs = Number(asked['input_deadline']) - ordered;
    expect(inMs).toBeGreaterThan(3000);
    expect(inMs).toBeLessThan(5500); // two seconds before the result deadline, long before the lock's three hours
    expect(await until(app, APPROVAL, started.jobId, 'failed')).toMatchObject({
      error_code: 'input_deadline_exceeded',
    });
    for (const statusId of [String(asked['id']), undefined])
      expectProblem(
        await provide(app, started.jobId, statusId, { decision: 'Send' }),
        409,
        'deadline_passed',
      );
    const another = await provide(app, started.jobId, 'another', { decision: 'Send' });
    expectProblem(another, 409, 'not_awaiting_input');
  });

  test('reports deadline_passed only for the question that nobody answered, not for an earlier one', async () => {
    const started = await paid(app, TWICE, 'dead11e7dead11e7', {});
    const first = await until(app, TWICE, started.jobId, 'awaiting_input');
    expect((await provide(app, started.jobId, String(first['id']), { a: 'one' }, TWICE)).status).toBe(200);
    expect(await until(app, TWICE, started.jobId, 'failed')).toMatchObject({
      error_code: 'input_deadline_exceeded',
    });
    const late = (statusId?: string, a = 'other') => provide(app, started.jobId, statusId, { a }, TWICE);
    expectProblem(await late(), 409, 'deadline_passed');
    expectProblem(await late(String(first['id'])), 409, 'not_awaiting_input');
    expect((await late(String(first['id']), 'one')).status).toBe(200);
  });
});

describe('A result whose hash nobody takes in time', () => {
  test('is not delivered, whatever other hash is shown for it', async () => {
    const app = await startPaidApp({ job: shortJob(5000) });
    app.payments.control.fail('POST /payment/submit-result', { kind: 'status', status: 503, times: 100 });
    const started = await paid(app, HYMN, 'dead11e6dead11e6', { topic: 'silence' });
    await expect.poll(() => app.payments.control.stats()['POST /payment/submit-result']).toBeGreaterThan(0);
    app.payments.control.setState(started.payment, { resultHash: 'ab'.repeat(32) });
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({
      error_code: 'deadline_exceeded',
    });
    expect((await native(app, HYMN, started)).result).toBeNull();
    await app.close();
  });
});

describe('A purchaser', () => {
  let app: PaidApp;
  beforeAll(async () => {
    const { terms, margins } = shortJob(6000);
    app = await startPaidApp({ job: { terms: { ...terms, payByMs: 1500 }, margins }, watching: false });
  });
  afterAll(() => app.close());

  test('who does not pay in time loses the job', async () => {
    const started = await order(app, HYMN, 'dead11e3dead11e3', { topic: 'unpaid' });
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({ error_code: 'payment_timeout' });
    expect((await native(app, HYMN, started)).payment.refund).toBe('none');
  });

  test('who paid in time is served even if no watch saw it: the payment service is asked once more', async () => {
    const started = await paid(app, HYMN, 'dead11e4dead11e4', { topic: 'just in time' });
    await until(app, HYMN, started.jobId, 'completed');
  });
});

describe('Times that the payment service refuses', () => {
  test('are a clear 502, and no job is left alive', async () => {
    const app = await startPaidApp({
      job: { terms: { ...shortJob(6000).terms, unlockMs: SHORT_SUBMIT_MS + MINUTE } },
    });
    const refused = await startJob(app, HYMN, 'dead11e5dead11e5', { topic: 'odd' });
    expect([refused.status, refused.body['code']]).toEqual([502, 'payment_rejected']);
    expect(await statusOf(app, HYMN, refused.body['job_id'])).toMatchObject({ status: 'failed' });
    expect((await ask(app, '/runs?status=failed')).text).toContain(String(refused.body['job_id']));
    await app.close();
  });
});
