import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../api/support/api.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { expectProblem, HYMN, provide, startJob, until } from './support/client.ts';
import { heldFlow, raising, type HeldFlow } from './support/flows.ts';
import { native, order, paid, sell } from './support/orders.ts';
import { startPaidApp, type PaidApp } from './support/paid-app.ts';

const long = '-_localhost_8001_long_-_';
const gone: HeldFlow = heldFlow('gone');
const spent = heldFlow('spent');
const foreign = heldFlow('foreign');
const broken = raising();
const LARGEST = 9 * 1024 * 1024; // more than an event tells, and than one piece of a value that is read
let app: PaidApp;

beforeAll(async () => {
  app = await startPaidApp({
    flows: [...testFlows, gone.flow, spent.flow, foreign.flow, broken.flow],
    activities: { largestResult: LARGEST, refusedMs: 500 },
  });
  sell(app, long, gone.key, spent.key, foreign.key, broken.key);
});
afterAll(() => app.close());
afterEach(() => {
  app.payments.control.clearFaults();
});

const requests = (call: string): number => app.payments.control.stats()[call] ?? 0;
const runsWith = (topic: string) =>
  app.kodosumi.control.runs().filter(({ inputs }) => inputs['topic'] === topic);

describe('The payment service', () => {
  test('may lose its answer to an order: the request is found by the job’s id and no other is told to anybody', async () => {
    app.payments.control.fail('POST /payment', { kind: 'timeout-after' });
    const before = requests('POST /payment');
    const started = await order(app, HYMN, 'fa0170fa0170fa01', { topic: 'lost answer' });
    expect(requests('POST /payment')).toBe(before + 1);
    app.payments.control.lockFunds(started.payment);
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('may break before it makes the request: it is asked again', async () => {
    app.payments.control.fail('POST /payment', { kind: 'timeout-before', times: 2 });
    const started = await paid(app, HYMN, 'fa0171fa0171fa01', { topic: 'broken line' });
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('may say that it is asked too often: it is then left alone for as long as it says', async () => {
    app.payments.control.fail('POST /payment', { kind: 'status', status: 429, retryAfter: 1, times: 1 });
    const asked = performance.now();
    const started = await paid(app, HYMN, 'fa0172fa0172fa01', { topic: 'slow down' });
    expect(performance.now() - asked).toBeGreaterThan(1000);
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('may be down: the order is refused with 502, and can be given again', async () => {
    app.payments.control.fail('POST /payment', { kind: 'status', status: 503, times: 50 });
    const refused = await startJob(app, HYMN, 'fa0173fa0173fa01', { topic: 'down' });
    expect([refused.status, refused.body['code']]).toEqual([502, 'payment_service_unavailable']);
    app.payments.control.clearFaults();
    const again = await paid(app, HYMN, 'fa0173fa0173fa01', { topic: 'down' });
    expect(again.jobId).not.toBe(refused.body['job_id']);
    await until(app, HYMN, again.jobId, 'completed');
  });

  test('may lose its answer to the hash: it is submitted once and the job is completed', async () => {
    app.payments.control.fail('POST /payment/submit-result', { kind: 'timeout-after' });
    const started = await paid(app, HYMN, 'fa0174fa0174fa01', { topic: 'lost hash' });
    await until(app, HYMN, started.jobId, 'completed');
    await expect
      .poll(async () => (await app.node.resolve(started.payment))?.onChainState, { timeout: 10_000 })
      .toBe('ResultSubmitted');
  });

  test('may refuse the hash for good: submit_failed, and the money goes back', async () => {
    app.payments.control.fail('POST /payment/submit-result', { kind: 'status', status: 403 });
    const started = await paid(app, HYMN, 'fa0175fa0175fa01', { topic: 'forbidden' });
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({ error_code: 'submit_failed' });
    app.payments.control.requestRefund(started.payment);
    await expect
      .poll(async () => (await native(app, HYMN, started)).payment.refund, { timeout: 10_000 })
      .toMatch(/authorized|refunded/);
  });

  test.each([
    ['401', { kind: 'status', status: 401, times: 100 }],
    ['410', { kind: 'status', status: 410, times: 100 }],
  ] as const)(
    'may answer everything about a payment with %s: its job ends soon and says why',
    async (status, fault) => {
      app.payments.control.fail('POST /payment/submit-result', fault);
      app.payments.control.fail('POST /payment/resolve-blockchain-identifier', fault);
      const started = await paid(app, HYMN, `fa0185fa0185f${status}`.padEnd(16, '0'), { topic: status });
      expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({
        error_code: 'submit_failed',
        message: expect.stringContaining(`answered ${status}`),
      });
    },
  );

  test('may have lost a payment: its job ends soon and says so', async () => {
    const fault = { kind: 'status', status: 404, times: 100 } as const;
    app.payments.control.fail('POST /payment/submit-result', fault);
    app.payments.control.fail('POST /payment/resolve-blockchain-identifier', fault);
    const started = await paid(app, HYMN, 'fa0186fa0186fa01', { topic: 'lost payment' });
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({
      error_code: 'submit_failed',
      message: expect.stringContaining('does not know the payment any more'),
    });
  });

  test.each([
    ['RefundWithdrawn', null, spent],
    ['ResultSubmitted', 'ab'.repeat(32), foreign],
  ] as const)(
    'may have a payment in %s with the hash %s: the job fails at once',
    async (state, hash, flow) => {
      const started = await paid(app, flow.key, 'fa0180fa0180fa01', {});
      await until(app, flow.key, started.jobId, 'running');
      app.payments.control.setState(started.payment, { chainState: state, action: 'None', resultHash: hash });
      flow.letGo();
      expect(await until(app, flow.key, started.jobId, 'failed')).toMatchObject({
        error_code: 'submit_failed',
        message: expect.stringContaining(`The payment is ${state}`),
      });
    },
  );

  test('may need a person: an item says so', async () => {
    const started = await order(app, HYMN, 'fa0176fa0176fa01', { topic: 'stuck' });
    app.payments.control.setState(started.payment, {
      chainState: 'FundsLocked',
      action: 'WaitingForManualAction',
      note: 'the wallet is empty',
    });
    await expect
      .poll(async () => (await ask(app, '/attention')).text, { timeout: 10_000 })
      .toContain(`payment_service_stuck:${started.jobId}`);
  });
});

describe('Kodosumi', () => {
  test('may lose its answer to a launch: the run is found and no other is launched', async () => {
    app.kodosumi.control.loseLaunchAnswers(1);
    const started = await paid(app, HYMN, 'fa0177fa0177fa01', { topic: 'lost launch' });
    await until(app, HYMN, started.jobId, 'completed');
    expect(runsWith('lost launch')).toHaveLength(1);
  });

  test('may be down at the launch: it is waited for', async () => {
    const started = await order(app, HYMN, 'fa0178fa0178fa01', { topic: 'outage' });
    await app.kodosumi.control.startOutage();
    app.payments.control.lockFunds(started.payment);
    await until(app, HYMN, started.jobId, 'running');
    await new Promise((settle) => setTimeout(settle, 1000));
    await app.kodosumi.control.endOutage();
    await until(app, HYMN, started.jobId, 'completed');
    expect(runsWith('outage')).toHaveLength(1);
  });

  test('may drop streams and forget who we are in the middle: the run is followed to its end, each event once', async () => {
    const started = await paid(app, long, 'fa0179fa0179fa01', { seconds: 3 });
    await until(app, long, started.jobId, 'running');
    for (let cut = 0; cut < 3; cut++) {
      await new Promise((settle) => setTimeout(settle, 500));
      app.kodosumi.control.expireSessions();
      app.kodosumi.control.dropStreams();
    }
    await until(app, long, started.jobId, 'completed');
    const { events } = await native(app, long, started);
    const steps = events.filter(({ event }) => event === 'action').map(({ data }) => data);
    expect(steps).toHaveLength(10);
    expect(new Set(steps).size).toBe(10);
  });

  test('may keep a stream open and say nothing: the status is read instead', async () => {
    app.kodosumi.control.silenceStreams(true);
    const started = await paid(app, HYMN, 'fa017afa017afa01', { topic: 'silence' });
    await until(app, HYMN, started.jobId, 'completed');
    app.kodosumi.control.silenceStreams(false);
  });

  test('may lose the process of a run: an open stream makes it notice, and the job fails', async () => {
    const started = await paid(app, long, 'fa017bfa017bfa01', { seconds: 60 });
    await until(app, long, started.jobId, 'running');
    await expect.poll(() => app.kodosumi.control.runs()[0]?.url).toContain('long');
    app.kodosumi.control.killActor(app.kodosumi.control.runs()[0]!.fid);
    app.kodosumi.control.dropStreams();
    expect(await until(app, long, started.jobId, 'failed')).toMatchObject({ error_code: 'flow_failed' });
  });

  test('may take a flow away while its job runs: the job ends all the same', async () => {
    const started = await paid(app, gone.key, 'fa017cfa017cfa01', { topic: 'x' });
    await until(app, gone.key, started.jobId, 'running');
    await expect.poll(() => app.kodosumi.control.runs()[0]?.url).toBe(gone.flow.url);
    app.kodosumi.control.hideFlow(gone.flow.url);
    gone.letGo();
    await until(app, gone.key, started.jobId, 'completed');
    app.kodosumi.control.showFlow(gone.flow.url);
  });
});

describe('A flow', () => {
  test('that raises at its launch is launched once, and the job says so soon', async () => {
    const before = broken.launches();
    const started = await paid(app, broken.key, 'fa0181fa0181fa01', { word: 'raise' });
    expect(await until(app, broken.key, started.jobId, 'failed')).toMatchObject({
      error_code: 'flow_failed',
      message: expect.stringContaining('raised an error when it was launched: Kodosumi answered 500'),
    });
    expect(broken.launches()).toBe(before + 1);
  });

  test('that raises at an answer leaves the question open, and takes a corrected answer at once', async () => {
    const started = await paid(app, broken.key, 'fa0182fa0182fa01', { word: 'ask' });
    const asked = await until(app, broken.key, started.jobId, 'awaiting_input');
    const statusId = String(asked['id']);
    const refused = await provide(app, started.jobId, statusId, { count: '' }, broken.key);
    expectProblem(refused, 400, 'invalid_input');
    expect(refused.text).toContain('The flow raised an error at this answer: Kodosumi answered 500');
    expect(await until(app, broken.key, started.jobId, 'awaiting_input')).toMatchObject({ id: statusId });
    const taken = await provide(app, started.jobId, statusId, { count: '4' }, broken.key);
    expect(taken.status, taken.text).toBe(200);
    await until(app, broken.key, started.jobId, 'completed');
  });

  test('may have a result up to the limit; a larger one ends its job at once', async () => {
    const full = await paid(app, broken.key, 'fa0183fa0183fa01', { word: String(LARGEST) });
    const done = await until(app, broken.key, full.jobId, 'completed');
    expect(done['result'] === 'x'.repeat(LARGEST)).toBe(true);
    expect((await native(app, broken.key, full)).result).toMatchObject({ kind: 'Markdown', final: null });
    const { body } = await ask(app, `/runs/${full.jobId}/events?limit=1000`);
    expect(JSON.stringify(body).length).toBeLessThan(100_000); // the last event only refers to the result
    const over = await paid(app, broken.key, 'fa0184fa0184fa01', { word: String(LARGEST + 1) });
    expect(await until(app, broken.key, over.jobId, 'failed')).toMatchObject({
      error_code: 'result_too_large',
      message: expect.stringContaining(`${LARGEST} bytes is the most`),
    });
  });
});
