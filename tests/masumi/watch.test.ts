import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { refundState } from '../../domain/masumi/payment.ts';
import type { OnChainState } from '../../domain/masumi/ports/masumi-node.ts';
import { forbidden, unreadable } from './support/paper-node.ts';
import { openWatched, paymentOf, shown, type WatchedDatabase } from './support/watched.ts';

/** One look for all jobs, on a real database and a payment service that counts. */
const HOUR = 3_600_000;
let it: WatchedDatabase;

beforeAll(async () => {
  it = await openWatched();
});
afterEach(() => it.clear());
afterAll(() => it.close());

const names = (count: number, prefix = 'job'): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
const waiting = (count: number, ageMs = 0) => names(count).map((id) => ({ id, ageMs }));
const another = (index: number, state: OnChainState = 'FundsLocked') =>
  shown(`other-${index}`, { blockchainIdentifier: `of another seller ${index}`, onChainState: state });

describe('A look', () => {
  test('at five thousand waiting jobs costs one page of each state and a few in turn, however many wait', async () => {
    await it.add(...waiting(5000));
    expect(await it.watch()).toEqual({ watched: 5000, changed: 0, requests: 9 });
    expect(it.paper.lists.map(({ state }) => state)).toEqual([
      'FundsLocked',
      'FundsOrDatumInvalid',
      'RefundRequested',
      'Disputed',
    ]);
  });

  test('each ten seconds stays below sixty requests a minute, even when all jobs have waited for an hour', async () => {
    await it.add(...waiting(5000, HOUR));
    const looks = [await it.watch(), await it.watch(), await it.watch()];
    for (const { requests } of looks) expect(requests).toBeLessThan(10);
    expect(new Set(it.paper.resolved).size).toBe(it.paper.resolved.length); // those that were asked about go to the end
  });

  test('finds the funds of a job on the third page', async () => {
    await it.add({ id: 'mine' });
    it.paper.payments.push(...names(250).map((_, index) => another(index)), shown('mine'));
    expect(await it.watch()).toMatchObject({ changed: 1, requests: 6 });
    expect(it.told).toMatchObject([{ workflowId: 'mine', argument: { onChainState: 'FundsLocked' } }]);
  });

  test('reads no further than payments that are older than all jobs', async () => {
    await it.add({ id: 'mine' });
    const old = { createdAt: Date.now() - HOUR };
    it.paper.payments.push(...names(1000).map((_, index) => ({ ...another(index), ...old })));
    await it.watch();
    expect(it.paper.lists).toHaveLength(4);
  });

  test('at few jobs asks about each by itself as well, whatever lists say', async () => {
    await it.add({ id: 'mine' });
    it.paper.payments.push(shown('mine', { sourceType: 'of a kind that no list shows' }));
    expect(await it.watch()).toMatchObject({ changed: 1, requests: 5 });
    expect(it.told).toMatchObject([{ workflowId: 'mine' }]);
  });

  test("finds a payment behind another seller's flood by asking for it, a bounded number each time", async () => {
    await it.add(...waiting(60, HOUR));
    it.paper.payments.push(
      ...names(2500).map((_, index) => another(index)),
      ...names(60).map((id) => shown(id)),
    );
    for (let look = 1; look <= 3; look++) {
      await it.watch();
      expect(it.paper.resolved).toHaveLength(20 * look);
    }
    expect(new Set(it.told.map(({ workflowId }) => workflowId)).size).toBe(60);
  });

  test('at lists that show nothing still finds new funds, however many other payments the lists should have shown', async () => {
    const hiddenFrom = { sourceType: 'of a kind that no list shows' };
    const failed = names(12, 'failed').map((id) => ({
      id,
      status: 'failed' as const,
      state: 'FundsLocked' as const,
    }));
    await it.add(...failed);
    it.paper.payments.push(...failed.map(({ id }) => shown(id, hiddenFrom)));
    await it.watch();
    await it.add({ id: 'new' });
    it.paper.payments.push(shown('new', hiddenFrom));
    await it.watch();
    expect(it.told).toMatchObject([{ workflowId: 'new', argument: { onChainState: 'FundsLocked' } }]);
  });

  test('asks about jobs that should be listed in turn with those that wait', async () => {
    const waits = names(3, 'waits').map((id) => ({ id, ageMs: HOUR }));
    const left = names(30, 'left').map((id) => ({
      id,
      status: 'running' as const,
      state: 'FundsLocked' as const,
    }));
    await it.add(...waits, ...left);
    it.paper.payments.push(...left.map(({ id }) => shown(id, { onChainState: 'WithdrawAuthorized' })));
    await it.watch();
    await it.watch();
    expect(it.paper.resolved).toEqual(expect.arrayContaining(waits.map(({ id }) => paymentOf(id))));
  });

  test('lists both kinds of contracts when jobs use both', async () => {
    await it.add({ id: 'first' }, { id: 'second', sourceType: 'Web3CardanoV2' });
    it.paper.payments.push(shown('first'), shown('second', { sourceType: 'Web3CardanoV2' }));
    expect(await it.watch()).toMatchObject({ changed: 2, requests: 8 });
  });

  test('repeats news that was lost on its way, whether the job waits or works', async () => {
    await it.add({ id: 'waits' }, { id: 'works', status: 'running', state: 'FundsLocked' });
    it.paper.payments.push(shown('waits'), shown('works', { onChainState: 'RefundRequested' }));
    it.tellFails.times = 2;
    await it.watch();
    expect(it.told).toEqual([]);
    expect(await it.row('works')).toMatchObject({ on_chain_state: 'FundsLocked' });
    await it.watch();
    expect(it.told.map(({ workflowId }) => workflowId).toSorted()).toEqual(['waits', 'works']);
  });

  test('tells a working job of a refund request once, so that an early request fills no history', async () => {
    await it.add({ id: 'works', status: 'running', state: 'FundsLocked' });
    it.paper.payments.push(shown('works', { onChainState: 'RefundRequested' }));
    for (let look = 0; look < 5; look++) await it.watch();
    expect(it.told).toHaveLength(1);
  });

  test('goes on when one authorisation is refused for good and one payment cannot be read', async () => {
    await it.add(
      { id: 'refused', status: 'failed', state: 'FundsLocked' },
      { id: 'unreadable', ageMs: HOUR },
      { id: 'fine' },
    );
    it.paper.payments.push(shown('refused', { onChainState: 'RefundRequested' }), shown('fine'));
    it.paper.refuses.set(paymentOf('refused'), forbidden());
    it.paper.refuses.set(paymentOf('unreadable'), unreadable());
    await it.watch();
    expect(it.told).toMatchObject([{ workflowId: 'fine' }]);
    expect(it.warned).toHaveLength(2);
  });

  test('goes on when lists are refused, and fails when nothing at all is answered', async () => {
    await it.add({ id: 'fine' });
    it.paper.payments.push(shown('fine'));
    it.paper.refuses.set('Disputed', forbidden());
    expect(await it.watch()).toMatchObject({ changed: 1 });
    for (const state of ['FundsLocked', 'FundsOrDatumInvalid', 'RefundRequested'])
      it.paper.refuses.set(state, forbidden());
    await it.add({ id: 'another' });
    it.paper.payments.push(shown('another'));
    expect(await it.watch()).toMatchObject({ changed: 1 });
    for (const id of ['fine', 'another']) it.paper.refuses.set(paymentOf(id), forbidden());
    await expect(it.watch()).rejects.toThrow('403');
  });

  test('asks about other jobs first when the payment service does not know some', async () => {
    await it.add(...waiting(8, HOUR));
    it.paper.payments.push(shown('job-7', { onChainState: 'WithdrawAuthorized' }));
    await it.watch();
    await it.watch();
    expect(it.told).toMatchObject([{ workflowId: 'job-7' }]);
  });

  test('stores words of a payment service that no database can hold', async () => {
    await it.add({ id: 'odd' });
    const nextAction = { ...shown('odd').nextAction, errorType: 'Unknown', errorNote: 'zero \0 \ud800' };
    it.paper.payments.push(shown('odd', { nextAction }));
    expect(await it.watch()).toMatchObject({ changed: 1 });
    expect(await it.items('odd')).toEqual(['payment_service_stuck']);
  });
});

describe('Items for a person', () => {
  const stuck = {
    requestedAction: 'WaitingForManualAction',
    errorType: null,
    errorNote: null,
    resultHash: null,
  };

  test('open when the payment service needs one, and close when it goes on', async () => {
    await it.add({ id: 'stuck' });
    it.paper.payments.push(shown('stuck', { nextAction: stuck }));
    await it.watch();
    expect(await it.items('stuck')).toEqual(['payment_service_stuck']);
    it.paper.payments[0] = shown('stuck');
    await it.watch();
    expect(await it.items('stuck')).toEqual([]);
  });

  test('open when a delivered job is disputed, and close when nothing is left to decide', async () => {
    await it.add({ id: 'done', status: 'completed', state: 'ResultSubmitted' });
    it.paper.payments.push(shown('done', { onChainState: 'Disputed' }));
    await it.watch();
    expect(await it.items('done')).toEqual(['payment_disputed']);
    expect(it.paper.authorized).toEqual([]); // whether the money goes back is not ours to decide
    it.paper.payments[0] = shown('done', { onChainState: 'DisputedWithdrawn' });
    await it.watch();
    expect(await it.items('done')).toEqual([]);
    expect(await it.row('done')).toMatchObject({ watched: false, on_chain_state: 'DisputedWithdrawn' });
  });
});

describe('Watching ends', () => {
  test('when nobody paid in time, an hour later: the payment service may have been behind', async () => {
    const payBy = Date.now() - HOUR - 500;
    await it.add(
      { id: 'just over', status: 'failed', payBy },
      { id: 'long over', status: 'failed', payBy: payBy - 1000 },
    );
    await it.watch();
    expect((await it.row('just over')).watched).toBe(true);
    expect((await it.row('long over')).watched).toBe(false);
  });

  test.each(['Withdrawn', 'RefundWithdrawn', 'DisputedWithdrawn'] as const)('in %s', async (state) => {
    await it.add({ id: 'over', status: 'failed', state: 'RefundRequested' });
    it.paper.payments.push(shown('over', { onChainState: state }));
    await it.watch();
    expect(await it.row('over')).toMatchObject({ watched: false, on_chain_state: state });
  });

  test('when disputes are over, and never while the job lives', async () => {
    const disputeUntil = Date.now() - 2000;
    await it.add(
      { id: 'failed', status: 'failed', state: 'FundsLocked', disputeUntil },
      { id: 'lives', status: 'running', state: 'FundsLocked', disputeUntil },
    );
    await it.watch();
    expect((await it.row('failed')).watched).toBe(false);
    expect((await it.row('lives')).watched).toBe(true);
  });
});

describe('The refund of a failed job', () => {
  test('is authorised once, when the purchaser asks for it', async () => {
    await it.add({ id: 'failed', status: 'failed', state: 'FundsLocked' });
    it.paper.payments.push(shown('failed'));
    await it.watch();
    expect(it.paper.authorized).toEqual([]);
    it.paper.payments[0] = shown('failed', { onChainState: 'RefundRequested' });
    await it.watch();
    const { authorized_at: at } = await it.row('failed');
    await it.watch();
    expect(it.paper.authorized).toEqual([paymentOf('failed')]);
    expect((await it.row('failed')).authorized_at).toEqual(at);
  });

  test('is authorised again, though not at every look, when the first authorisation had no effect', async () => {
    await it.add({ id: 'failed', status: 'failed', state: 'RefundRequested' });
    const nextAction = { ...shown('failed').nextAction, requestedAction: 'WaitingForExternalAction' };
    it.paper.payments.push(shown('failed', { onChainState: 'RefundRequested', nextAction }));
    await it.watch();
    await it.db.pool.query(`update job set authorized_at = authorized_at - interval '3 minutes'`);
    await it.watch();
    await it.watch();
    expect(it.paper.authorized).toEqual([paymentOf('failed'), paymentOf('failed')]);
  });

  test('is authorised at a later look when the payment service refused it first', async () => {
    await it.add({ id: 'failed', status: 'failed', state: 'FundsLocked' });
    it.paper.payments.push(shown('failed', { onChainState: 'RefundRequested' }));
    it.paper.refuses.set(paymentOf('failed'), forbidden());
    await it.watch();
    it.paper.refuses.clear();
    await it.watch();
    expect((await it.row('failed')).authorized_at).not.toBeNull();
  });

  test('is authorised for a job that was cancelled before it was paid and then was paid', async () => {
    await it.add({ id: 'cancelled', status: 'cancelled' });
    it.paper.payments.push(shown('cancelled'));
    await it.watch();
    expect(it.told).toEqual([]);
    it.paper.payments[0] = shown('cancelled', { onChainState: 'RefundRequested' });
    await it.watch();
    expect(it.paper.authorized).toEqual([paymentOf('cancelled')]);
  });
});

describe('the refund that a job shows', () => {
  const said = (state: OnChainState | null, failed: boolean, authorized = false) =>
    refundState(state, { failed, authorized });

  test.each([
    // state, of a job that lives or is completed, of one that failed
    [null, 'none', 'none'],
    ['FundsOrDatumInvalid', 'none', 'none'],
    ['FundsLocked', 'none', 'pending'],
    ['RefundRequested', 'pending', 'pending'],
    ['ResultSubmitted', 'none', 'pending'],
    ['Disputed', 'pending', 'pending'],
    ['RefundAuthorized', 'authorized', 'authorized'],
    ['RefundWithdrawn', 'refunded', 'refunded'],
    ['DisputedWithdrawn', 'refunded', 'refunded'],
    ['WithdrawAuthorized', 'none', 'none'],
    ['Withdrawn', 'none', 'none'],
  ] as const)('in %s is %s of a job without trouble, %s of one that failed', (state, fine, failed) => {
    expect([said(state, false), said(state, true)]).toEqual([fine, failed]);
  });

  test('is authorised from our authorisation until the chain shows the money paid out', () => {
    expect(said('RefundRequested', true, true)).toBe('authorized');
    expect(said('RefundWithdrawn', true, true)).toBe('refunded');
    expect(said('Withdrawn', true, true)).toBe('none');
  });
});
