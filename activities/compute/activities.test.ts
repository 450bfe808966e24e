import { describe, expect, it } from 'vitest';
import type { PlanStep } from '../../domain/plan/plan.ts';
import type { Ride } from '../../domain/ports/journal.ts';
import type { Outputs, ValueRef } from '../../domain/ports/values.ts';
import { DEFAULT_RETRY } from '../../domain/plan/draft.ts';
import type { Json } from '../../schemas/core/json.ts';
import { createComputeActivities } from './activities.ts';

const step = (over: Partial<PlanStep>): PlanStep => ({
  id: 'compute',
  type: 'data_transform',
  serviceName: 'Transform',
  action: 'compute',
  params: {},
  outputKey: 'computed',
  dependencies: [],
  parallelizable: true,
  estimatedCost: '0',
  estimatedTime: 1,
  maxPrice: '0',
  retryPolicy: DEFAULT_RETRY,
  ...over,
});

function setUp(stored: { [ref: string]: Json } = {}) {
  const rides: Ride[] = [];
  const loaded: ValueRef[] = [];
  const activities = createComputeActivities({
    journal: { append: (ride) => Promise.resolve(void rides.push(ride)) },
    values: {
      keep: (_, value) => Promise.resolve({ inline: value }),
      keepText: () => Promise.reject(new Error('nothing here is so large')),
      show: (ref) => Promise.resolve('inline' in ref ? ref.inline : undefined),
      load: (ref) => {
        loaded.push(ref);
        return Promise.resolve('inline' in ref ? ref.inline : stored[ref.ref]!);
      },
    },
    clock: () => 1000,
  });
  const compute = (one: PlanStep, outputs: Outputs) =>
    activities.computeStep({
      ride: { runId: 'r', events: [{ key: 'before', type: 'step.progress', data: {} }] },
      runId: 'r',
      step: one,
      outputs,
    });
  return { compute, rides, loaded };
}

describe('computing a step', () => {
  it('loads only what it needs, answers, and writes what happened in one go with the ride', async () => {
    const { compute, rides, loaded } = setUp({ big: [{ price: 1 }, { price: 3 }] });
    const outputs: Outputs = {
      history: { ref: 'big', sha256: 'x', size: 1 },
      other: { ref: 'unused', sha256: 'y', size: 1 },
    };
    const outcome = await compute(
      step({ params: { op: 'aggregate', from: 'history', field: 'price', fn: 'avg' } }),
      outputs,
    );
    expect(outcome).toEqual({ kind: 'ok', output: { inline: 2 } });
    expect(loaded).toEqual([outputs['history']]);
    expect(rides).toHaveLength(1);
    expect(rides[0]?.events.map((event) => event.key)).toEqual([
      'before',
      'step.started:compute',
      'step.completed:compute',
    ]);
    expect(rides[0]?.events[2]?.data).toEqual({
      step: 'compute',
      result: {
        stepId: 'compute',
        status: 'completed',
        success: true,
        output: 2,
        cost: '0',
        time: 0,
        attempts: 1,
      },
    });
  });

  it('tells which branch a condition takes', async () => {
    const { compute } = setUp();
    const check = step({
      type: 'conditional',
      params: { left: 'price.value', operator: 'gt', right: 100, then: 'a', else: 'b' },
    });
    expect(await compute(check, { price: { inline: { value: 99 } } })).toMatchObject({
      kind: 'ok',
      branch: 'else',
      output: { inline: { result: false, branch: 'else' } },
    });
  });

  it('fails with the contract code when an input is missing', async () => {
    const { compute, rides } = setUp();
    const outcome = await compute(
      step({ params: { op: 'identity' }, inputMapping: { input: 'gone.x' } }),
      {},
    );
    expect(outcome).toMatchObject({ kind: 'failed', code: 'INPUT_MISSING' });
    expect(rides[0]?.events[2]).toMatchObject({
      key: 'step.failed:compute',
      step: { status: 'failed', data: { result: { code: 'INPUT_MISSING' } } },
    });
  });
});
