import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask } from '../api/support/api.ts';
import { testFlows } from '../../stand-ins/kodosumi/flows/samples.ts';
import { standInAgentIdentifier } from '../../stand-ins/payment-service/agents.ts';
import { outputHash } from '../../activities/payment-service/output-hash.ts';
import { APPROVAL, HYMN, LONG, post, startJob, statusOf, until } from './support/client.ts';
import {
  native as readNative,
  order as placeOrder,
  paid as placePaid,
  sell,
  type Started,
} from './support/orders.ts';
import { createWallet } from '../../demo/purchaser/wallet.ts';
import { StartedJob } from '../../schemas/families/masumi/mip003.ts';
import { heldFlow } from './support/flows.ts';
import { settingName, startPaidApp, type PaidApp } from './support/paid-app.ts';

/** Every way through the states of masumi.md section 2, with the payment service's stand-in and real times. */
const held = heldFlow('held');
const failing = '-_localhost_8001_failing_-_';
const picky = '-_localhost_8001_picky_-_';
let app: PaidApp;

beforeAll(async () => {
  app = await startPaidApp({ flows: [...testFlows, held.flow] });
  sell(app, held.key, failing, picky);
});
afterAll(() => app.close());

const order = (key: string, identifier: string, input: object) => placeOrder(app, key, identifier, input);
const paid = (key: string, identifier: string, input: object) => placePaid(app, key, identifier, input);
const native = (key: string, started: Started) => readNative(app, key, started);

const refundOf = (key: string, started: Started) =>
  expect.poll(async () => (await native(key, started)).payment.refund, { timeout: 15_000, interval: 100 });

describe('A job', () => {
  test('waits for payment, runs once it is locked, and is completed when its hash is submitted', async () => {
    const started = await order(HYMN, 'c0ffee00c0ffee00', { topic: 'winter' });
    expect(await statusOf(app, HYMN, started.jobId)).toMatchObject({ status: 'awaiting_payment' });
    const before = app.kodosumi.control.runs().length;
    await app.watch();
    expect(app.kodosumi.control.runs()).toHaveLength(before);
    app.payments.control.lockFunds(started.payment);
    const done = await until(app, HYMN, started.jobId, 'completed');
    const hash = outputHash('c0ffee00c0ffee00', String(done['result']), 'mip');
    await expect
      .poll(async () => (await app.node.resolve(started.payment))?.resultHash, { timeout: 10_000 })
      .toBe(hash);
    expect((await native(HYMN, started)).payment).toMatchObject({ refund: 'none' });
  });

  test('of an agent on the second contract names the source that its purchaser must name', async () => {
    const v2 = app.payments.control.registerAgent({
      name: 'the second contract',
      pricing: { kind: 'Fixed', amounts: [{ unit: '', amount: '7000000' }] },
      sourceType: 'Web3CardanoV2',
    });
    sell(app, LONG);
    app.settings[`AGENT_IDENTIFIER_${settingName(LONG)}`] = v2.agentIdentifier;
    const { status, body, text } = await startJob(app, LONG, 'c0ffee20c0ffee20', { seconds: 0 });
    expect(status, text).toBe(200);
    const source = { paymentSourceType: 'Web3CardanoV2', supportedPaymentSourceIndex: 0 };
    expect(body).toMatchObject(source);
    const job = StartedJob.parse(body);
    const wallet = createWallet({ url: app.payments.url, apiKey: app.apiKey, network: 'Preprod' });
    const { sourceIndex: _, ...pricing } = (await wallet.pricing(v2.agentIdentifier))!;
    const { supportedPaymentSourceIndex: _index, ...without } = job;
    await expect(wallet.pay(without, pricing)).rejects.toThrow('supportedPaymentSourceIndex');
    await wallet.pay(job, pricing);
    await until(app, LONG, job.id, 'completed');
    expect((await ask(app, `/${LONG}/runs/${job.id}`)).body['payment']).toMatchObject(source);
  });

  test('is invalid when what is on the chain is not what was asked for', async () => {
    const started = await order(HYMN, 'c0ffee01c0ffee01', { topic: 'winter' });
    app.payments.control.wrongDatum(started.payment);
    expect(await until(app, HYMN, started.jobId, 'failed')).toMatchObject({ error_code: 'payment_invalid' });
    const attention = await ask(app, '/attention');
    expect(attention.text).toContain(started.jobId);
  });

  test('shows no result before its hash is submitted', async () => {
    const submissions = (): number => app.payments.control.stats()['POST /payment/submit-result'] ?? 0;
    const before = submissions();
    app.payments.control.fail('POST /payment/submit-result', { kind: 'status', status: 503, times: 2 });
    const started = await paid(HYMN, 'c0ffee02c0ffee02', { topic: 'spring' });
    await expect.poll(() => submissions(), { timeout: 10_000, interval: 20 }).toBe(before + 1);
    expect(await native(HYMN, started)).toMatchObject({ status: 'running', result: null });
    await until(app, HYMN, started.jobId, 'completed');
  });

  test('fails when its flow fails, says why, and its refund is authorised as soon as the purchaser asks', async () => {
    const started = await paid(failing, 'c0ffee03c0ffee03', { how: 'known' });
    expect(await until(app, failing, started.jobId, 'failed')).toMatchObject({
      error_code: 'flow_failed',
      message: expect.stringContaining('the model is not available'),
    });
    await refundOf(failing, started).toBe('pending');
    app.payments.control.requestRefund(started.payment);
    await refundOf(failing, started).toMatch(/authorized|refunded/);
    await expect
      .poll(async () => (await app.node.resolve(started.payment))?.onChainState, { timeout: 10_000 })
      .toBe('RefundWithdrawn');
    expect((await app.node.resolve(started.payment))?.resultHash).toBeNull();
  });

  test('fails when Kodosumi refuses its input at the launch', async () => {
    const started = await paid(picky, 'c0ffee04c0ffee04', {});
    expect(await until(app, picky, started.jobId, 'failed')).toMatchObject({
      error_code: 'flow_rejected_input',
    });
    expect((await ask(app, `/runs/${started.jobId}`)).body['steps']).toMatchObject([
      { id: 'flow', status: 'failed' },
    ]);
    await refundOf(picky, started).toBe('pending');
  });

  test('goes on when a refund is asked for while it works, and its hash makes that a dispute', async () => {
    const started = await paid(held.key, 'c0ffee05c0ffee05', {});
    await until(app, held.key, started.jobId, 'running');
    app.payments.control.requestRefund(started.payment);
    await expect
      .poll(async () => (await native(held.key, started)).payment.on_chain_state, { timeout: 10_000 })
      .toBe('RefundRequested');
    expect(await statusOf(app, held.key, started.jobId)).toMatchObject({ status: 'running' });
    held.letGo();
    await until(app, held.key, started.jobId, 'completed');
    await expect
      .poll(async () => (await ask(app, '/attention')).text, { timeout: 10_000 })
      .toContain(`payment_disputed:${started.jobId}`);
  });

  test('waits for input while a lock is open, and works on when it is answered', async () => {
    const started = await paid(APPROVAL, 'c0ffee06c0ffee06', { message: 'hello' });
    const asked = await until(app, APPROVAL, started.jobId, 'awaiting_input');
    expect(Number(asked['input_deadline'])).toBeGreaterThan(Date.now());
    const answer = await post(app, `/mip003/${APPROVAL}/provide_input`, {
      job_id: started.jobId,
      input_data: { decision: 'Do not send' },
    });
    expect(answer.status, answer.text).toBe(200);
    expect(await until(app, APPROVAL, started.jobId, 'completed')).toMatchObject({
      result: 'Nothing was sent.',
    });
  });

  test('is cancelled by its owner: the run is killed, nothing is submitted, the money goes back', async () => {
    sell(app, LONG);
    const started = await paid(LONG, 'c0ffee07c0ffee07', { seconds: 60 });
    await until(app, LONG, started.jobId, 'running');
    await expect.poll(() => app.kodosumi.control.runs()[0]?.url).toContain('long');
    const [run] = app.kodosumi.control.runs();
    expect((await post(app, `/runs/${started.jobId}/cancel`, {})).status).toBe(200);
    expect(await until(app, LONG, started.jobId, 'failed')).toMatchObject({ error_code: 'cancelled' });
    await expect.poll(() => app.kodosumi.control.runs().some(({ fid }) => fid === run?.fid)).toBe(false);
    app.payments.control.requestRefund(started.payment);
    await refundOf(LONG, started).toMatch(/authorized|refunded/);
  });
});

describe('Prices', () => {
  test('of a free agent: no payment service is asked, and the job runs at once', async () => {
    app.settings[`AGENT_IDENTIFIER_${settingName(HYMN)}`] = standInAgentIdentifier('free');
    const { body } = await startJob(app, HYMN, 'free of charge', { topic: 'summer' });
    expect(body).toMatchObject({
      amounts: [],
      blockchainIdentifier: expect.stringMatching(/^FREE-[0-9a-f]{24}$/),
    });
    const done = await until(app, HYMN, body['job_id'], 'completed');
    expect(done['message']).toBe('Done; the agent is free, so no hash is submitted.');
  });
});
