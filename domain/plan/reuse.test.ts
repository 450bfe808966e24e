import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { StepStatus } from '../../schemas/core/run.ts';
import type { Plan, PlanStep } from './plan.ts';
import { planOfRest, splitForRerun, type Reuse } from './reuse.ts';

const chain = [
  { id: 'a', dependencies: [] },
  { id: 'b', dependencies: ['a'] },
  { id: 'c', dependencies: ['b'] },
  { id: 'x', dependencies: [] },
];
const statuses = (all: Record<string, StepStatus>) => new Map(Object.entries(all));

describe('another run of a plan', () => {
  test('uses what ended well and does the rest again', () => {
    expect(splitForRerun(chain, statuses({ a: 'completed', b: 'failed', x: 'completed' }))).toEqual({
      done: ['a', 'x'],
      skipped: [],
      redo: ['b', 'c'],
    });
  });

  test('does again what was undone, and all that hangs on it', () => {
    const all = statuses({ a: 'compensated', b: 'completed', c: 'completed', x: 'skipped' });
    expect(splitForRerun(chain, all)).toEqual({ done: [], skipped: ['x'], redo: ['a', 'b', 'c'] });
  });

  test('from a step does it and all that hangs on it again', () => {
    const all = statuses({ a: 'completed', b: 'completed', c: 'completed', x: 'completed' });
    expect(splitForRerun(chain, all, 'b')).toEqual({ done: ['a', 'x'], skipped: [], redo: ['b', 'c'] });
    expect(splitForRerun(chain, all)).toEqual({ kind: 'nothing_to_do' });
    expect(splitForRerun(chain, all, 'y')).toEqual({ kind: 'unknown_step' });
  });

  test('never uses a result whose input is made anew, whatever the graph and the past', () => {
    const graph = fc.integer({ min: 1, max: 12 }).chain((n) =>
      fc.tuple(
        fc.array(fc.array(fc.nat(), { maxLength: 3 }), { minLength: n, maxLength: n }),
        fc.array(fc.constantFrom<StepStatus>('completed', 'failed', 'skipped', 'compensated', 'pending'), {
          minLength: n,
          maxLength: n,
        }),
        fc.option(fc.nat({ max: n - 1 }), { nil: undefined }),
      ),
    );
    fc.assert(
      fc.property(graph, ([edges, past, from]) => {
        const steps = edges.map((list, i) => ({
          id: `s${i}`,
          dependencies: i === 0 ? [] : [...new Set(list.map((n) => `s${n % i}`))],
        }));
        const split = splitForRerun(
          steps,
          new Map(past.map((status, i) => [`s${i}`, status])),
          from === undefined ? undefined : `s${from}`,
        );
        if ('kind' in split) return;
        expect([...split.done, ...split.skipped, ...split.redo].toSorted()).toEqual(
          steps.map(({ id }) => id).toSorted(),
        );
        for (const { id, dependencies } of steps)
          if (!split.redo.includes(id))
            expect(dependencies.filter((on) => split.redo.includes(on))).toEqual([]);
      }),
    );
  });
});

test('the plan of the rest costs only the rest, and pays nobody else', () => {
  const step = (id: string, cost: string): PlanStep =>
    ({ id, estimatedCost: cost, maxPrice: cost, pay: { payTo: id } }) as unknown as PlanStep;
  const plan = { steps: [step('a', '5'), step('b', '7')], revision: 3, planHash: 'old' } as unknown as Plan;
  const split: Reuse = { done: ['a'], skipped: [], redo: ['b'] };
  expect(planOfRest(plan, split, undefined)).toEqual({
    steps: [{ id: 'a', estimatedCost: '0', maxPrice: '0' }, step('b', '7')],
    totalEstimatedCost: '7',
    revision: 1,
    limits: { maxTotalAmount: '7' },
  });
  expect(planOfRest(plan, split, '100').limits).toEqual({ maxTotalAmount: '100' });
});
