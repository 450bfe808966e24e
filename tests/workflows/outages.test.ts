import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QUERIES } from '../../domain/messages.ts';
import type { CallOutcome, PollOutcome } from '../../domain/ports/calling.ts';
import type { SubmitOutcome } from '../../domain/ports/payments.ts';
import type { PlanOutcome, PlanWait } from '../../domain/ports/planning.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, endOf } from './support/approved.ts';
import { aPaidStep, aPlan, aStep, createFakes, demand, ok, type Fakes } from './support/fakes.ts';
import { until, withRun } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

const plan = aPlan([aStep('a')]);
const planned: PlanOutcome = {
  kind: 'planned',
  plan,
  cached: false,
  model: 'offline',
  intent: { classification: 'test', entities: {}, confidence: 1, requiredCapabilities: [] },
};
const away = (over: Partial<PlanWait> = {}): PlanWait => ({
  kind: 'waiting',
  for: 'catalogue',
  otherwise: {
    kind: 'failed',
    code: 'DISCOVERY_UNAVAILABLE',
    message: 'No service catalogue can be read: registry.test answered 503.',
    recoverable: true,
  },
  ...over,
});

/** Approves the run as soon as it asks, and returns how it ended. */
async function runThrough(handle: WorkflowHandle, fakes: Fakes): Promise<string> {
  await until(() => fakes.types().includes('approval.requested'), 'approval is requested');
  await approve(handle);
  return endOf(handle);
}

const waits = ({ events }: Fakes): JsonObject[] =>
  events.flatMap(({ data }) => (data['waiting'] ? [data['waiting'] as JsonObject] : []));
const isWaiting = (fakes: Fakes) => () => waits(fakes).length > 0;

describe.concurrent('a catalogue that is away', () => {
  test('is waited for: the run shows it, gets its plan when it is back, and then no longer shows it', async () => {
    const fakes = createFakes({ plan, planning: [away(), away(), planned] });
    await withRun(temporal, fakes, {}, async (handle) => {
      await until(isWaiting(fakes), 'it waits');
      expect(await handle.query(QUERIES.state)).toMatchObject({
        status: 'planning',
        waiting: { for: 'catalogue' },
      });
      expect(await runThrough(handle, fakes)).toBe('completed');
      expect(await handle.query(QUERIES.state)).toMatchObject({ waiting: null });
    });
    const [first, second] = waits(fakes);
    expect(first).toMatchObject({ for: 'catalogue', attempt: 1, detail: away().otherwise.message });
    expect(second).toEqual({ ...first, attempt: 2 });
    const shown = fakes.events.filter(({ view }) => view?.['waiting'] !== undefined);
    expect(shown.map(({ type, view }) => [type, view!['waiting'] === null])).toEqual([
      ['run.planning', false],
      ['run.planning', false],
      ['run.plan_ready', true],
    ]);
    expect(fakes.plans.slice(0, 3)).toEqual(['plan', 'plan', 'plan']);
  });

  test('for longer than planning may take fails the run with the reason, and the user may try again', async () => {
    const fakes = createFakes({ plan, planning: away() });
    const began = Date.now();
    await withRun(temporal, fakes, { planningTimeoutMs: 2500 }, async (handle) => {
      expect(await endOf(handle)).toBe('failed');
      expect(Date.now() - began).toBeGreaterThanOrEqual(2500);
      const { history } = await handle.fetchHistory().then((found) => ({ history: found.events ?? [] }));
      expect(history.length).toBeLessThan(60);
    });
    const { code, message, recoverable } = away().otherwise;
    expect(fakes.finished[0]).toMatchObject({ status: 'failed', error: { code, message, recoverable } });
  });

  test('is waited for no longer than the run may take', async () => {
    const fakes = createFakes({ plan, planning: away() });
    await withRun(temporal, fakes, { planningTimeoutMs: 600_000, maxTimeMs: 500 }, async (handle) => {
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.finished[0]?.error).toMatchObject({ code: 'DISCOVERY_UNAVAILABLE' });
    const [wait] = waits(fakes) as { since: string; until: string }[];
    expect(Date.parse(wait!.until) - Date.parse(wait!.since)).toBeLessThanOrEqual(500);
  });

  test('does not keep a run from being cancelled', async () => {
    const fakes = createFakes({ plan, planning: away({ retryAfterMs: 600_000 }) });
    await withRun(temporal, fakes, { planningTimeoutMs: 600_000, maxTimeMs: 600_000 }, async (handle) => {
      await until(isWaiting(fakes), 'it waits');
      await handle.signal('cancel');
      expect(await endOf(handle)).toBe('cancelled');
    });
    expect(fakes.types().at(-1)).toBe('run.cancelled');
  });

  test('in part is waited for: planning does not try again with a part that was not enough', async () => {
    const fakes = createFakes({ plan, planning: [away({ whole: true }), away({ whole: true }), planned] });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    expect(fakes.plans.slice(0, 3)).toEqual(['plan', 'plan with all', 'plan with all']);
  });
});

describe.concurrent('a model that is away', () => {
  const busy: PlanWait = away({
    for: 'model',
    otherwise: {
      kind: 'failed',
      code: 'PLANNING_FAILED',
      message: 'The planning model answered 529: it is overloaded.',
      recoverable: true,
    },
  });

  test('is asked again, each time with what is left of the time', async () => {
    let asked = 0;
    const fakes = createFakes({ plan, planning: async () => ((asked += 1) < 3 ? busy : planned) });
    await withRun(temporal, fakes, { planningTimeoutMs: 15_000 }, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    const left = fakes.plans
      .flatMap((call) => /^ask the model within (\d+) ms$/.exec(call)?.[1] ?? [])
      .map(Number);
    expect(left).toHaveLength(3);
    expect(left[0]).toBeLessThanOrEqual(15_000);
    expect(left[2]! + 2000).toBeLessThanOrEqual(left[0]!);
    expect(waits(fakes)[0]).toMatchObject({ for: 'model', detail: busy.otherwise.message });
  });

  test('for longer than planning may take is a failure in its own words', async () => {
    const fakes = createFakes({ plan, planning: async () => busy });
    await withRun(temporal, fakes, { planningTimeoutMs: 1500 }, async (handle) => {
      expect(await endOf(handle)).toBe('failed');
    });
    expect(fakes.finished[0]?.error).toMatchObject({
      code: 'PLANNING_FAILED',
      message: busy.otherwise.message,
    });
  });
});

describe.concurrent('a service that accepts the work and tells later', () => {
  const status = { url: 'http://service.test/jobs/1' };
  const accepted: CallOutcome = { kind: 'accepted', status };
  const working: PollOutcome = { kind: 'working', status };
  const hiccup: PollOutcome = { kind: 'retry', code: 'HTTP_500', message: 'it answered 500' };
  const gone: PollOutcome = { kind: 'failed', code: 'HTTP_410', message: 'it answered 410' };
  const settled: SubmitOutcome = {
    kind: 'settled',
    output: null,
    txHash: '0xt',
    timeMs: 1,
    accepted: status,
  };
  const paid = aPlan([aPaidStep('a', '5'), aStep('b', { dependencies: ['a'], inputMapping: { x: 'aOut' } })]);

  test('is paid once and asked until it is done, and the next step gets the work', async () => {
    const polls = { a: [working, hiccup, { kind: 'ok', output: { inline: 'work' } } as const] };
    const calls = { a: [demand('5')] };
    const fakes = createFakes({ plan: paid, calls, submit: [settled], polls });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    expect(fakes.calls).toEqual([
      'call a 1.1',
      'sign',
      'submit',
      ...Array<string>(3).fill('ask for a, paid by pi_1'),
      'call b 1.1',
    ]);
    expect(waits(fakes)).toMatchObject([
      { for: 'seller', detail: expect.stringMatching(/accepted/) as string },
    ]);
    expect(fakes.finished[0]).toMatchObject({ status: 'completed' });
  });

  test('is asked without a payment when it wants none', async () => {
    const fakes = createFakes({
      plan,
      calls: { a: [accepted] },
      polls: { a: [working, { kind: 'ok', output: { inline: 1 } }] },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    expect(fakes.calls).toEqual(['call a 1.1', 'ask for a', 'ask for a']);
  });

  test('and fails: what was paid counts, and nothing is paid again', async () => {
    const fakes = createFakes({
      plan: paid,
      calls: { a: [demand('5')] },
      submit: [settled],
      polls: { a: [gone] },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('failed');
    });
    expect(fakes.finished[0]?.error).toMatchObject({
      code: 'PAID_NO_OUTPUT',
      message: expect.stringContaining('it answered 410') as string,
    });
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
    expect(fakes.events.find(({ type }) => type === 'step.failed')?.data).toMatchObject({
      result: { cost: '5' },
    });
  });

  test('and does not finish in the run’s time: the run ends, and what was paid is undone', async () => {
    const undo = { url: 'http://service.test/undo', method: 'POST', params: {} };
    const steps = [aPaidStep('a', '5', { compensation: undo })];
    const script = {
      plan: aPlan(steps),
      calls: { a: [demand('5')] },
      submit: [settled],
      polls: { a: [working] },
    };
    const fakes = createFakes(script);
    await withRun(temporal, fakes, { maxTimeMs: 2500 }, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('failed');
    });
    expect(fakes.finished[0]?.error).toMatchObject({ code: 'MAX_TIME_EXCEEDED' });
    expect(fakes.calls).toContain('undo a');
    expect(fakes.events.find(({ type }) => type === 'step.failed')?.data).toMatchObject({
      result: { code: 'PAID_NO_OUTPUT', cost: '5' },
    });
  });
});

describe.concurrent('a service that is away', () => {
  const gone: CallOutcome = {
    kind: 'retry',
    code: 'NETWORK',
    message: 'No answer from service.test: refused',
    away: true,
  };
  const hiccup: CallOutcome = { kind: 'retry', code: 'HTTP_500', message: 'it answered 500' };
  const paid = aPlan([aPaidStep('a', '5')]);

  test('is called beyond its attempts until it is back; the step says so meanwhile, and is paid once', async () => {
    const calls = { a: [gone, gone, gone, gone, demand('5')] };
    const fakes = createFakes({ plan: paid, calls });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    expect(fakes.calls.filter((call) => call.startsWith('call a'))).toHaveLength(5);
    expect(fakes.calls.filter((call) => call === 'sign')).toHaveLength(1);
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(1);
    const shown = fakes.events.flatMap(({ step }) =>
      step?.data !== undefined && 'waiting' in step.data ? [step.data['waiting']] : [],
    );
    expect(shown).toMatchObject([
      { for: 'seller', attempt: 1, detail: gone.message },
      { for: 'seller', attempt: 2 },
      null,
    ]);
  });

  test('for longer than a step waits fails the step with its last error', async () => {
    const fakes = createFakes({ plan, calls: { a: [gone] } });
    const began = Date.now();
    await withRun(temporal, fakes, { sellerTimeoutMs: 1500 }, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('failed');
    });
    expect(Date.now() - began).toBeGreaterThanOrEqual(1500);
    expect(fakes.finished[0]?.error).toMatchObject({ code: 'NETWORK', message: gone.message, stepId: 'a' });
  });

  test('is not waited for beyond its attempts when the settings say so', async () => {
    const fakes = createFakes({ plan, calls: { a: [gone] } });
    await withRun(temporal, fakes, { sellerTimeoutMs: 0 }, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('failed');
    });
    expect(fakes.calls.filter((call) => call.startsWith('call a'))).toHaveLength(3);
  });

  test('is waited for no longer than the run may take', async () => {
    const fakes = createFakes({ plan, calls: { a: [gone] } });
    await withRun(temporal, fakes, { sellerTimeoutMs: 600_000, maxTimeMs: 1500 }, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('failed');
    });
    expect(fakes.finished[0]?.error).toMatchObject({ code: 'MAX_TIME_EXCEEDED' });
  });

  test('does not use up the attempts of one that answers badly, nor the other way round', async () => {
    const fakes = createFakes({ plan, calls: { a: [gone, gone, gone, hiccup, hiccup, ok('a')] } });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    const failing = createFakes({ plan, calls: { a: [gone, hiccup] } });
    await withRun(temporal, failing, {}, async (handle) => {
      expect(await runThrough(handle, failing)).toBe('failed');
    });
    expect(failing.calls.filter((call) => call.startsWith('call a'))).toHaveLength(4);
    expect(failing.finished[0]?.error).toMatchObject({ code: 'HTTP_500' });
  });

  test('when it is to be paid gets the same payment again, until it is back', async () => {
    const lost = { kind: 'unclear', code: 'HTTP_503', message: 'it answered 503', away: true } as const;
    const settled = { kind: 'settled', output: { inline: 'a' }, txHash: '0xt', timeMs: 1 } as const;
    const fakes = createFakes({
      plan: paid,
      calls: { a: [demand('5')] },
      submit: [lost, lost, lost, lost, lost, settled],
      reconcile: [{ kind: 'alive', expiresAtMs: Date.now() + 60_000 }],
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('completed');
    });
    expect(fakes.calls.filter((call) => call === 'sign')).toHaveLength(1);
    expect(fakes.calls.filter((call) => call === 'submit')).toHaveLength(6);
    expect(fakes.finished[0]?.totals.cost).toBe('5');
  });

  test('when its step is to be undone is waited for, too', async () => {
    const refused = { kind: 'retry', code: 'NETWORK', message: 'refused', away: true } as const;
    const undo = { url: 'http://service.test/undo', method: 'POST', params: {} };
    const fakes = createFakes({
      plan: aPlan([aStep('a', { compensation: undo }), aStep('b', { dependencies: ['a'] })]),
      calls: { b: [{ kind: 'failed', code: 'HTTP_400', message: 'no' }] },
      compensate: {
        a: [refused, refused, refused, refused, { kind: 'ok', detail: {} }],
      },
    });
    await withRun(temporal, fakes, {}, async (handle) => {
      expect(await runThrough(handle, fakes)).toBe('failed');
    });
    expect(fakes.calls.filter((call) => call === 'undo a')).toHaveLength(5);
    expect(fakes.types()).toContain('step.compensated');
  });
});
