import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NoRoom } from '../../domain/budgets/room.ts';
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
const room: NoRoom = {
  budget: 'bud_1',
  name: 'Research',
  missing: '40',
  renewsAtMs: Date.UTC(2100, 0, 1),
  message: 'Budget "Research" is used up.',
};

/** The first payment goes through; for the second a budget has no room until somebody makes some. */
const without = (then: 'pause' | 'refuse', rooms: (NoRoom | null)[]): Script => ({
  plan,
  calls: { a: [demand('100')], b: [demand('200')] },
  sign: [
    { kind: 'signed' },
    { kind: 'refused', reason: 'budget_exhausted', message: room.message, room, then },
    { kind: 'signed' },
  ],
  room: rooms,
});

const paused = ({ events }: Fakes) => events.filter(({ type }) => type === 'run.paused');
const looks = ({ calls }: Fakes): number => calls.filter((call) => call === 'look for room').length;

describe('a run for whose payment a budget has no room', () => {
  test('is paused, says which budget, who can raise it and when it renews, and goes on by itself', async () => {
    const { fakes, end } = await play(temporal, without('pause', [room, room, null]), approvesAtOnce);
    expect(end).toBe('completed');
    expect(paused(fakes)).toEqual([
      expect.objectContaining({
        status: 'paused',
        data: {
          reason: 'budget_exhausted',
          step_id: 'b',
          budget: { id: 'bud_1', name: 'Research' },
          message: room.message,
          needs: {
            who: 'admin',
            how: expect.stringContaining('Raise or reset the budget') as string,
            missing: { amount: '0.00004', asset: 'USDC' },
            spent: { amount: '0.0001', asset: 'USDC' },
            cost_to_finish: { amount: '0.0002', asset: 'USDC' },
            resumes_by_itself: true,
          },
          renews_at: '2100-01-01T00:00:00.000Z',
        },
      }),
    ]);
    expect(looks(fakes)).toBe(3);
    const states = fakes.events.flatMap(({ status }) => status ?? []);
    expect(states.slice(states.indexOf('paused') - 1)).toEqual(['running', 'paused', 'running', 'completed']);
    expect(fakes.events.filter(({ type }) => type === 'approval.requested')).toHaveLength(1);
    expect(fakes.calls.filter((call) => call.startsWith('call a'))).toHaveLength(1);
    expect(fakes.finished[0]?.totals.cost).toBe('300');
  });

  test('pays anew after a payment that was proven void before the pause', async () => {
    const script: Script = {
      plan: aPlan([aPaidStep('a', '100')]),
      calls: { a: [demand('100')] },
      sign: [
        { kind: 'signed' },
        { kind: 'refused', reason: 'budget_exhausted', message: room.message, room, then: 'pause' },
        { kind: 'signed' },
      ],
      submit: [
        { kind: 'unclear', code: 'TIMEOUT', message: 'No answer.' },
        { kind: 'settled', output: { inline: 'a' }, txHash: '0xt', timeMs: 1 },
      ],
      reconcile: [{ kind: 'void' }],
      room: [null],
    };
    const { fakes, end } = await play(temporal, script, approvesAtOnce);
    expect(end).toBe('completed');
    const generations = fakes.calls
      .filter((call) => call.startsWith('call a'))
      .map((call) => call.split(' ')[2]?.[0]);
    expect(generations).toEqual(['1', '2', '2']);
    expect(fakes.finished[0]?.totals.cost).toBe('100');
  });

  test('is undone when it is cancelled while it waits', async () => {
    const { fakes, end } = await play(temporal, without('pause', [room]), async (handle, known) => {
      await untilAsked(known);
      await approve(handle);
      await until(() => looks(known) > 0, 'it waits for room');
      await handle.executeUpdate(UPDATES.cancel, { args: [{ by: 'tester' }] });
    });
    expect(end).toBe('cancelled');
    expect(fakes.finished[0]).toMatchObject({ status: 'cancelled', totals: { cost: '100' } });
  });

  test('fails at once where its purse says so, and what it did is undone', async () => {
    const { fakes, end } = await play(temporal, without('refuse', []), approvesAtOnce);
    expect(end).toBe('failed');
    expect(paused(fakes)).toEqual([]);
    expect(fakes.finished[0]).toMatchObject({
      status: 'failed',
      error: { code: 'BUDGET_EXHAUSTED', message: room.message },
    });
  });
});

test('a payment that a budget asks a person about is signed under the approval that a person gives', async () => {
  const script: Script = {
    plan,
    calls: { a: [demand('100')], b: [demand('200')] },
    sign: [
      { kind: 'signed' },
      { kind: 'refused', reason: 'approve_above', message: 'A person must agree.' },
      { kind: 'signed' },
    ],
  };
  const { fakes, end } = await play(temporal, script, async (handle, known) => {
    await untilAsked(known);
    await approve(handle);
    await until(
      () => known.events.some(({ key }) => key === 'approval.requested:hash-2'),
      'a person is asked about the payment',
    );
    await approve(handle);
  });
  expect(end).toBe('completed');
  const asked = fakes.events.find(({ key }) => key === 'approval.requested:hash-2');
  expect(asked).toMatchObject({ status: 'awaiting_approval', data: { reason: 'approve_above' } });
  expect(asked?.approval?.data).toMatchObject({ needs: { who: 'approver', resumes_by_itself: false } });
  expect(fakes.calls.filter((call) => call.startsWith('sign'))).toEqual([
    'sign',
    'sign',
    'sign, agreed to 200',
  ]);
});
