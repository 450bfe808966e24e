import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { UPDATES } from '../../domain/messages.ts';
import { connect, type TemporalTestClient } from '../support/temporal.ts';
import { approve, untilAsked } from './support/approved.ts';
import { aPaidStep, aPlan, aStep, createFakes, demand, type Script } from './support/fakes.ts';
import { withRun } from './support/run.ts';

let temporal: TemporalTestClient;
beforeAll(async () => {
  temporal = await connect();
});
afterAll(() => temporal.close());

interface Shown {
  status: string;
  result: unknown;
  /** Activities and local activities, each with its summary. */
  work: [name: string, summary: string | undefined][];
}

/** What Temporal's UI shows of a run that people had to do with. */
async function shownAfter(
  script: Script,
  people: (handle: WorkflowHandle) => Promise<unknown>,
): Promise<Shown> {
  const fakes = createFakes(script);
  return withRun(temporal, fakes, {}, async (handle) => {
    await untilAsked(fakes);
    await people(handle);
    const result = await handle.result().catch((error: Error) => error.cause);
    const { status } = await handle.describe();
    return { status: status.name, result, work: await workOf(handle) };
  });
}

async function workOf(handle: WorkflowHandle): Promise<Shown['work']> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap((event): Shown['work'] => {
    const marker = event.markerRecordedEventAttributes?.markerName;
    const name = event.activityTaskScheduledEventAttributes?.activityType?.name ?? marker;
    if (!name) return [];
    const data = event.userMetadata?.summary?.data;
    return [[name, data ? String(JSON.parse(Buffer.from(data).toString('utf8'))) : undefined]];
  });
}

const ask = { args: [{ by: 'tester' }] as [object] };
const ONE_STEP: Script = { plan: aPlan([aStep('a')]) };

describe('in Temporal’s UI', () => {
  test('a run that is done has its output and its cost as result', async () => {
    const plan = aPlan([aPaidStep('a', '5000000')]);
    const { status, result } = await shownAfter({ plan, calls: { a: [demand('5000000')] } }, approve);
    expect(status).toBe('COMPLETED');
    expect(result).toMatchObject({ status: 'completed', cost: [{ amount: '5', asset: 'USDC' }] });
    expect(result).toHaveProperty('output');
  });

  test.each<[string, string]>([
    ['declined', UPDATES.reject],
    ['cancelled', UPDATES.cancel],
  ])('a run that was %s is no failure: it ends completed, and says what it is', async (_how, update) => {
    const { status, result } = await shownAfter(ONE_STEP, (handle) => handle.executeUpdate(update, ask));
    expect([status, result]).toEqual([
      'COMPLETED',
      {
        status: 'cancelled',
        cost: [{ amount: '0', asset: 'USDC' }],
        see: expect.stringMatching(/^\/runs\/wf_/) as string,
      },
    ]);
  });

  test('only a cancel that was asked of Temporal itself ends as cancelled', async () => {
    const { status } = await shownAfter(ONE_STEP, (handle) => handle.cancel());
    expect(status).toBe('CANCELLED');
  });

  test('a run that failed is a failure, and says why', async () => {
    const script: Script = {
      ...ONE_STEP,
      calls: { a: [{ kind: 'failed', code: 'NO', message: 'It says no.' }] },
    };
    const { status, result } = await shownAfter(script, approve);
    expect(status).toBe('FAILED');
    expect(result).toMatchObject({ type: 'NO', message: 'It says no.' });
  });

  test('all work is named by what it is for', async () => {
    const plan = aPlan([aPaidStep('a', '5'), aStep('b', { type: 'data_transform', dependencies: ['a'] })]);
    const { work } = await shownAfter({ plan, calls: { a: [demand('5')] } }, approve);
    expect(work.filter(([, summary]) => !summary)).toEqual([]);
    expect(work.map(([, summary]) => summary)).toEqual(
      expect.arrayContaining([
        'plan: without a model',
        expect.stringMatching(/^approval: set aside up to /),
        expect.stringMatching(/^a: /),
        'b: data_transform',
        'end: completed',
      ]),
    );
  });
});
