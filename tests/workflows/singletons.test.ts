import { ScheduleNotFoundError, WorkflowFailedError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DepositVerdict, EscrowActivities, PreparedWithdrawal } from '../../domain/ports/escrow.ts';
import type { PaymentActivities, ReconcileOutcome } from '../../domain/ports/payments.ts';
import { ensureBooksSchedule } from '../../workers/schedules.ts';
import { startWorkers } from '../../workers/workers.ts';
import { createWorkflowState } from '../../workers/workflow-state.ts';
import { connect, uniqueTaskQueue, type TemporalTestClient } from '../support/temporal.ts';
import { workflowBundle } from '../support/workflow-bundle.ts';
import { workflowSinks } from '../support/workflow-coverage.ts';
import { until } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

/** A worker must be able to do something. */
const NOTHING = { nothing: async (): Promise<void> => undefined };

/** Workers on a queue of their own around `work`. */
async function withWorkers<T>(activities: object, work: (taskQueue: string) => Promise<T>): Promise<T> {
  const taskQueue = uniqueTaskQueue('standing');
  const { nativeConnection: connection, namespace } = temporal;
  const workers = await startWorkers({
    connection,
    namespace,
    taskQueue,
    activities,
    bundle: await workflowBundle(),
    ...workflowSinks(),
  });
  try {
    return await work(taskQueue);
  } finally {
    await workers.stop();
  }
}

test('the sweep goes on for ever, a new run of the same workflow after some rounds', async () => {
  let rounds = 0;
  const sweepPayments = async (): Promise<object> => ({ open: rounds++ % 2, moved: 0 });
  await withWorkers({ sweepPayments }, async (taskQueue) => {
    const workflowId = `sweep-${randomUUID()}`;
    const args = [{ busyMs: 1, idleMs: 2, rounds: 2 }];
    const first = await temporal.client.workflow.start('settlementSweep', { taskQueue, workflowId, args });
    await until(() => rounds >= 3, 'the second run has begun');
    const current = temporal.client.workflow.getHandle(workflowId);
    expect((await current.describe()).runId).not.toBe(first.firstExecutionRunId);
    await current.terminate();
  });
});

test('the books are checked by a schedule, which starts move and 0 takes away', async () => {
  let checks = 0;
  const checkBooks = async (): Promise<object> => ({ id: `${++checks}`, findings: 0, repaired: 0 });
  const { nativeConnection, namespace, client } = temporal;
  await withWorkers({ checkBooks }, async (taskQueue) => {
    const every = (ms: number): Promise<void> =>
      ensureBooksSchedule(nativeConnection, namespace, taskQueue, ms);
    const handle = client.schedule.getHandle(`${taskQueue}-books-check`);
    await Promise.all([every(3_600_000), every(3_600_000)]);
    expect((await handle.describe()).spec.intervals).toMatchObject([{ every: 3_600_000 }]);
    expect(checks).toBe(0);
    await every(1000);
    await until(() => checks >= 2, 'it was checked twice');
    await every(0);
    await every(0);
    await expect(handle.describe()).rejects.toBeInstanceOf(ScheduleNotFoundError);
  });
});

test('Temporal says of a workflow whether it is open, closed or not there', async () => {
  const stateOf = createWorkflowState(temporal.nativeConnection, temporal.namespace);
  const workflowId = `state-${randomUUID()}`;
  expect(await stateOf(workflowId)).toBe('missing');
  const args = [{ busyMs: 1, idleMs: 2, rounds: 2 }];
  const taskQueue = uniqueTaskQueue('nobody');
  const handle = await temporal.client.workflow.start('settlementSweep', { taskQueue, workflowId, args });
  expect(await stateOf(workflowId)).toBe('open');
  await handle.terminate();
  expect(await stateOf(workflowId)).toBe('closed');
});

const waits = { pollMs: 1, giveUpMs: 60_000 };

describe('a deposit', () => {
  const claim = { tenant: 'default', userId: 'u', asset: 'USDC', amount: '5', signature: 's' };
  const deposit = async (
    verdicts: DepositVerdict[],
    giveUpMs = waits.giveUpMs,
  ): Promise<{ end: unknown; done: string[] }> => {
    const done: string[] = [];
    const activities: Partial<EscrowActivities> = {
      verifyDeposit: async () => (verdicts.length > 1 ? verdicts.shift()! : verdicts[0]!),
      creditDeposit: async () => void done.push('credited'),
      refuseDeposit: async ({ reason }) => void done.push(`refused: ${reason}`),
    };
    const args = [claim, { ...waits, giveUpMs }];
    const run = (taskQueue: string): Promise<unknown> =>
      temporal.client.workflow
        .execute('escrowDeposit', { taskQueue, workflowId: randomUUID(), args })
        .catch((error: unknown) => {
          if (!(error instanceof WorkflowFailedError)) throw error;
          return String(error.cause?.message);
        });
    return { end: await withWorkers(activities, run), done };
  };

  test('is credited once it is final', async () => {
    expect(await deposit([{ kind: 'pending' }, { kind: 'finalized', slot: 1 }])).toEqual({
      end: { status: 'credited', signature: 's', see: '/escrow/u' },
      done: ['credited'],
    });
  });

  test('that is not what was said is refused with the reason', async () => {
    const verdict = { kind: 'refused', code: 'deposit_mismatch', message: 'It moved 4.' } as const;
    expect(await deposit([verdict])).toEqual({ end: 'It moved 4.', done: ['refused: deposit_mismatch'] });
  });

  test('that never becomes final is refused in the end', async () => {
    const { end, done } = await deposit([{ kind: 'pending' }], 0);
    expect(end).toBe('The transaction never became final.');
    expect(done).toEqual(['refused: transaction_not_found']);
  });
});

describe('a withdrawal', () => {
  const withdraw = async (
    looks: ReconcileOutcome[],
    {
      giveUpMs = waits.giveUpMs,
      prepared = PREPARED,
    }: { giveUpMs?: number; prepared?: PreparedWithdrawal } = {},
  ): Promise<{ end: unknown; done: string[] }> => {
    const done: string[] = [];
    const activities: Partial<EscrowActivities & PaymentActivities> = {
      prepareWithdrawal: async () => prepared,
      async signPayment({ ride, signBeforeMs }) {
        done.push('sign');
        expect([ride, signBeforeMs]).toEqual([null, undefined]);
        return { kind: 'signed' };
      },
      async submitPayment({ intentId }) {
        done.push(`send ${intentId}`);
        return { kind: 'unclear', code: 'UNCONFIRMED', message: 'not seen yet' };
      },
      async reconcilePayment() {
        done.push('look');
        return looks.length > 1 ? looks.shift()! : looks[0]!;
      },
      leaveWithdrawal: async () => void done.push('tell a person'),
    };
    const args = ['w1', { ...waits, giveUpMs }];
    const run = (taskQueue: string): Promise<unknown> =>
      temporal.client.workflow.execute('escrowWithdrawal', { taskQueue, workflowId: randomUUID(), args });
    return { end: await withWorkers(activities, run), done };
  };

  test('is signed and handed over once, and looked at until it is final', async () => {
    const { end, done } = await withdraw([
      { kind: 'alive', expiresAtMs: Date.now() + 60_000 },
      { kind: 'settled', txHash: 's', final: false },
      { kind: 'unknown', message: 'no RPC' },
      { kind: 'settled', txHash: 's', final: true },
    ]);
    expect(end).toEqual({ status: 'finalized', amount: '5 USDC', see: '/payments/w1' });
    expect(done).toEqual(['sign', 'send w1', 'look', 'look', 'look', 'look']);
  });

  test('that is proven absent is released', async () => {
    const looks: ReconcileOutcome[] = [{ kind: 'settled', txHash: 's', final: false }, { kind: 'void' }];
    expect((await withdraw(looks)).end).toMatchObject({ status: 'released' });
  });

  test('that nothing is known of is left to a person in the end, and stays held', async () => {
    const { end, done } = await withdraw([{ kind: 'unknown', message: 'no RPC' }], { giveUpMs: 0 });
    expect(end).toMatchObject({ status: 'unknown' });
    expect(done.at(-1)).toBe('tell a person');
  });

  test('that has ended is not signed again', async () => {
    const prepared = { kind: 'ended', outcome: 'finalized', words: '5 USDC' } as const;
    expect(await withdraw([{ kind: 'void' }], { prepared })).toMatchObject({
      end: { status: 'finalized' },
      done: [],
    });
  });
});

const PREPARED: PreparedWithdrawal = { kind: 'prepared', intentId: 'w1', words: '5 USDC' };

describe('the watch over runs', () => {
  test('has a lost run repaired; a repair that is ended halfway is begun anew and ends once', async () => {
    const runId = `lost-${randomUUID()}`;
    const did: string[] = [];
    let isOver = false;
    const times = { callTimeoutMs: 1000, lookEveryMs: 10, giveUpMs: 60_000, undoForMs: 1000 };
    let open = 1;
    const repairs = {
      findLostRuns: async () => (isOver ? [] : [{ runId }]),
      beginRepair: async () => (isOver ? { kind: 'over' } : (did.push('begin'), { kind: 'lost', times })),
      openPayments: async () => ({ open, alive: false }),
      planUndo: async () => [
        { stepId: 'a', serviceName: 'A', policy: POLICY, decimals: 6, request: { runId } },
      ],
      undoFamily: async () => [],
      compensateStep: async () => (did.push('undo'), { kind: 'ok', detail: {} }),
      appendEvents: async ({ events }: { events: { key: string }[] }) =>
        void did.push(...events.map(({ key }) => key)),
      finishRepair: async () => void (did.push('finish'), (isOver = true)),
    };
    await withWorkers(repairs, async (taskQueue) => {
      const { client } = temporal;
      const watch = await client.workflow.start('runWatch', {
        taskQueue,
        workflowId: `${taskQueue}-run-watch`,
        args: [{ everyMs: 10, rounds: 1000 }],
      });
      const repair = client.workflow.getHandle(`repair:${runId}`);
      await until(() => did.length > 0, 'the repair has begun');
      await repair.terminate();
      await until(() => did.filter((what) => what === 'begin').length === 2, 'another has begun');
      open = 0;
      await until(() => isOver, 'the run is over', 40_000);
      expect(await repair.result()).toBe('repaired');
      await watch.terminate();
    });
    expect(did).toEqual(['begin', 'begin', 'undo', 'step.compensated:a', 'finish']);
  }, 60_000);

  test('a repair under another name than its run’s ends at once', async () => {
    await withWorkers(NOTHING, async (taskQueue) => {
      const start = { taskQueue, workflowId: `other-${randomUUID()}`, args: [{ runId: 'r1' }] };
      const handle = await temporal.client.workflow.start('repairRun', start);
      await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'BAD_START' } });
    });
  });
});

const POLICY = { maxAttempts: 1, initialDelayMs: 0, backoffMultiplier: 1, maxDelayMs: 0 };

test.each([
  ['reasoning', {}],
  ['masumi', { runId: 'x' }],
  ['settlementSweep', { busyMs: 'soon' }],
  ['escrowWithdrawal', { a: 1 }],
  ['paymentDecision', { decision: 'maybe' }],
])('the workflow %s that is started with %j ends at once and says why', async (type, given) => {
  await withWorkers(NOTHING, async (taskQueue) => {
    const start = { taskQueue, workflowId: `bad-${randomUUID()}`, args: [given] };
    const handle = await temporal.client.workflow.start(type, start);
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'BAD_START' } });
  });
});
