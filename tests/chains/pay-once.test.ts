import { createCallingActivities } from '../../activities/calling/activities.ts';
import type { HttpFetch } from '../../domain/payments/http.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buy, request, sending, soon } from './support/buying.ts';
import { plainFetch } from './support/fetch.ts';
import {
  eventTypes,
  paymentOf,
  reserveOf,
  sellerBooked,
  sellerHas,
  sweepUntil,
  WAYS,
} from './support/looking.ts';
import { paidStep, startMoneyStack, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
beforeAll(async () => {
  stack = await startMoneyStack();
});
afterAll(() => stack.stop());

describe.each(WAYS)('a step that is sold for $code at $path', ({ path, code }) => {
  test('is quoted, signed, submitted and settled, and posted when it is final', async () => {
    const way = { path, code };
    const activities = stack.activities();
    const { runId } = await stack.newRun(code, 1_000_000n);
    const [hadOnChain, hadInBooks] = [await sellerHas(stack, way), await sellerBooked(stack, way)];
    const { intentId, outcome } = await buy(
      activities,
      request(runId, paidStep(stack.seller.url + path), code),
    );
    expect(outcome).toMatchObject({
      kind: 'settled',
      output: { inline: { done: true, got: { what: 'a report' } } },
    });
    expect(await sellerHas(stack, way)).toBe(hadOnChain + 250_000n);
    expect(await reserveOf(stack, runId, code)).toEqual({ posted: 250_000n, held: 250_000n, available: 0n });

    await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
    expect(await reserveOf(stack, runId, code)).toEqual({ posted: 0n, held: 0n, available: 0n });
    expect(await sellerBooked(stack, way)).toBe(hadInBooks + 250_000n);
    expect(await eventTypes(stack, runId)).toEqual([
      'step.started',
      'payment.quoted',
      'payment.signed',
      'payment.submitted',
      'payment.settled',
      'step.completed',
    ]);
  });

  test('costs nothing more when every activity is repeated', async () => {
    const way = { path, code };
    const activities = stack.activities();
    const { runId } = await stack.newRun(code, 1_000_000n);
    const call = request(runId, paidStep(stack.seller.url + path), code);
    const before = await sellerHas(stack, way);
    const first = await buy(activities, call);
    const { ride } = call;
    const { intentId } = first;
    expect(await activities.signPayment({ ride, intentId, signBeforeMs: soon() })).toEqual({
      kind: 'signed',
    });
    expect(await activities.submitPayment(sending(call, intentId))).toEqual({
      ...first.outcome,
      timeMs: expect.any(Number) as number,
    });
    // A workflow that was reset calls once more, and is told what was done and paid.
    expect(await activities.callService(call)).toMatchObject({
      kind: 'done',
      paid: { intentId, amount: '250000' },
    });
    expect(await sellerHas(stack, way)).toBe(before + 250_000n);
  });
});

test('a seller that offers payment identifiers gets the id of the intent', async () => {
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  const step = paidStep(`${stack.seller.url}/solana`);
  const { intentId } = await buy(stack.activities(), request(runId, step, 'USDC'));
  const header = stack.seller.handled.at(-1)?.get('payment-signature') ?? '';
  const payload = JSON.parse(Buffer.from(header, 'base64').toString('utf8')) as {
    extensions: { 'payment-identifier': { info: { id: string } } };
  };
  expect(payload.extensions['payment-identifier'].info.id).toBe(intentId);
  expect(stack.seller.handled.at(-1)?.get('idempotency-key')).toBe(`${runId}:buy:1`);
});

test('a service that asks for no money is called once and completes the step', async () => {
  const { runId } = await stack.newRun('USDC', 0n);
  const step = paidStep(`${stack.seller.url}/free`, { method: 'GET' });
  const outcome = await stack.activities().callService(request(runId, step, 'USDC'));
  expect(outcome).toMatchObject({ kind: 'ok', output: { inline: { free: true } } });
  expect(await eventTypes(stack, runId)).toEqual(['step.started', 'step.completed']);
});

test('a seller that speaks only version 1 is paid as well', async () => {
  const onlyBody: HttpFetch = async (url, options) => {
    const answer = await plainFetch(url, options);
    const { 'payment-required': _version2, ...headers } = answer.headers;
    return { ...answer, headers };
  };
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  const step = paidStep(`${stack.chains.servicesUrl}/sentiment`, { params: { text: 'What a good day.' } });
  const calling = createCallingActivities({ ...stack.deps(), fetch: onlyBody });
  const { outcome, intentId } = await buy(
    { ...stack.activities(), ...calling },
    request(runId, step, 'USDC'),
  );
  expect(outcome).toMatchObject({ kind: 'settled' });
  expect((await paymentOf(stack, intentId)).network).toBe(stack.assets.solanaNetwork);
});
