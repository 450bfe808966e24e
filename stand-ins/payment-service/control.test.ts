import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PaymentListAnswer } from '../../schemas/families/masumi/payment-service.ts';
import { temporaryFolder } from '../../tests/support/temporary-folder.ts';
import {
  BLOCK_MS,
  HOUR_MS,
  orderAt,
  purchaseOf,
  startTestStandIn,
  type TestStandIn,
} from './test-stand-in.ts';

const folder = temporaryFolder('masumi-stand-in');

const control = async (standIn: TestStandIn, path: string, body: object, headers = {}): Promise<number> => {
  const response = await fetch(`${standIn.url}/stand-in/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  await response.text();
  return response.status;
};

const list = async (standIn: TestStandIn) =>
  (await standIn.get<PaymentListAnswer['data']>('/payment')).body.data.Payments;

describe('a fault of the stand-in', () => {
  it('loses the answer of a request that took effect, once', async () => {
    const standIn = await startTestStandIn();
    standIn.control.fail('POST /payment', { kind: 'timeout-after' });
    const order = orderAt(standIn.control.clock.now());
    await expect(standIn.post('/payment', order)).rejects.toThrow('fetch failed');
    expect(await list(standIn)).toHaveLength(1);
    expect((await standIn.post('/payment', order)).status).toBe(200);
    expect(await list(standIn)).toHaveLength(2);
    expect(standIn.control.stats()).toMatchObject({ 'POST /payment': 2, 'GET /payment': 2 });
  });

  it('breaks a connection before anything was done', async () => {
    const standIn = await startTestStandIn();
    standIn.control.fail('/payment', { kind: 'timeout-before' });
    await expect(standIn.post('/payment', orderAt(Date.now()))).rejects.toThrow('fetch failed');
    expect(await list(standIn)).toHaveLength(0);
  });

  it('answers with a status and Retry-After as often as it was told', async () => {
    const standIn = await startTestStandIn();
    standIn.control.fail('/payment*', { kind: 'status', status: 429, retryAfter: 7, times: 2 });
    const answers = [
      await standIn.get('/payment'),
      await standIn.get('/payment'),
      await standIn.get('/payment'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]?.headers.get('retry-after')).toBe('7');
  });

  it('can be slow, answer nonsense, and be ended early', async () => {
    const standIn = await startTestStandIn();
    standIn.control.fail('/payment', { kind: 'slow', ms: 30 });
    const start = performance.now();
    await standIn.get('/payment');
    expect(performance.now() - start).toBeGreaterThan(25);
    standIn.control.fail('/payment', { kind: 'garbage' });
    await expect(standIn.get('/payment')).rejects.toThrow('JSON');
    standIn.control.fail('*', { kind: 'status', status: 500 });
    standIn.control.clearFaults();
    expect((await standIn.get('/payment')).status).toBe(200);
  });
});

describe('the control over HTTP', () => {
  it('does what the control does', async () => {
    const standIn = await startTestStandIn();
    const { blockchainIdentifier } = await standIn.pay();
    expect(await control(standIn, 'lock-funds', { blockchainIdentifier })).toBe(200);
    expect((await standIn.look(blockchainIdentifier)).onChainState).toBe('FundsLocked');
    expect(await control(standIn, 'request-refund', { blockchainIdentifier })).toBe(200);
    expect(await control(standIn, 'raise-dispute', { blockchainIdentifier })).toBe(200);
    expect(await control(standIn, 'advance-clock', { ms: 4 * HOUR_MS })).toBe(200);
    expect((await standIn.look(blockchainIdentifier)).onChainState).toBe('DisputedWithdrawn');
    const state = { chainState: 'FundsLocked', action: 'WaitingForManualAction', note: 'told to' };
    expect(await control(standIn, 'set-state', { blockchainIdentifier, ...state })).toBe(200);
    const fault = { kind: 'status', status: 500 };
    expect(await control(standIn, 'fail', { path: '/payment', fault })).toBe(200);
    expect((await standIn.get('/payment')).status).toBe(500);
    const agent = { name: 'new', pricing: { kind: 'Free' } };
    expect(await control(standIn, 'register-agent', agent)).toBe(200);
    expect(await (await fetch(`${standIn.url}/stand-in/stats`)).json()).toMatchObject({ 'POST /payment': 1 });
  });

  it('refuses nonsense, strangers and web pages', async () => {
    const standIn = await startTestStandIn();
    const { blockchainIdentifier } = await standIn.pay();
    expect(await control(standIn, 'fail', { path: '/payment', fault: { kind: 'x' } })).toBe(400);
    expect(await control(standIn, 'lock-funds', { blockchainIdentifier: 'ab' })).toBe(409);
    expect(await control(standIn, 'request-refund', { blockchainIdentifier })).toBe(409);
    const page = { origin: 'http://evil.example' };
    expect(await control(standIn, 'lock-funds', { blockchainIdentifier }, page)).toBe(403);
  });
});

describe('a stand-in with a state file', () => {
  it('goes on after a restart where it stopped, with its clock and agents', async () => {
    const stateFile = join(folder, 'state', 'payments.jsonl');
    const before = await startTestStandIn({ stateFile });
    const agent = before.control.registerAgent({ name: 'kept', pricing: { kind: 'Dynamic' } });
    const first = await before.pay({ metadata: 'first' });
    await before.pay({ metadata: 'second' });
    await before.post('/purchase', purchaseOf(first));
    before.control.clock.advance(BLOCK_MS / 2);
    await before.close();
    appendFileSync(stateFile, '{"kind":"deal","deal":{"id'); // a crash in the middle of a line
    const now = before.control.clock.now();
    const after = await startTestStandIn({ stateFile, clock: () => now - BLOCK_MS / 2 });
    expect((await list(after)).map(({ metadata }) => metadata)).toEqual(['second', 'first']);
    expect((await after.look(first.blockchainIdentifier)).onChainState).toBeNull();
    after.control.clock.advance(BLOCK_MS / 2);
    expect((await after.lookAsBuyer(first.blockchainIdentifier)).onChainState).toBe('FundsLocked');
    const { agentIdentifier } = agent;
    expect((await after.get('/registry/agent-identifier', { agentIdentifier })).status).toBe(200);
  });
});
