import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { UPDATES } from '../../domain/messages.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, endOf } from './support/approved.ts';
import { aPaidStep, aPlan, aStep, createFakes, demand, PAY } from './support/fakes.ts';
import { until, withRun } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const awaiting = (types: () => string[]) => () => types().includes('approval.requested');

describe('a free plan', () => {
  const plan = aPlan([
    aStep('a'),
    aStep('b', { dependencies: ['a'] }),
    aStep('c', { dependencies: ['a'] }),
    aStep('d', { dependencies: ['a'] }),
    aStep('e', { dependencies: ['b', 'c', 'd'] }),
  ]);

  test('runs after its approval and ends with the output of its sink', async () => {
    const fakes = createFakes({ plan });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      expect(await approve(handle)).toMatchObject({ kind: 'approved', planHash: 'hash-1' });
      expect(await endOf(handle)).toBe('completed');
    });
    expect(fakes.types().slice(0, 5)).toEqual([
      'run.planning',
      'run.plan_ready',
      'approval.requested',
      'approval.granted',
      'run.running',
    ]);
    expect(fakes.types().filter((type) => type === 'step.completed')).toHaveLength(5);
    expect(fakes.types().at(-1)).toBe('run.completed');
    expect(fakes.finished[0]?.outputs).toEqual({ eOut: { inline: 'e' } });
    expect(fakes.reserved).toEqual([]);
  });

  test('answers a repeated approval like the first one and refuses another hash', async () => {
    let letGo = (): void => undefined;
    const fakes = createFakes({ plan, hold: { a: new Promise((resolve) => (letGo = () => resolve())) } });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await expect(approve(handle, { planHash: 'other' })).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      await approve(handle);
      expect(await approve(handle)).toMatchObject({ kind: 'approved', planHash: 'hash-1' });
      letGo();
      expect(await endOf(handle)).toBe('completed');
    });
  });

  test('is approved and cancelled by signal, as from the Temporal CLI', async () => {
    const fakes = createFakes({ plan });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await handle.signal('approve');
      expect(await endOf(handle)).toBe('completed');
    });
    const others = createFakes({ plan });
    await withRun(temporal, others, {}, async (handle) => {
      await until(awaiting(others.types), 'approval is requested');
      await handle.signal('cancel');
      expect(await endOf(handle)).toBe('cancelled');
    });
    expect(others.types().at(-1)).toBe('run.cancelled');
  });

  test('is cancelled by Temporal’s own cancel, through the same rollback', async () => {
    let letGo = (): void => undefined;
    const fakes = createFakes({
      plan: aPlan([
        aStep('a', { compensation: { url: 'http://x', method: 'POST', params: {} } }),
        aStep('b', { dependencies: ['a'] }),
        aStep('c', { dependencies: ['b'] }),
      ]),
      hold: { b: new Promise((resolve) => (letGo = () => resolve())) },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      await until(() => fakes.calls.includes('call b 1.1'), 'b is called');
      await handle.cancel();
      letGo();
      expect(await endOf(handle)).toBe('cancelled');
    });
    expect(fakes.calls).toContain('undo a');
    expect(fakes.calls).not.toContain('call c 1.1');
    expect(fakes.types().slice(-4)).toEqual([
      'run.compensating',
      'step.compensated',
      'run.compensated',
      'run.cancelled',
    ]);
  });

  test('lapses when nobody approves it in time', async () => {
    const fakes = createFakes({ plan });
    await withRun(temporal, fakes, { approvalTtlMs: 50 }, async (handle) => {
      expect(await endOf(handle)).toBe('cancelled');
    });
    expect(fakes.finished[0]).toMatchObject({
      status: 'cancelled',
      error: { code: 'APPROVAL_EXPIRED' },
      approval: { status: 'expired' },
      moneyless: true,
    });
  });

  test('rolls back and fails when it takes longer than maxTime', async () => {
    const fakes = createFakes({
      plan: aPlan([
        aStep('a', {
          retryPolicy: { maxAttempts: 10, backoffMultiplier: 1, initialDelayMs: 10_000, maxDelayMs: 10_000 },
        }),
      ]),
      calls: { a: [{ kind: 'retry', code: 'HTTP_503', message: 'down' }] },
    });
    await withRun(temporal, fakes, { maxTimeMs: 200 }, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.finished[0]).toMatchObject({ status: 'failed', error: { code: 'MAX_TIME_EXCEEDED' } });
  });
});

test('maxTime does not count the time a person takes over a second approval', async () => {
  const fakes = createFakes({
    plan: aPlan([aPaidStep('z', '10'), aPaidStep('a', '100', { dependencies: ['z'] })]),
    calls: { z: [demand('10')], a: [demand('150')] },
  });
  await withRun(temporal, fakes, { maxTimeMs: 2000 }, async (handle) => {
    await until(awaiting(fakes.types), 'approval is requested');
    await approve(handle);
    const second = () => fakes.events.some(({ key }) => key === 'approval.requested:hash-2');
    await until(second, 'the second approval is requested');
    await new Promise((resolve) => setTimeout(resolve, 3200));
    await approve(handle, { updateId: 'u2', planHash: 'hash-2' });
    expect(await endOf(handle)).toBe('completed');
  });
});

describe('approval before the plan', () => {
  test('is applied when the plan arrives and meets the limit it names', async () => {
    let ready = (): void => undefined;
    const waits = new Promise<void>((resolve) => (ready = resolve));
    const plan = aPlan([aStep('a')]);
    const fakes = createFakes({
      plan,
      planning: async () => {
        await waits;
        return {
          kind: 'planned',
          plan,
          cached: false,
          model: 'm',
          intent: { classification: 'x', entities: {}, confidence: 1, requiredCapabilities: [] },
        };
      },
    });
    await withRun(temporal, fakes, { maxCost: '5' }, async (handle) => {
      await until(() => fakes.types().includes('run.planning'), 'planning has begun');
      const answer = approve(handle);
      setTimeout(ready, 50);
      expect(await answer).toMatchObject({ kind: 'approved' });
      expect(await endOf(handle)).toBe('completed');
    });
  });

  test('is refused when it could approve anything', async () => {
    let letGo = (): void => undefined;
    const fakes = createFakes({
      plan: aPlan([aStep('a')]),
      planning: () => new Promise((resolve) => (letGo = () => resolve({ kind: 'needs_model' }))),
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(() => fakes.types().includes('run.planning'), 'planning has begun');
      await expect(approve(handle)).rejects.toMatchObject({ cause: { type: 'invalid_state' } });
      await handle.signal('cancel');
      expect(await endOf(handle)).toBe('cancelled');
      letGo();
    });
  });
});

describe('a paid plan', () => {
  const plan = aPlan([aPaidStep('a', '100'), aStep('b', { dependencies: ['a'] })]);

  test('reserves the estimate, signs once and counts what settled', async () => {
    const fakes = createFakes({ plan, calls: { a: [demand('100')] } });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
    expect(fakes.reserved).toEqual(['100']);
    expect(fakes.calls).toEqual(['call a 1.1', 'sign', 'submit', 'call b 1.1']);
    expect(fakes.finished[0]?.totals.cost).toBe('100');
  });

  test('stays unapproved while the balance is short', async () => {
    const fakes = createFakes({
      plan,
      calls: { a: [demand('100')] },
      reserve: [{ kind: 'insufficient', available: '50', required: '100' }, { kind: 'reserved' }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await expect(approve(handle)).rejects.toMatchObject({
        cause: {
          type: 'insufficient_escrow',
          message: 'Insufficient escrow balance. Available: 0.00005, Required: 0.0001. Please top up.',
        },
      });
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
  });

  test('pauses when the price rose, and goes on after approval without paying anything again', async () => {
    const paused = aPlan([aPaidStep('z', '10'), aPaidStep('a', '100', { dependencies: ['z'] })]);
    const fakes = createFakes({ plan: paused, calls: { z: [demand('10')], a: [demand('150')] } });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      await until(
        () => fakes.events.some(({ key }) => key === 'approval.requested:hash-2'),
        'the second approval is requested',
      );
      await approve(handle, { planHash: 'hash-2' });
      expect(await endOf(handle)).toBe('completed');
    });
    expect(fakes.reserved).toEqual(['110', '160']);
    expect(fakes.calls.filter((call) => call === 'sign')).toHaveLength(2);
    expect(fakes.calls.filter((call) => call.startsWith('call z'))).toHaveLength(1);
    expect(fakes.finished[0]?.totals.cost).toBe('160');
  });

  test('pauses when the payee is not the approved one', async () => {
    const fakes = createFakes({ plan, calls: { a: [demand('100', { payTo: '0x99' })] } });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      await until(
        () => fakes.events.some(({ key }) => key === 'approval.requested:hash-2'),
        'the second approval is requested',
      );
      expect(fakes.calls).not.toContain('sign');
      await handle.executeUpdate(UPDATES.reject, { args: [{ by: 'tester', reason: 'who is that?' }] });
      expect(await endOf(handle)).toBe('cancelled');
    });
    expect(fakes.finished[0]?.approval).toMatchObject({
      status: 'rejected',
      by: 'tester',
      data: { decision_reason: 'who is that?' },
    });
    expect(PAY.payTo).not.toBe('0x99');
  });

  test('resubmits the same payment when the answer was lost, and pays anew only after proof that it is void', async () => {
    const fakes = createFakes({
      plan,
      calls: { a: [demand('100')] },
      submit: [
        { kind: 'unclear', code: 'HTTP_500', message: 'oops' },
        { kind: 'unclear', code: 'TIMEOUT', message: 'late' },
        { kind: 'settled', output: { inline: 'a' }, txHash: '0xt', timeMs: 1 },
      ],
      reconcile: [{ kind: 'alive', expiresAtMs: Date.now() + 60_000 }, { kind: 'void' }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
    expect(fakes.calls).toEqual([
      'call a 1.1',
      'sign',
      'submit',
      'reconcile',
      'submit',
      'reconcile',
      'call a 2.3',
      'sign',
      'submit',
      'call b 1.1',
    ]);
  });

  test('that a seller refuses because it expires within seconds is no attempt: it is signed anew once it is void', async () => {
    const refused = { kind: 'unclear', code: 'PAYMENT_REFUSED', message: 'expires too soon' } as const;
    const alive = { kind: 'alive', expiresAtMs: Date.now() + 5000 } as const;
    const fakes = createFakes({
      plan,
      calls: { a: [demand('100')] },
      submit: [refused, { kind: 'settled', output: { inline: 'a' }, txHash: '0xt', timeMs: 1 }],
      reconcile: [alive, alive, { kind: 'void' }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
    expect(fakes.calls).toEqual([
      'call a 1.1',
      'sign',
      'submit',
      'reconcile',
      'reconcile',
      'reconcile',
      'call a 2.2',
      'sign',
      'submit',
      'call b 1.1',
    ]);
  });

  test('fails as PAID_NO_OUTPUT when the payment settled twice over without an answer, and counts the cost', async () => {
    const fakes = createFakes({
      plan,
      calls: { a: [demand('100')] },
      submit: [{ kind: 'unclear', code: 'HTTP_500', message: 'oops' }],
      reconcile: [{ kind: 'settled', txHash: '0xt', final: false }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(2);
    expect(fakes.finished[0]).toMatchObject({
      error: { code: 'PAID_NO_OUTPUT', stepId: 'a' },
      totals: { cost: '100' },
    });
  });

  test('keeps the hold and asks for a person when the outcome stays unknown', async () => {
    const fakes = createFakes({
      plan,
      calls: { a: [demand('100')] },
      submit: [{ kind: 'unclear', code: 'TIMEOUT', message: 'late' }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.finished[0]?.attention).toMatchObject([{ kind: 'payment_unknown' }]);
    expect(fakes.finished[0]?.error?.code).toBe('PAYMENT_UNKNOWN');
  });
});

describe('rollback', () => {
  const undo = { url: 'http://x', method: 'POST', params: {} };

  test('undoes in reverse order of completion, goes on after a failed undo, and reports it', async () => {
    const plan = aPlan([
      aStep('a', { compensation: undo }),
      aStep('b', { compensation: undo, dependencies: ['a'] }),
      aStep('c', { dependencies: ['b'] }),
    ]);
    const fakes = createFakes({
      plan,
      calls: { c: [{ kind: 'failed', code: 'HTTP_403', message: 'no' }] },
      compensate: { b: [{ kind: 'failed', code: 'HTTP_410', message: 'gone' }] },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.calls.slice(-2)).toEqual(['undo b', 'undo a']);
    expect(fakes.types().slice(-6)).toEqual([
      'step.failed',
      'run.compensating',
      'step.compensation_failed',
      'step.compensated',
      'run.compensated',
      'run.failed',
    ]);
    expect(fakes.finished[0]?.attention).toMatchObject([{ kind: 'compensation_failed' }]);
  });

  test('undoes a step whose answer was lost, but not one that was refused', async () => {
    const plan = aPlan([aStep('a', { compensation: undo }), aStep('b', { compensation: undo })]);
    const fakes = createFakes({
      plan,
      calls: {
        a: [{ kind: 'retry', code: 'TIMEOUT', message: 'late' }],
        b: [{ kind: 'failed', code: 'HTTP_400', message: 'no' }],
      },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(awaiting(fakes.types), 'approval is requested');
      await approve(handle);
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.calls.filter((call) => call.startsWith('undo'))).toEqual(['undo a']);
  });
});

test('a conditional runs one branch and skips the other with all that hangs on it', async () => {
  const plan = aPlan([
    aStep('if', { type: 'conditional', params: { then: 'yes', else: 'no', branch: 'then' } }),
    aStep('yes', { dependencies: ['if'] }),
    aStep('no', { dependencies: ['if'] }),
    aStep('after', { dependencies: ['no'] }),
    aStep('end', { dependencies: ['yes', 'after'] }),
  ]);
  const fakes = createFakes({ plan });
  await withRun(temporal, fakes, {}, async (handle) => {
    await until(awaiting(fakes.types), 'approval is requested');
    await approve(handle);
    expect(await endOf(handle)).toBe('completed');
  });
  expect(fakes.calls).toEqual(['call yes 1.1', 'call end 1.1']);
  expect(fakes.types().filter((type) => type === 'step.skipped')).toHaveLength(2);
});
