import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../schemas/core/json.ts';
import { UPDATES } from '../../domain/messages.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, approvesAtOnce, play, untilAsked } from './support/approved.ts';
import { aPaidStep, aPlan, demand, type Fakes, type Script } from './support/fakes.ts';
import { until } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const plan = aPlan([aPaidStep('a', '100'), aPaidStep('b', '200', { dependencies: ['a'] })]);

/** The first payment goes through; for the second a balance is 40 short until somebody fills it. */
const short = (reason: 'low_balance' | 'float_short', funded: boolean[]): Script => ({
  plan,
  calls: { a: [demand('100')], b: [demand('200')] },
  sign: [
    { kind: 'signed' },
    { kind: 'refused', reason, message: 'not now', shortBy: '40' },
    { kind: 'signed' },
  ],
  funded,
});

const asked = ({ events }: Fakes, hash: string): JsonObject =>
  events.find(({ key }) => key === `approval.requested:${hash}`)!.approval!.data!;
const looks = ({ calls }: Fakes): number => calls.filter((call) => call === 'look for money').length;

describe('a pause because a balance is short', () => {
  test.each([
    ['low_balance', 'user'],
    ['float_short', 'operator'],
  ] as const)(
    '(%s) says what is needed and from whom, and goes on by itself when it is there',
    async (reason, who) => {
      const { fakes, end } = await play(temporal, short(reason, [false, false, true]), approvesAtOnce);
      expect(end).toBe('completed');
      expect(asked(fakes, 'hash-2')).toMatchObject({
        needs: {
          who,
          missing: { amount: '0.00004', asset: 'USDC' },
          spent: { amount: '0.0001', asset: 'USDC' },
          cost_to_finish: { amount: '0.0002', asset: 'USDC' },
          resumes_by_itself: true,
        },
      });
      expect(looks(fakes)).toBe(3);
      expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(2);
      expect(fakes.calls.filter((call) => call.startsWith('call a'))).toHaveLength(1);
      expect(fakes.events.find(({ key }) => key === 'approval.granted:hash-2')?.approval).toMatchObject({
        status: 'approved',
        by: 'tester, resumed by a top-up',
      });
      expect(fakes.reserved).toEqual(['300']); // the top-up is drawn when the payment is held
      expect(fakes.finished[0]?.totals.cost).toBe('300');
    },
  );

  test('may also be approved, which asks for no more money to be found', async () => {
    const { fakes, end } = await play(temporal, short('low_balance', [false]), async (handle, all) => {
      await approvesAtOnce(handle, all);
      await untilAsked(all, 'hash-2');
      await approve(handle, { planHash: 'hash-2' });
    });
    expect(end).toBe('completed');
    expect(fakes.events.find(({ key }) => key === 'approval.granted:hash-2')?.approval?.by).toBe('tester');
  });

  test('may be declined, and then is undone', async () => {
    const { fakes, end } = await play(temporal, short('low_balance', [false]), async (handle, all) => {
      await approvesAtOnce(handle, all);
      await untilAsked(all, 'hash-2');
      await handle.executeUpdate(UPDATES.reject, { args: [{ by: 'tester' }] });
    });
    expect(end).toBe('cancelled');
    expect(fakes.finished[0]?.totals.cost).toBe('100');
  });

  test('lapses like any other when nobody fills it', async () => {
    const { fakes, end } = await play(temporal, short('low_balance', [false]), approvesAtOnce, {
      settings: { approvalTtlMs: 1500 },
    });
    expect(end).toBe('failed');
    expect(fakes.finished[0]?.error?.code).toBe('APPROVAL_EXPIRED');
    expect(looks(fakes)).toBeGreaterThan(0);
  });

  test('does not go on under an approval that has expired meanwhile, however full the balance is', async () => {
    const { fakes, end } = await play(
      temporal,
      short('low_balance', [true]),
      async (handle, all) => {
        await untilAsked(all);
        const expiresAtMs = Date.now() + 700;
        await approve(handle, { expiresAtMs });
        await untilAsked(all, 'hash-2');
        await until(() => Date.now() > expiresAtMs + 300, 'the approval is over');
        await approve(handle, { planHash: 'hash-2' });
      },
      { settings: { reconcileIntervalMs: 900 } },
    );
    expect(end).toBe('completed');
    expect(looks(fakes)).toBe(0);
  });
});

describe('times that do not fit', () => {
  const slow = aPlan([aPaidStep('a', '100', { estimatedTime: 60_000 })]);

  test('are reported before anybody approves, and what cannot be used in time is not paid for', async () => {
    const { fakes, end } = await play(
      temporal,
      { plan: slow, calls: { a: [demand('100')] } },
      approvesAtOnce,
      {
        settings: { maxTimeMs: 10_000 },
      },
    );
    expect(asked(fakes, 'hash-1')['conflict']).toBe(
      'the end of the time that the run may take comes 50 s too early after the approval: the plan usually takes 60000 ms.',
    );
    expect(end).toBe('failed');
    expect(fakes.finished[0]).toMatchObject({ error: { code: 'MAX_TIME_EXCEEDED' }, totals: { cost: '0' } });
    expect(fakes.calls).not.toContain('sign');
    expect(fakes.events.find(({ key }) => key === 'step.too_late:a')?.data).toMatchObject({
      refused: 'not_enough_time',
      message: expect.stringContaining('the service usually takes 60000 ms') as string,
    });
  });

  test('of a chain are waited for: nobody is told that a payment is unknown before its expiry can be proven', async () => {
    const alive = { kind: 'alive', expiresAtMs: Date.now(), finalityMs: 60_000 } as const;
    const unclear = { kind: 'unclear', code: 'HTTP_500', message: 'broken' } as const;
    const once = { maxAttempts: 1, backoffMultiplier: 1, initialDelayMs: 1, maxDelayMs: 1 };
    const { fakes, end } = await play(
      temporal,
      {
        plan: aPlan([aPaidStep('a', '100', { retryPolicy: once })]),
        calls: { a: [demand('100')] },
        submit: [unclear],
        reconcile: [
          alive,
          { kind: 'unknown', message: 'waiting' },
          { kind: 'unknown', message: 'waiting' },
          { kind: 'void' },
        ],
      },
      approvesAtOnce,
      { settings: { reconcileGiveUpMs: 1, reconcileIntervalMs: 10 } },
    );
    expect(end).toBe('failed');
    expect(fakes.finished[0]).toMatchObject({ error: { code: 'HTTP_500' }, attention: [] });
  });

  test('that fit are not mentioned', async () => {
    const { fakes, end } = await play(
      temporal,
      { plan, calls: { a: [demand('100')], b: [demand('200')] } },
      approvesAtOnce,
    );
    expect(end).toBe('completed');
    expect(asked(fakes, 'hash-1')).not.toHaveProperty('conflict');
  });
});
