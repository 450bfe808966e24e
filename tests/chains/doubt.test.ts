import type { JsonRpcProvider } from 'ethers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRails } from '../../activities/payments/rails.ts';
import type { Rails } from '../../domain/payments/rail.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import type { Seller } from '../../domain/payments/seller.ts';
import { freePort } from '../../embedded/ports.ts';
import { buy, quoteFor, request, sending, soon } from './support/buying.ts';
import {
  attentionKinds,
  evmProvider,
  eventTypes,
  paymentOf,
  reserveOf,
  sellerHas,
  sweepUntil,
  WAYS,
} from './support/looking.ts';
import { startTestSeller } from './support/seller.ts';
import {
  paidStep,
  railsConfig,
  startMoneyStack,
  type Activities,
  type MoneyStack,
} from './support/money-stack.ts';

let stack: MoneyStack;
let evm: JsonRpcProvider;
beforeAll(async () => {
  stack = await startMoneyStack();
  evm = evmProvider(stack.assets.evm.rpcUrl);
});
afterAll(async () => {
  evm.destroy();
  await stack.stop();
});

async function signed(
  activities: Activities,
  path: string,
  code: string,
  seller = stack.seller,
): Promise<{ runId: string; intentId: string }> {
  const { runId } = await stack.newRun(code, 1_000_000n);
  const intentId = await quoteFor(activities, request(runId, paidStep(seller.url + path), code));
  const ride = { runId, events: [] };
  expect(await activities.signPayment({ ride, intentId, signBeforeMs: soon() })).toEqual({
    kind: 'signed',
  });
  return { runId, intentId };
}

async function stepResult({ db }: MoneyStack, runId: string, stepId: string): Promise<unknown> {
  const { rows } = await db.pool.query<{ data: { result: unknown } }>(
    'select data from run_step where run_id = $1 and step_id = $2',
    [runId, stepId],
  );
  return rows[0]?.data.result;
}

/** Rails whose nodes do not exist. */
async function deadRails(): Promise<Rails> {
  const config = railsConfig(stack.assets);
  const rpcUrl = `http://127.0.0.1:${await freePort()}`;
  return createRails({
    evm: { ...config.evm, rpcUrl, requestTimeoutMs: 500 },
    solana: { ...config.solana, rpcUrl, requestTimeoutMs: 500 },
  });
}

/** A seller that takes the payment and then says something else. */
const lyingSeller = (real: Seller, status: number): Seller => ({
  async call(call) {
    const answer = await real.call(call);
    if (answer.kind !== 'answered' || call.headers === undefined) return answer;
    return { ...answer, answer: { status, headers: {}, text: 'something broke' } };
  },
});

/** A seller whose paid answer becomes another one. */
const answering = (real: Seller, change: (answer: HttpAnswer) => HttpAnswer): Seller => ({
  async call(call) {
    const answer = await real.call(call);
    if (answer.kind !== 'answered' || call.headers === undefined) return answer;
    return { ...answer, answer: change(answer.answer) };
  },
});

/** Takes the payment and says what facilitators say that do not wait for its block. */
const pending =
  (status: number) =>
  ({ headers }: HttpAnswer): HttpAnswer => {
    const settled = JSON.parse(
      Buffer.from(headers['payment-response'] ?? '', 'base64').toString('utf8'),
    ) as object;
    const said = { ...settled, success: false, errorReason: 'settlement_pending' };
    const header = Buffer.from(JSON.stringify(said)).toString('base64');
    return { status, headers: { 'payment-response': header, 'retry-after': '1' }, text: '{}' };
  };

describe.each(WAYS)('a payment in $code at $path', ({ path, code }) => {
  test.each([402, 503])(
    'whose seller says with %i that its settlement is pending is told as pending, with its transaction',
    async (status) => {
      const { seller } = stack.deps();
      const activities = stack.activities({ seller: answering(seller, pending(status)) });
      const { runId } = await stack.newRun(code, 1_000_000n);
      const before = await sellerHas(stack, { path, code });
      const call = request(runId, paidStep(stack.seller.url + path), code);
      const { intentId, outcome } = await buy(activities, call);
      expect(outcome).toMatchObject({ kind: 'unclear', code: 'SETTLEMENT_PENDING', retryAfterMs: 1000 });
      const { proof, reason, tx_hash: none } = await paymentOf(stack, intentId);
      const hint = String(proof['hint']);
      expect(hint).not.toBe('undefined');
      expect({ reason, none }).toEqual({ reason: 'SETTLEMENT_PENDING', none: null });
      expect((outcome as { message: string }).message).toContain(`pending: its transaction is ${hint}`);
      const ride = { runId, events: [] };
      expect(await activities.reconcilePayment({ ride, intentId })).toMatchObject({
        kind: 'settled',
        txHash: hint,
      });
      expect(await sellerHas(stack, { path, code })).toBe(before + 250_000n);
    },
  );

  test('whose seller accepts the work is settled, asked for the work alone, and never sent again', async () => {
    const { seller } = stack.deps();
    let paidCalls = 0;
    const accepting = answering(seller, (answer) => {
      paidCalls += 1;
      return { ...answer, status: 202, headers: { ...answer.headers, location: '/free' }, text: '' };
    });
    const activities = stack.activities({ seller: accepting });
    const { runId } = await stack.newRun(code, 1_000_000n);
    const step = paidStep(stack.seller.url + path);
    const call = request(runId, step, code);
    const { intentId, outcome } = await buy(activities, call);
    const status = { url: `${stack.seller.url}/free` };
    expect(outcome).toMatchObject({ kind: 'settled', output: null, accepted: status });
    // The worker dies before the workflow hears of it: the repetition answers the same and sends nothing.
    const repeated = await activities.submitPayment(sending({ ...call, attempt: 2 }, intentId));
    expect(repeated).toMatchObject({ kind: 'settled', output: null, accepted: status });
    expect(paidCalls).toBe(1);

    const look = {
      ride: call.ride,
      runId,
      step,
      look: 1,
      attempts: 1,
      sinceMs: Date.now(),
      timeoutMs: 5000,
      intentId,
      ...status,
    };
    const done = { kind: 'ok', output: { inline: { free: true } } };
    expect(await activities.pollService(look)).toEqual(done);
    expect(await activities.pollService(look)).toEqual(done);
    const types = await eventTypes(stack, runId);
    expect(types.slice(-3)).toEqual(['payment.submitted', 'payment.settled', 'step.completed']);
    expect(await stepResult(stack, runId, step.id)).toMatchObject({
      status: 'completed',
      cost: '250000',
      output: { free: true },
      payment: { intentId, status: 'settled' },
    });
  });

  test('whose seller says 500 after taking it is unknown, then found on the chain, and never paid again', async () => {
    const { seller } = stack.deps();
    const activities = stack.activities({ seller: lyingSeller(seller, 500) });
    const { runId } = await stack.newRun(code, 1_000_000n);
    const before = await sellerHas(stack, { path, code });
    const call = request(runId, paidStep(stack.seller.url + path), code);
    const { intentId, outcome } = await buy(activities, call);
    expect(outcome).toMatchObject({ kind: 'unclear', code: 'HTTP_500' });
    expect((await paymentOf(stack, intentId)).status).toBe('unknown');
    const ride = { runId, events: [] };
    expect(await activities.reconcilePayment({ ride, intentId })).toMatchObject({ kind: 'settled' });

    // The settled payment sent again: the facilitator refuses it, which does not make it unpaid.
    const replay = await stack.activities().submitPayment(sending({ ...call, attempt: 2 }, intentId));
    expect(replay).toMatchObject({ kind: 'unclear', code: 'PAYMENT_REFUSED' });
    expect((await paymentOf(stack, intentId)).status).toBe('settled');
    expect(await sellerHas(stack, { path, code })).toBe(before + 250_000n);
    expect(await eventTypes(stack, runId)).toEqual(
      expect.arrayContaining(['payment.unknown', 'payment.settled']),
    );
  });

  test('whose node does not answer stays unknown, and a person is told', async () => {
    const { runId, intentId } = await signed(stack.activities(), path, code);
    const rails = await deadRails();
    const blind = stack.activities({ rails, attentionAfterMs: 0 });
    const ride = { runId, events: [] };
    expect(await blind.reconcilePayment({ ride, intentId })).toMatchObject({ kind: 'unknown' });
    expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'unknown', reason: 'RPC_UNAVAILABLE' });
    expect(await reserveOf(stack, runId, code)).toMatchObject({ held: 250_000n });
    expect(await attentionKinds(stack, runId)).toEqual(['payment_unknown']);
    rails.close();

    // The node is back: the same signature is still good and nothing else was signed.
    const call = request(runId, paidStep(stack.seller.url + path), code);
    expect(await stack.activities().submitPayment(sending(call, intentId))).toMatchObject({
      kind: 'settled',
    });
    await sweepUntil(stack.activities(), async () => (await paymentOf(stack, intentId)).finalized);
    expect(await attentionKinds(stack, runId)).toEqual([]);
  });

  test('that is never sent is void once its expiry is final, and only then may the step be paid again', async () => {
    const activities = stack.activities();
    const hurried = await startTestSeller(stack.assets, stack.chains.facilitatorUrl, {
      maxTimeoutSeconds: 2,
    });
    const { runId, intentId } = await signed(activities, path, code, hurried);
    await hurried.close();
    const ride = { runId, events: [] };
    const reconcile = () => activities.reconcilePayment({ ride, intentId });
    expect(await reconcile()).toMatchObject({ kind: 'alive' });
    const seen = new Set<string>();
    await sweepUntil(activities, async () => {
      await evm.send('evm_mine', []); // finality needs blocks, whether anybody pays or not
      seen.add((await reconcile()).kind);
      return seen.has('void');
    });
    expect([...seen].filter((kind) => kind === 'settled')).toEqual([]);
    expect(await reserveOf(stack, runId, code)).toEqual({ posted: 250_000n, held: 0n, available: 250_000n });
    await expect(activities.signPayment({ ride, intentId, signBeforeMs: soon() })).rejects.toThrow(/void/);

    const again = request(runId, paidStep(stack.seller.url + path), code, { generation: 2, attempt: 2 });
    const { outcome, intentId: second } = await buy(activities, again);
    expect(outcome).toMatchObject({ kind: 'settled' });
    expect(second).not.toBe(intentId);
    expect(await reserveOf(stack, runId, code)).toMatchObject({ posted: 250_000n, held: 250_000n });
  });
});

test('a settled payment that a reorganisation removes is unknown again, and lands again later', async () => {
  const activities = stack.activities({ sweepAges: { settledMs: 0, orphanMs: 0 } });
  const { runId } = await stack.newRun('USDC', 1_000_000n);
  const step = paidStep(`${stack.seller.url}/evm`);
  const call = request(runId, step, 'USDC');
  const snapshot = (await evm.send('evm_snapshot', [])) as string;
  const { intentId, outcome } = await buy(activities, call);
  expect(outcome).toMatchObject({ kind: 'settled' });
  await evm.send('evm_revert', [snapshot]);
  await evm.send('anvil_mine', ['0x3']); // what replaces blocks is longer; a shorter chain is a node that is behind
  const ride = { runId, events: [] };
  expect(await activities.reconcilePayment({ ride, intentId })).toMatchObject({ kind: 'alive' });
  expect(await paymentOf(stack, intentId)).toMatchObject({ status: 'unknown', reason: 'REORGANISED' });
  expect(await attentionKinds(stack, runId)).toEqual(['payment_reorganised']);
  expect(await reserveOf(stack, runId, 'USDC')).toMatchObject({ held: 250_000n });

  expect(await activities.submitPayment(sending({ ...call, attempt: 2 }, intentId))).toMatchObject({
    kind: 'settled',
  });
  await sweepUntil(activities, async () => (await paymentOf(stack, intentId)).finalized);
});
