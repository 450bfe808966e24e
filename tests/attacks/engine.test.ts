import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ApplicationFailure } from '@temporalio/common';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, endOf } from '../workflows/support/approved.ts';
import { aPaidStep, aPlan, aStep, createFakes, demand, PAY, type Fakes } from '../workflows/support/fakes.ts';
import { until, withRun } from '../workflows/support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const undo = { url: 'http://service.test/undo', method: 'POST', params: {} };
const asked = (fakes: Fakes, hash = 'hash-1'): Promise<void> =>
  until(() => fakes.events.some(({ key }) => key === `approval.requested:${hash}`), `approval of ${hash}`);

function gateway(): { open: () => void; opened: Promise<void> } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open: () => open(), opened };
}

describe("the user's own ceiling", () => {
  test('is asked about once when a price exceeds it, and approving the difference lets the run go on', async () => {
    const plan = aPlan([aPaidStep('a', '100', { maxPrice: '300' })], { limits: { maxTotalAmount: '120' } });
    const fakes = createFakes({ plan, calls: { a: [demand('150')] } });
    await withRun(temporal, fakes, { maxCost: '120' }, async (handle) => {
      await asked(fakes);
      await approve(handle, { planHash: 'hash-1' });
      await asked(fakes, 'hash-2');
      await approve(handle, { planHash: 'hash-2' });
      expect(await endOf(handle)).toBe('completed');
    });
    expect(fakes.types().filter((type) => type === 'approval.requested')).toHaveLength(2);
    expect(fakes.finished[0]?.totals.cost).toBe('150');
  });

  test('binds the first approval, whatever limits it names', async () => {
    const plan = aPlan([aPaidStep('a', '100', { maxPrice: '300' })], { limits: { maxTotalAmount: '120' } });
    const fakes = createFakes({ plan, calls: { a: [demand('150')] } });
    await withRun(temporal, fakes, { maxCost: '120' }, async (handle) => {
      await asked(fakes);
      await approve(handle, { planHash: 'hash-1', limits: { maxTotalAmount: '100000' } });
      await asked(fakes, 'hash-2');
      expect(fakes.calls).not.toContain('sign');
      await handle.signal('cancel');
      expect(await endOf(handle)).toBe('cancelled');
    });
  });

  test('holds for the rest of the plan after an approval with lower limits', async () => {
    const plan = aPlan([aPaidStep('a', '100', { maxPrice: '300' })], { limits: { maxTotalAmount: '120' } });
    const fakes = createFakes({ plan, calls: { a: [demand('150')] } });
    await withRun(temporal, fakes, { maxCost: '120' }, async (handle) => {
      await asked(fakes);
      await approve(handle);
      await asked(fakes, 'hash-2');
      await approve(handle, { limits: { maxTotalAmount: '140' } });
      await asked(fakes, 'hash-3');
      expect(fakes.calls).not.toContain('sign');
      await handle.signal('cancel');
      expect(await endOf(handle)).toBe('cancelled');
    });
  });
});

describe('a step that crashes', () => {
  test('waits for its siblings, and their money is followed, counted and undone', async () => {
    const { open, opened } = gateway();
    const fakes = createFakes({
      plan: aPlan([aStep('bad'), aPaidStep('good', '100', { compensation: undo })]),
      calls: { good: [demand('100')] },
    });
    const { callService, submitPayment } = fakes.activities;
    fakes.activities.callService = async (request) => {
      if (request.step.id === 'bad') {
        await until(() => fakes.calls.includes('submit'), 'the sibling pays');
        throw ApplicationFailure.nonRetryable('the rail is gone', 'rail_missing');
      }
      return callService(request);
    };
    fakes.activities.submitPayment = async (request) => {
      const outcome = await submitPayment(request);
      await opened;
      return outcome;
    };
    await withRun(temporal, fakes, {}, async (handle) => {
      await asked(fakes);
      await approve(handle);
      await until(() => fakes.calls.includes('submit'), 'money moves');
      await new Promise((resolve) => setTimeout(resolve, 300)); // long enough for the crash to arrive
      expect(fakes.finished).toEqual([]);
      open();
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.calls.filter((call) => call === 'undo good')).toHaveLength(1);
    expect(fakes.finished[0]).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL' },
      totals: { cost: '100', asset: 'USDC' },
    });
    expect(fakes.types()).toContain('run.compensated');
  });
});

describe('a signature', () => {
  test('is not asked for after the deadline of the run', async () => {
    const fakes = createFakes({ plan: aPlan([aPaidStep('a', '100')]), calls: { a: [demand('100')] } });
    const { signPayment } = fakes.activities;
    const limits: number[] = [];
    const startedAt = Date.now();
    fakes.activities.signPayment = async (request) => {
      limits.push(request.signBeforeMs!);
      return signPayment(request);
    };
    await withRun(temporal, fakes, { maxTimeMs: 9000, approvalTtlMs: 60_000 }, async (handle) => {
      await asked(fakes);
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
    expect(limits[0]! - startedAt).toBeLessThan(20_000);
  });
});

describe('a stop', () => {
  test('during the signing of a payment sends nothing and undoes what was done', async () => {
    const { open, opened } = gateway();
    const fakes = createFakes({
      plan: aPlan([
        aStep('first', { compensation: undo }),
        aPaidStep('a', '100', { dependencies: ['first'] }),
      ]),
      calls: { a: [demand('100')] },
    });
    const { signPayment } = fakes.activities;
    fakes.activities.signPayment = async (request) => {
      const outcome = await signPayment(request);
      await opened;
      return outcome;
    };
    await withRun(temporal, fakes, {}, async (handle) => {
      await asked(fakes);
      await approve(handle);
      await until(() => fakes.calls.includes('sign'), 'the payment is being signed');
      await handle.signal('cancel');
      open();
      expect(await endOf(handle)).toBe('cancelled');
    });
    expect(fakes.calls).not.toContain('submit');
    expect(fakes.calls).toContain('undo first');
    expect(fakes.calls).not.toContain('undo a');
    expect(fakes.finished[0]?.totals.cost).toBe('0');
  });
});

describe('approvals', () => {
  test('in a race each get an answer, and only one limit counts', async () => {
    const plan = aPlan([aPaidStep('a', '100')], { limits: { maxTotalAmount: '500' } });
    const short = { kind: 'insufficient', available: '1', required: '100' } as const;
    const fakes = createFakes({
      plan,
      calls: { a: [demand('100')] },
      reserve: [short, { kind: 'reserved' }],
    });
    const { reserveForRun } = fakes.activities;
    let reserving = 0;
    let most = 0;
    fakes.activities.reserveForRun = async (request) => {
      most = Math.max(most, ++reserving);
      await new Promise((resolve) => setTimeout(resolve, 100));
      reserving--;
      return reserveForRun(request);
    };
    await withRun(temporal, fakes, {}, async (handle) => {
      await asked(fakes);
      const limits = ['100', '200', '300', '400'].map((maxTotalAmount) => ({ limits: { maxTotalAmount } }));
      const answers = await Promise.allSettled(limits.map((more) => approve(handle, more)));
      expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(await endOf(handle)).toBe('completed');
    });
    expect(most).toBe(1);
    expect(fakes.types().filter((type) => type === 'approval.granted')).toHaveLength(1);
  });

  test('from before the plan are tried in order until one fits', async () => {
    const { open, opened } = gateway();
    const plan = aPlan([aStep('a'), aPaidStep('b', '100')]);
    const fakes = createFakes({
      plan,
      calls: { b: [demand('100')] },
      planning: async () => {
        await opened;
        return { kind: 'planned', plan, cached: false, model: 'm', intent: INTENT };
      },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(() => fakes.types().includes('run.planning'), 'planning has begun');
      const fitting = approve(handle, { limits: { maxTotalAmount: '100' } });
      await new Promise((resolve) => setTimeout(resolve, 100));
      const tooLittle = approve(handle, { limits: { maxTotalAmount: '1' } }).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 100));
      open();
      expect(await fitting).toMatchObject({ kind: 'approved' });
      await tooLittle;
      expect(await endOf(handle)).toBe('completed');
    });
  });

  test('for a plan that never comes are refused at once', async () => {
    const { open, opened } = gateway();
    const fakes = createFakes({
      plan: aPlan([aStep('a')]),
      planning: async () => {
        await opened;
        return { kind: 'failed', code: 'NO_SERVICE', message: 'none', recoverable: true };
      },
    });
    await withRun(temporal, fakes, { earlyApprovalWaitMs: 20_000 }, async (handle) => {
      await until(() => fakes.types().includes('run.planning'), 'planning has begun');
      const approval = approve(handle, { limits: { maxTotalAmount: '1' } }).catch((error: unknown) => error);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const before = Date.now();
      open();
      expect(await approval).toBeInstanceOf(WorkflowUpdateFailedError);
      expect(await endOf(handle)).toBe('failed');
      expect(Date.now() - before).toBeLessThan(5000);
    });
  });

  test('that cannot be read are refused and leave the run unchanged', async () => {
    const fakes = createFakes({ plan: aPlan([aPaidStep('a', '100')]), calls: { a: [demand('100')] } });
    await withRun(temporal, fakes, {}, async (handle) => {
      await asked(fakes);
      for (const bad of [
        { limits: { maxTotalAmount: 'all' } },
        { expiresAtMs: 1e300 },
        { limits: { maxTotalAmount: '-5' } },
      ])
        await expect(approve(handle, bad)).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
  });
});

describe('a call', () => {
  test('carries only the outputs that it reads, so that large answers do not fill the history', async () => {
    const plan = aPlan([
      aStep('a'),
      aStep('b', { dependencies: ['a'] }),
      aStep('c', { dependencies: ['b'], inputMapping: { x: 'bOut.y[0]' } }),
    ]);
    const fakes = createFakes({ plan });
    const { callService } = fakes.activities;
    const carried: { [step: string]: string[] } = {};
    fakes.activities.callService = async (request) => {
      carried[request.step.id] = Object.keys(request.outputs);
      return callService(request);
    };
    await withRun(temporal, fakes, {}, async (handle) => {
      await asked(fakes);
      await approve(handle);
      expect(await endOf(handle)).toBe('completed');
    });
    expect(carried).toEqual({ a: [], b: [], c: ['bOut'] });
  });
});

describe('a seller', () => {
  test('that demands a wait of years cannot keep a rollback from ending', async () => {
    const { retryDelay } = await import('../../domain/retry.ts');
    const policy = aStep('a').retryPolicy;
    expect(retryDelay(policy, 1, 0, 999_999_999_000)).toBeLessThanOrEqual(3_600_000);
    expect(retryDelay(policy, 1, 0, 5000)).toBe(5000);
  });

  test('is recognised as the approved one however its address is written on an EVM chain', async () => {
    const { checkQuote } = await import('../../domain/plan/spending.ts');
    const quote = {
      ...PAY,
      payTo: '0xABCD',
      assetId: 'x',
      amount: '1',
      maxTimeoutSeconds: 1,
    };
    const step = aPaidStep('a', '1', { pay: { ...PAY, payTo: '0xabcd' } });
    const limits = { maxTotalAmount: '1', allowedRecipients: ['0xabcd'] };
    expect(checkQuote(step, quote, { committed: 0n, limits, expiresAtMs: 2 }, 1)).toBeUndefined();
    const others = { maxTotalAmount: '1', allowedRecipients: ['0xffff'] };
    expect(checkQuote(step, quote, { committed: 0n, limits: others, expiresAtMs: 2 }, 1)).toBe(
      'price_changed',
    );
  });
});

describe('a step that was paid and got no result', () => {
  test('shows what it cost', async () => {
    const fakes = createFakes({
      plan: aPlan([aPaidStep('a', '100')]),
      calls: { a: [demand('100')] },
      submit: [{ kind: 'unclear', code: 'HTTP_500', message: 'oops' }],
      reconcile: [{ kind: 'settled', txHash: '0xt', final: false }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      await asked(fakes);
      await approve(handle);
      expect(await endOf(handle)).toBe('failed');
    });
    const failed = fakes.events.find(({ key }) => key === 'step.failed:a');
    expect(failed?.data['result']).toMatchObject({ code: 'PAID_NO_OUTPUT', cost: '100' });
    expect(fakes.finished[0]?.totals.cost).toBe('100');
  });
});

const INTENT = { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] };
