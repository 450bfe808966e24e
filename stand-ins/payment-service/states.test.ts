import { describe, expect, it } from 'vitest';
import type { ShownPayment } from '../../schemas/families/masumi/payment-service.ts';
import { BLOCK_MS, HOUR_MS, MINUTE_MS, startTestStandIn, type TestStandIn } from './test-stand-in.ts';

const HASH = '0f'.repeat(32);

async function startLocked(): Promise<{ standIn: TestStandIn; id: string; look: TestStandIn['look'] }> {
  const standIn = await startTestStandIn();
  const { blockchainIdentifier: id } = await standIn.pay();
  standIn.control.lockFunds(id);
  return { standIn, id, look: standIn.look };
}

const submit = (standIn: TestStandIn, blockchainIdentifier: string) =>
  standIn.post<ShownPayment>('/payment/submit-result', { blockchainIdentifier, submitResultHash: HASH });
const authorize = (standIn: TestStandIn, blockchainIdentifier: string) =>
  standIn.post<ShownPayment>('/payment/authorize-refund', { blockchainIdentifier });
const askRefund = (standIn: TestStandIn, blockchainIdentifier: string) =>
  standIn.post('/purchase/request-refund', { blockchainIdentifier });
const unaskRefund = (standIn: TestStandIn, blockchainIdentifier: string) =>
  standIn.post('/purchase/cancel-refund-request', { blockchainIdentifier });

describe('a deal at the stand-in', () => {
  it('takes a hash, submits it within a block, and pays the seller at unlockTime', async () => {
    const { standIn, id, look } = await startLocked();
    const { body } = await submit(standIn, id);
    expect(body.data.NextAction).toMatchObject({
      requestedAction: 'SubmitResultRequested',
      resultHash: HASH,
    });
    expect((await submit(standIn, id)).status).toBe(404);
    standIn.control.clock.advance(BLOCK_MS / 2);
    expect((await look(id)).NextAction.requestedAction).toBe('SubmitResultInitiated');
    standIn.control.clock.advance(BLOCK_MS / 2);
    expect(await look(id)).toMatchObject({ onChainState: 'ResultSubmitted', resultHash: HASH });
    standIn.control.clock.advance(2 * HOUR_MS - BLOCK_MS);
    expect((await look(id)).NextAction.requestedAction).toBe('WithdrawRequested');
    standIn.control.clock.advance(BLOCK_MS);
    expect(await look(id)).toMatchObject({
      onChainState: 'Withdrawn',
      NextAction: { requestedAction: 'None' },
    });
  });

  it('answers 200 to a hash with less than 5 minutes left, and never submits it', async () => {
    const { standIn, id, look } = await startLocked();
    standIn.control.clock.advance(55 * MINUTE_MS + 1);
    expect((await submit(standIn, id)).status).toBe(200);
    standIn.control.clock.advance(5 * MINUTE_MS);
    expect(await look(id)).toMatchObject({ onChainState: 'FundsLocked', resultHash: null });
    standIn.control.clock.advance(10 * MINUTE_MS);
    expect(await look(id)).toMatchObject({ onChainState: 'RefundWithdrawn', resultHash: null });
  });

  it('goes back to the buyer 10 minutes after submitResultTime without a hash', async () => {
    const { standIn, id, look } = await startLocked();
    standIn.control.clock.advance(70 * MINUTE_MS - 1);
    expect((await look(id)).onChainState).toBe('FundsLocked');
    standIn.control.clock.advance(1);
    expect((await look(id)).onChainState).toBe('RefundWithdrawn');
  });

  it('refuses a refund that nobody asked for', async () => {
    const { standIn, id } = await startLocked();
    expect((await authorize(standIn, id)).status).toBe(404);
  });

  it('is refunded when the buyer asks and the seller agrees', async () => {
    const { standIn, id, look } = await startLocked();
    expect((await askRefund(standIn, id)).status).toBe(200);
    standIn.control.clock.advance(BLOCK_MS);
    expect(await look(id)).toMatchObject({
      onChainState: 'RefundRequested',
      NextAction: { requestedAction: 'WaitingForExternalAction' },
    });
    const { body } = await authorize(standIn, id);
    expect(body.data.NextAction.requestedAction).toBe('AuthorizeRefundRequested');
    expect((await authorize(standIn, id)).status).toBe(404);
    standIn.control.clock.advance(BLOCK_MS);
    expect((await look(id)).onChainState).toBe('RefundAuthorized');
    standIn.control.clock.advance(BLOCK_MS);
    expect((await look(id)).onChainState).toBe('RefundWithdrawn');
  });

  it('is in dispute when the hash comes after the refund request', async () => {
    const { standIn, id, look } = await startLocked();
    standIn.control.requestRefund(id);
    expect((await submit(standIn, id)).status).toBe(200);
    standIn.control.clock.advance(BLOCK_MS);
    expect(await look(id)).toMatchObject({ onChainState: 'Disputed', resultHash: HASH });
    standIn.control.clock.advance(3 * HOUR_MS);
    expect((await look(id)).onChainState).toBe('DisputedWithdrawn');
  });

  it('is in dispute when the refund request comes after the hash, until the seller agrees', async () => {
    const { standIn, id, look } = await startLocked();
    await submit(standIn, id);
    standIn.control.clock.advance(BLOCK_MS);
    await askRefund(standIn, id);
    standIn.control.clock.advance(BLOCK_MS);
    expect((await look(id)).onChainState).toBe('Disputed');
    await authorize(standIn, id);
    standIn.control.clock.advance(2 * BLOCK_MS);
    expect((await look(id)).onChainState).toBe('RefundWithdrawn');
  });

  it('goes on when the buyer takes the refund request back', async () => {
    const { standIn, id, look } = await startLocked();
    expect((await unaskRefund(standIn, id)).status).toBe(404);
    standIn.control.requestRefund(id);
    expect((await unaskRefund(standIn, id)).status).toBe(200);
    standIn.control.clock.advance(BLOCK_MS);
    expect((await look(id)).onChainState).toBe('FundsLocked');
  });

  it('cannot be asked back after unlockTime', async () => {
    const { standIn, id } = await startLocked();
    await submit(standIn, id);
    standIn.control.clock.advance(2 * HOUR_MS);
    expect((await askRefund(standIn, id)).status).toBe(404);
  });

  it("becomes invalid with a datum that is not the seller's", async () => {
    const standIn = await startTestStandIn();
    const { blockchainIdentifier: id } = await standIn.pay();
    standIn.control.wrongDatum(id);
    expect(await standIn.look(id)).toMatchObject({
      onChainState: 'FundsOrDatumInvalid',
      NextAction: { requestedAction: 'WaitingForManualAction', errorType: 'Unknown' },
    });
    expect((await submit(standIn, id)).status).toBe(404);
  });

  it('takes no hash before the funds are there, and refuses unknown identifiers', async () => {
    const standIn = await startTestStandIn();
    const { blockchainIdentifier: id } = await standIn.pay();
    expect((await submit(standIn, id)).status).toBe(404);
    expect((await submit(standIn, 'ab')).status).toBe(404);
    const resolved = await standIn.post('/payment/resolve-blockchain-identifier', {
      blockchainIdentifier: 'ab',
    });
    expect(resolved.status).toBe(404);
  });

  it('ends the same whether it is looked at on the way or only at the end', async () => {
    const { standIn, id, look } = await startLocked();
    await submit(standIn, id);
    standIn.control.clock.advance(5 * HOUR_MS);
    expect((await look(id)).onChainState).toBe('Withdrawn');
  });
});
