import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeUp } from '../../activities/planner/take-up.ts';
import { createRepairActivities } from '../../activities/repair/activities.ts';
import type { RepairActivities } from '../../domain/ports/repair.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { readBalance } from '../../db/ledger.ts';
import { escrowAccount } from '../../domain/accounts.ts';
import { aPlan } from '../workflows/support/fakes.ts';
import { buy, quoteFor, request, soon } from './support/buying.ts';
import { attentionKinds, paymentOf } from './support/looking.ts';
import { paidStep, startMoneyStack, TENANT, type MoneyStack } from './support/money-stack.ts';

let stack: MoneyStack;
beforeAll(async () => {
  stack = await startMoneyStack();
});
afterAll(() => stack.stop());

const sql = (text: string, values: unknown[] = []) => stack.db.pool.query(text, values);

/** Step `buy` with an undo, in a run that was approved and has 1 USDC in escrow. */
async function approvedRun(stateNow: () => 'closed' | 'missing' | 'open' = () => 'closed') {
  const { runId, userId } = await stack.newRun('USDC', 1_000_000n);
  const undo = { url: `${stack.seller.url}/undo`, method: 'POST', params: {} };
  const step = { ...paidStep(`${stack.seller.url}/solana`), compensation: undo };
  const view = { plan: aPlan([step]), intent: {} };
  await sql(`update run set start_state = 'started', namespace = 'here', view = $2 where id = $1`, [
    runId,
    JSON.stringify(view),
  ]);
  const repair: RepairActivities = createRepairActivities({
    ...stack.deps(),
    workflowState: async (id) => (id === runId ? stateNow() : 'open'),
    runningWorkflows: async () => new Set<string>(),
    namespace: 'here',
    undoOfFamily: async () => [],
    youngMs: 0,
  });
  const available = async (): Promise<bigint> => {
    const asset = stack.book.assets.find(
      ({ code, network }) => code === 'USDC' && network === stack.book.escrowNetwork,
    )!;
    return (await readBalance(stack.db.pool, escrowAccount(TENANT, userId, asset).account)).available;
  };
  return { runId, call: request(runId, step, 'USDC'), repair, available };
}

const statusOf = async (runId: string): Promise<string> => (await getRun(stack.db.pool, runId))!.status;

const typesOf = async (runId: string): Promise<string[]> =>
  (await sql('select type from event where run_id = $1 order by seq', [runId])).rows.map(
    ({ type }: { type: string }) => type,
  );

describe('a run whose workflow is gone', () => {
  test('is found, says so at once, and a late activity of it pays nothing any more', async () => {
    const { runId, call, repair } = await approvedRun();
    const activities = stack.activities();
    const intentId = await quoteFor(activities, call);
    expect(await repair.findLostRuns()).toContainEqual({ runId });
    expect(await repair.beginRepair({ runId })).toMatchObject({ kind: 'lost' });
    expect(await getRun(stack.db.pool, runId)).toMatchObject({
      status: 'compensating',
      view: { error: { code: 'WORKFLOW_LOST' } },
    });
    expect(await activities.callService(call)).toEqual({ kind: 'undoing' });
    await sql(`update payment set status = 'quoted' where id = $1`, [intentId]); // asked for after the repair had begun
    expect(await activities.signPayment({ ride: call.ride, intentId, signBeforeMs: soon() })).toMatchObject({
      kind: 'refused',
    });
    expect((await paymentOf(stack, intentId)).status).toBe('quoted');
  });

  test('gets back what nothing was signed for, and ends once, however often it is repaired', async () => {
    const { runId, repair, available } = await approvedRun();
    const ride = { runId, events: [] };
    await stack.activities().reserveForRun({ ride, runId, revision: 1, upTo: '700000', asset: 'USDC' });
    for (let time = 0; time < 2; time++) {
      await repair.beginRepair({ runId });
      expect(await repair.openPayments({ runId })).toMatchObject({ open: 0 });
      expect(await repair.planUndo({ runId })).toEqual([]);
      await repair.finishRepair({ runId });
    }
    expect(await typesOf(runId)).toEqual(['run.compensating', 'run.failed']);
    expect(await repair.beginRepair({ runId })).toEqual({ kind: 'over' });
    expect(await available()).toBe(1_000_000n);
  });

  test('undoes what was paid, with the payment that a refund gives back, and tells what nothing has undone', async () => {
    const { runId, call, repair } = await approvedRun();
    const { intentId } = await buy(stack.activities(), call);
    await repair.beginRepair({ runId });
    await expect.poll(async () => (await repair.openPayments({ runId })).open).toBe(0);
    expect(await repair.planUndo({ runId })).toMatchObject([{ stepId: 'buy', request: { intentId, runId } }]);
    await repair.finishRepair({ runId });
    expect(await statusOf(runId)).toBe('failed');
    expect((await getRun(stack.db.pool, runId))!.view).toMatchObject({ totalCost: '250000' });
    expect(await attentionKinds(stack, runId)).toContain('rollback_incomplete');
  });

  test('is not ended by a repair whose run has a workflow again: that hands it over, and the next repair undoes it', async () => {
    let state: 'closed' | 'open' = 'closed';
    const { runId, repair, call } = await approvedRun(() => state);
    await buy(stack.activities(), call);
    await repair.beginRepair({ runId });
    state = 'open'; // somebody has reset the workflow
    expect(await repair.planUndo({ runId })).toEqual([]);
    await repair.finishRepair({ runId });
    expect(await statusOf(runId)).toBe('compensating');
    state = 'closed';
    expect(await repair.planUndo({ runId })).toMatchObject([{ stepId: 'buy' }]);
  });

  test.each(['open', 'missing'] as const)(
    'is left alone while its workflow is %s elsewhere',
    async (state) => {
      const { runId, repair } = await approvedRun(() => state);
      if (state === 'missing') await sql(`update run set namespace = 'elsewhere' where id = $1`, [runId]);
      expect(await repair.findLostRuns()).not.toContainEqual({ runId });
      expect(await repair.beginRepair({ runId })).toEqual({ kind: 'over' });
      expect(await typesOf(runId)).toEqual([]);
    },
  );
});

describe('a workflow that was reset', () => {
  test('is told what was done before, and calls and pays nobody again', async () => {
    const { call } = await approvedRun();
    const activities = stack.activities();
    const { intentId, outcome } = await buy(activities, call);
    expect(outcome.kind).toBe('settled');
    expect(await activities.callService(call)).toMatchObject({
      kind: 'done',
      paid: { intentId, amount: '250000' },
    });
  });

  test('follows what it had signed, and asks nobody for a price again', async () => {
    const { call } = await approvedRun();
    const activities = stack.activities();
    const intentId = await quoteFor(activities, call);
    expect(await activities.callService(call)).not.toHaveProperty('signed');
    expect(await activities.signPayment({ ride: call.ride, intentId, signBeforeMs: soon() })).toEqual({
      kind: 'signed',
    });
    const gone = { ...call, step: { ...call.step, serviceUrl: `${stack.seller.url}/nowhere` } };
    expect(await activities.callService(gone)).toMatchObject({
      kind: 'payment_required',
      signed: true,
      intentId,
      quote: { amount: '250000' },
    });
  });

  test('has the plan that people saw, and what they approved', async () => {
    const { runId } = await approvedRun();
    const granted = { limits: { maxTotalAmount: '700000' }, expires_at: '2030-01-01T00:00:00.000Z' };
    const data = { plan_hash: 'hash-1', granted };
    const asked = await takeUp(stack.db.pool, runId);
    expect(asked).toMatchObject({ kind: 'planned', plan: { planHash: 'hash-1' } });
    expect(asked).not.toHaveProperty('granted');
    await sql(
      `insert into approval (id, run_id, tenant, status, data, decided_by) values ($1, $2, $3, 'approved', $4, 'ada')`,
      [`${runId}:1`, runId, TENANT, JSON.stringify(data)],
    );
    expect(await takeUp(stack.db.pool, runId)).toMatchObject({
      granted: {
        planHash: 'hash-1',
        by: 'ada',
        limits: { maxTotalAmount: '700000' },
        expiresAtMs: Date.parse('2030-01-01'),
      },
    });
    await sql(`update run set status = 'compensating' where id = $1`, [runId]);
    expect(await takeUp(stack.db.pool, runId)).toEqual({ kind: 'undoing' });
  });
});
