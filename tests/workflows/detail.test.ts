import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlanNeedsDetail, PlanOutcome, PlanWait } from '../../domain/ports/planning.ts';
import type { WordLimits } from '../../domain/plan/understanding/understanding.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, approvesAtOnce, gate, play, untilAsked } from './support/approved.ts';
import { aPaidStep, aPlan, aStep, demand, type Fakes } from './support/fakes.ts';
import { until } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const plan = aPlan([aStep('a')]);
const INTENT = { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] };
const planned: PlanOutcome = { kind: 'planned', plan, cached: false, model: 'offline', intent: INTENT };
const needs: PlanNeedsDetail = {
  kind: 'needs_detail',
  message: 'Say how many.',
  understanding: {
    parts: [],
    assumptions: [],
    ignored: [],
    corrections: [],
    questions: [{ field: 'guests', question: 'For how many?', type: 'number' }],
  },
};
const away: PlanWait = {
  kind: 'waiting',
  for: 'catalogue',
  otherwise: { kind: 'failed', code: 'DISCOVERY_UNAVAILABLE', message: 'away', recoverable: true },
};
const untilEvent = ({ events }: Pick<Fakes, 'events'>, key: string) =>
  until(() => events.some((event) => event.key === key), `${key} is told`);

describe('a run that asks for what its plan lacks', () => {
  test('fails when nobody answers in time, and says what was asked', async () => {
    const settings = { ask: true, answerTtlMs: 200 };
    const { fakes, end } = await play(temporal, { plan, planning: needs }, async () => undefined, {
      settings,
    });
    expect(end).toBe('failed');
    expect(fakes.finished[0]).toMatchObject({
      error: {
        code: 'NEEDS_DETAIL',
        message: 'Nobody answered in time. Say how many.',
        recoverable: true,
        details: [{ path: 'guests', message: 'For how many?', type: 'number' }],
      },
      view: { understanding: needs.understanding },
    });
    const closed = fakes.events.find(({ type }) => type === 'input.closed');
    expect(closed?.data).toEqual({ question: 'detail-1', reason: 'expired' });
  });

  test('has as much patience with a catalogue afterwards as before', async () => {
    const patienceMs = 3000;
    const { fakes, end } = await play(
      temporal,
      { plan, planning: [needs, away, planned] },
      async (handle, seen) => {
        await untilEvent(seen, 'run.awaiting_input:detail-1');
        const askedAtMs = Date.now();
        await until(() => Date.now() > askedAtMs + patienceMs, 'planning would have lost its patience');
        await handle.signal('input', { data: { guests: 2 } });
        await approvesAtOnce(handle, seen);
      },
      { settings: { ask: true, planningTimeoutMs: patienceMs } },
    );
    expect(end).toBe('completed');
    const known = 'plan, knowing the hash of detail-1';
    expect(fakes.plans).toEqual(['plan', known, known]);
  });
});

describe('limits in the words of a request', () => {
  const within = (limits: WordLimits, of = plan): PlanOutcome => ({ ...planned, plan: of, limits });
  const usdc = (amount: string): WordLimits => ({ maxCost: { amount, asset: 'USDC' } });
  const paid = (maxTotalAmount: string) =>
    aPlan([aPaidStep('a', '40000', { maxPrice: '900000' })], { limits: { maxTotalAmount } });

  test('bound the time that the run may take', async () => {
    const held = gate();
    const script = { plan, planning: within({ maxTimeMs: 400 }), hold: { a: held.opened } };
    const { fakes, end } = await play(temporal, script, async (handle, seen) => {
      await approvesAtOnce(handle, seen);
      await untilEvent(seen, 'step.started:a');
      const stops = async () => (await handle.query<{ stopping: unknown }>('state')).stopping !== null;
      await until(stops, 'it stops');
      held.open();
    });
    expect([end, fakes.finished[0]?.error?.message]).toEqual(['failed', 'The run took longer than 400 ms.']);
  });

  test.each<[string, string | undefined, string, string]>([
    ['lower than the field', '5000000', '0.05', '50001'],
    ['higher than the field', '40000', '5', '40001'],
    ['without a field', undefined, '0.05', '50001'],
  ])('bound what it may pay, %s', async (_what, maxCost, amount, dearer) => {
    const of = paid('900000');
    const script = { plan: of, planning: within(usdc(amount), of), calls: { a: [demand(dearer)] } };
    const people: Parameters<typeof play>[2] = async (handle, seen) => {
      await approvesAtOnce(handle, seen);
      await untilAsked(seen, 'hash-2');
      await handle.signal('cancel');
    };
    const { fakes } = await play(temporal, script, people, {
      settings: maxCost === undefined ? {} : { maxCost },
    });
    const asked = fakes.events.find(({ key }) => key === 'approval.requested:hash-2');
    expect(asked?.data).toMatchObject({ reason: 'cost_overrun' });
    expect(fakes.calls).not.toContain('sign');
    const ready = fakes.events.find(({ type }) => type === 'run.plan_ready');
    expect(ready?.view).toMatchObject({ limits: usdc(amount) });
  });

  test('are raised by nobody who approves the plan with more', async () => {
    const of = paid('50000');
    const script = { plan: of, planning: within(usdc('0.05'), of), calls: { a: [demand('60000')] } };
    const { fakes } = await play(temporal, script, async (handle, seen) => {
      await untilAsked(seen);
      await approve(handle, { limits: { maxTotalAmount: '900000' } });
      await untilAsked(seen, 'hash-2');
      await handle.signal('cancel');
    });
    expect(fakes.calls).not.toContain('sign');
  });

  test('in an asset that the plan is not priced in are not overlooked', async () => {
    const planning = within({ maxCost: { amount: '2', asset: 'EUR' } });
    const { fakes, end } = await play(temporal, { plan, planning }, async () => undefined);
    expect([end, fakes.finished[0]?.error?.code]).toEqual(['failed', 'PLAN_INVALID']);
    expect(fakes.types()).not.toContain('approval.requested');
  });
});
