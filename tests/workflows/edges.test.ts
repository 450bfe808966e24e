import { ApplicationFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UPDATES } from '../../domain/messages.ts';
import type { CallOutcome } from '../../domain/ports/calling.ts';
import type { PlanOutcome } from '../../domain/ports/planning.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, approvesAtOnce, gate, play, untilAsked } from './support/approved.ts';
import { aPaidStep, aPlan, aStep, demand, ok, type Script } from './support/fakes.ts';
import { until } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const broken = (): never => {
  throw ApplicationFailure.nonRetryable('a bug', 'BUG');
};
const undo = { url: 'http://x', method: 'POST', params: {} } as const;
const quick = { maxAttempts: 2, backoffMultiplier: 1, initialDelayMs: 1, maxDelayMs: 1 };

describe('a signature that is refused', () => {
  const plan = aPlan([aPaidStep('a', '100')]);
  const script = (reason: 'low_balance' | 'float_short' | 'unsupported' | 'expired'): Script => ({
    plan,
    calls: { a: [demand('100')] },
    sign: [{ kind: 'refused', reason, message: 'not now' }, { kind: 'signed' }],
  });

  test.each([
    ['expired', 'approval_expired'],
    ['low_balance', 'low_balance'],
    ['float_short', 'low_balance'],
  ] as const)('because of %s waits for a new approval, then pays once', async (reason, shown) => {
    const { fakes, end } = await play(temporal, script(reason), async (handle, { events, ...rest }) => {
      await approvesAtOnce(handle, { events, ...rest });
      await untilAsked({ events, ...rest }, 'hash-2');
      expect(events.find(({ key }) => key === 'approval.requested:hash-2')?.data).toMatchObject({
        reason: shown,
      });
      await approve(handle, { planHash: 'hash-2' });
    });
    expect(end).toBe('completed');
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
    expect(fakes.finished[0]?.totals.cost).toBe('100');
  });

  test('because nobody can pay that way fails the run', async () => {
    const { fakes, end } = await play(temporal, script('unsupported'), approvesAtOnce);
    expect(end).toBe('failed');
    expect(fakes.finished[0]).toMatchObject({
      error: { code: 'PAYMENT_UNSUPPORTED', stepId: 'a' },
      totals: { cost: '0' },
    });
  });
});

describe('a payment on the way', () => {
  const plan = aPlan([aPaidStep('a', '100', { retryPolicy: quick })]);
  const signedBefore = { ...demand('250'), signed: true } as CallOutcome; // more than anybody would approve now

  test('that was signed before the workflow was reset is followed, and nobody is asked for approval again', async () => {
    const { fakes, end } = await play(temporal, { plan, calls: { a: [signedBefore] } }, approvesAtOnce);
    expect(end).toBe('completed');
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
    expect(fakes.types().filter((type) => type === 'approval.requested')).toHaveLength(1);
    expect(fakes.finished[0]?.totals.cost).toBe('250');
  });

  test('that was signed before the workflow was reset is undone when the run is cancelled then', async () => {
    const asking = gate();
    const { fakes, end } = await play(
      temporal,
      {
        plan: aPlan([aPaidStep('a', '100', { compensation: undo })]),
        calls: { a: [signedBefore] },
        hold: { a: asking.opened },
      },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => fakes_.calls.includes('call a 1.1'), 'it is being called');
        await handle.signal('cancel');
        asking.open();
      },
    );
    expect(end).toBe('cancelled');
    expect(fakes.calls).not.toContain('submit');
    expect(fakes.types()).toContain('step.compensated');
  });

  test('that was signed for a run that is cancelled meanwhile is never sent', async () => {
    const signing = gate();
    const { fakes, end } = await play(
      temporal,
      { plan, calls: { a: [demand('100')] } },
      async (handle, fakes_) => {
        await approvesAtOnce(handle, fakes_);
        await until(() => fakes_.calls.includes('sign'), 'it is being signed');
        await handle.signal('cancel');
        signing.open();
      },
      {
        activities: ({ activities }) => ({
          signPayment: async (request) => {
            const outcome = await activities.signPayment(request);
            await signing.opened;
            return outcome;
          },
        }),
      },
    );
    expect(end).toBe('cancelled');
    expect(fakes.calls).not.toContain('submit');
  });

  test('that is void is paid again only within the bounds of the step', async () => {
    const lost = { kind: 'unclear', code: 'TIMEOUT', message: 'late' } as const;
    const { fakes, end } = await play(
      temporal,
      { plan, calls: { a: [demand('100')] }, submit: [lost], reconcile: [{ kind: 'void' }] },
      approvesAtOnce,
    );
    expect(end).toBe('failed');
    expect(fakes.calls.filter((call) => call === 'sign')).toHaveLength(2);
    expect(fakes.finished[0]).toMatchObject({
      error: { code: 'TIMEOUT', recoverable: true },
      totals: { cost: '0' },
    });
  });
});

describe('a bug', () => {
  test('in an activity of a step undoes what was done, fails the run and tells no details', async () => {
    const plan = aPlan([
      aStep('a', { compensation: undo }),
      aStep('b', { type: 'data_transform', dependencies: ['a'] }),
    ]);
    const { fakes, end } = await play(temporal, { plan }, approvesAtOnce, {
      activities: () => ({ computeStep: broken }),
    });
    expect(end).toBe('failed');
    expect(fakes.calls).toContain('undo a');
    expect(fakes.finished[0]).toMatchObject({
      status: 'failed',
      error: { code: 'INTERNAL', recoverable: false },
    });
    expect(JSON.stringify(fakes.finished[0])).not.toContain('a bug');
  });

  test('in planning fails the run before anything is asked', async () => {
    const { fakes, end } = await play(temporal, { plan: aPlan([aStep('a')]) }, async () => undefined, {
      activities: () => ({ planFast: broken }),
    });
    expect(end).toBe('failed');
    expect(fakes.finished[0]?.error?.code).toBe('INTERNAL');
  });

  test('in an undo is recorded as an undo that failed, and the others go on', async () => {
    const plan = aPlan([
      aStep('a', { compensation: undo }),
      aStep('b', { compensation: undo, dependencies: ['a'] }),
      aStep('c', { dependencies: ['b'] }),
    ]);
    const { fakes } = await play(
      temporal,
      { plan, calls: { c: [{ kind: 'failed', code: 'HTTP_403', message: 'no' }] } },
      approvesAtOnce,
      {
        activities: ({ activities }) => ({
          compensateStep: (request) =>
            request.stepId === 'b' ? broken() : activities.compensateStep(request),
        }),
      },
    );
    expect(fakes.types()).toContain('step.compensation_failed');
    expect(fakes.calls).toContain('undo a');
    expect(fakes.finished[0]?.attention).toMatchObject([
      { kind: 'compensation_failed', data: { step: 'b' } },
    ]);
  });
});

describe('an undo', () => {
  test('is repeated while it may still work, and what it gives back lowers the cost', async () => {
    const plan = aPlan([
      aPaidStep('a', '100', { compensation: undo, retryPolicy: quick }),
      aStep('b', { dependencies: ['a'] }),
    ]);
    const { fakes } = await play(
      temporal,
      {
        plan,
        calls: { a: [demand('100')], b: [{ kind: 'failed', code: 'HTTP_403', message: 'no' }] },
        compensate: {
          a: [
            { kind: 'retry', code: 'HTTP_503', message: 'down' },
            { kind: 'ok', refunded: '60', detail: {} },
          ],
        },
      },
      approvesAtOnce,
    );
    expect(fakes.calls.filter((call) => call === 'undo a')).toHaveLength(2);
    expect(fakes.finished[0]?.totals.cost).toBe('40');
    const undone = fakes.events.find(({ key }) => key === 'step.compensated:a');
    expect(undone?.data).toMatchObject({ result: { refunded: '0.00006' } });
  });
});

describe('steps', () => {
  test('that stay down fail after their last attempt, and their undo runs because they may have happened', async () => {
    const plan = aPlan([aStep('a', { compensation: undo, retryPolicy: quick })]);
    const { fakes, end } = await play(
      temporal,
      { plan, calls: { a: [{ kind: 'retry', code: 'HTTP_503', message: 'down' }] } },
      approvesAtOnce,
    );
    expect(end).toBe('failed');
    expect(fakes.calls).toEqual(['call a 1.1', 'call a 1.2', 'undo a']);
    expect(fakes.finished[0]?.error).toMatchObject({ code: 'HTTP_503', recoverable: true });
  });

  test('that compute nothing usable fail the run', async () => {
    const plan = aPlan([aStep('a', { type: 'data_transform' })]);
    const { fakes, end } = await play(temporal, { plan }, approvesAtOnce, {
      activities: () => ({
        computeStep: async () => ({ kind: 'failed', code: 'TRANSFORM_FAILED', message: 'no list' }),
      }),
    });
    expect(end).toBe('failed');
    expect(fakes.finished[0]?.error?.code).toBe('TRANSFORM_FAILED');
  });

  test('of the branch that was not taken are skipped, all of them', async () => {
    const plan = aPlan([
      aStep('if', { type: 'conditional', params: { branch: 'else', then: ['b', 'c'], else: 'd' } }),
      ...['b', 'c', 'd'].map((id) => aStep(id, { dependencies: ['if'] })),
    ]);
    const { fakes, end } = await play(temporal, { plan }, approvesAtOnce);
    expect(end).toBe('completed');
    expect(fakes.calls).toEqual(['call d 1.1']);
    expect(fakes.types().filter((type) => type === 'step.skipped')).toHaveLength(2);
  });
});

describe('planning', () => {
  const plan = aPlan([aStep('a')]);
  const nobody = async (): Promise<void> => undefined;

  test('that refuses ends the run with its reason', async () => {
    const refused = {
      kind: 'failed',
      code: 'NO_SERVICES',
      message: 'nobody offers that',
      recoverable: true,
    } as const;
    const { fakes, end } = await play(temporal, { plan, planning: refused }, nobody);
    expect(end).toBe('failed');
    expect(fakes.finished[0]?.error).toEqual({
      code: 'NO_SERVICES',
      message: 'nobody offers that',
      recoverable: true,
    });
  });

  test('that gives no plan is a failure of its own', async () => {
    const { fakes } = await play(temporal, { plan, planning: async () => ({ kind: 'needs_model' }) }, nobody);
    expect(fakes.finished[0]?.error?.code).toBe('PLANNING_FAILED');
  });
});

describe('a decision', () => {
  const plan = aPlan([aPaidStep('a', '100')]);

  test('from before a plan that costs more than it allows is refused and recorded as ignored', async () => {
    const planning = gate();
    const planned: PlanOutcome = {
      kind: 'planned',
      plan,
      cached: false,
      model: 'm',
      intent: { classification: 'x', entities: {}, confidence: 1, requiredCapabilities: [] },
    };
    const slow: Script = {
      plan,
      planning: async (): Promise<PlanOutcome> => {
        await planning.opened;
        return planned;
      },
    };
    const { fakes, end } = await play(temporal, slow, async (handle, fakes_) => {
      await until(() => fakes_.types().includes('run.planning'), 'planning has begun');
      const early = expect(approve(handle, { limits: { maxTotalAmount: '99' } })).rejects.toMatchObject({
        cause: { type: 'invalid_state' },
      });
      await handle.signal('approve', { limits: { maxTotalAmount: '98' } });
      planning.open();
      await early;
      await untilAsked(fakes_);
      await handle.executeUpdate(UPDATES.reject, { args: [{ by: 'tester' }] });
    });
    expect(end).toBe('cancelled');
    expect(fakes.events.find(({ type }) => type === 'approval.ignored')?.data).toMatchObject({
      code: 'invalid_state',
    });
  });

  test('meant in another asset approves nothing', async () => {
    await play(temporal, { plan, calls: { a: [demand('100')] } }, async (handle, fakes) => {
      await untilAsked(fakes);
      await expect(approve(handle, { asset: 'SOL' })).rejects.toMatchObject({
        cause: { type: 'invalid_state' },
      });
      await approve(handle, { asset: 'USDC' });
    });
  });

  test('to cancel a run that is undoing already is taken, and changes nothing', async () => {
    const held = gate();
    const steps = aPlan([aStep('a', { compensation: undo }), aStep('b', { dependencies: ['a'] })]);
    const script: Script = {
      plan: steps,
      calls: { a: [ok('a')], b: [{ kind: 'failed', code: 'HTTP_403', message: 'no' }] },
    };
    const { end } = await play(
      temporal,
      script,
      async (handle, fakes) => {
        await approvesAtOnce(handle, fakes);
        await until(
          () => fakes.types().includes('run.compensating') || fakes.calls.includes('undo a'),
          'it is being undone',
        );
        expect(await handle.executeUpdate(UPDATES.cancel, { args: [{ by: 'tester' }] })).toMatchObject({
          status: 'compensating',
        });
        held.open();
      },
      {
        activities: ({ activities }) => ({
          compensateStep: async (request) => {
            const outcome = await activities.compensateStep(request);
            await held.opened;
            return outcome;
          },
        }),
      },
    );
    expect(end).toBe('failed');
  });
});
