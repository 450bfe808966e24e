import { describe, expect, test } from 'vitest';
import type { PlanStep } from './plan.ts';
import { undoOrder, type StepTrail } from './undo.ts';

const undo = { url: 'http://x.test/undo', method: 'POST', params: {} };
const step = (id: string): Pick<PlanStep, 'id' | 'compensation'> => ({ id, compensation: undo });
const trail = (over: Partial<StepTrail>): StepTrail => ({
  status: undefined,
  unanswered: false,
  payments: [],
  ...over,
});

const order = (trails: { [id: string]: StepTrail }, steps = Object.keys(trails).map(step)): string[] =>
  undoOrder(steps, (id) => trails[id]!).map(({ step: { id }, certain }) => (certain ? id : `${id}?`));

describe('what is undone for a lost workflow', () => {
  test('is what may have happened, then what was completed, the last of it first', () => {
    const trails = {
      first: trail({ status: 'completed', completedAt: 9 }),
      second: trail({ status: 'completed', completedAt: 5 }),
      called: trail({ status: 'running' }),
    };
    expect(order(trails)).toEqual(['called?', 'first', 'second']);
  });

  test.each<[string, Partial<StepTrail>, boolean]>([
    ['was not begun', { status: undefined }, false],
    ['is undone already', { status: 'compensated', payments: [{ id: 'p', status: 'settled' }] }, false],
    ['could not be undone before', { status: 'compensation_failed' }, false],
    ['was ruled out', { status: 'skipped' }, false],
    ['only asked for its price', { status: 'running', payments: [{ id: 'p', status: 'rejected' }] }, false],
    ['was proven unpaid', { status: 'running', payments: [{ id: 'p', status: 'void' }] }, false],
    [
      'was paid, and nobody knows its answer',
      { status: 'running', payments: [{ id: 'p', status: 'settled' }] },
      true,
    ],
    ['may have been paid', { status: 'payment_unknown', payments: [{ id: 'p', status: 'unknown' }] }, true],
    ['was refused', { status: 'failed' }, false],
    ['failed after nobody had answered', { status: 'failed', unanswered: true }, true],
  ])('%s: %j', (_what, over, isUndone) => {
    expect(order({ a: trail(over) })).toHaveLength(isUndone ? 1 : 0);
  });

  test('is nothing of a step without an undo', () => {
    expect(order({ a: trail({ status: 'completed', completedAt: 1 }) }, [{ id: 'a' }])).toEqual([]);
  });

  test('names the payment that a refund would give back', () => {
    const payments = [
      { id: 'void', status: 'void' },
      { id: 'paid', status: 'settled' },
    ] as const;
    expect(undoOrder([step('a')], () => trail({ status: 'completed', payments }))[0]?.intentId).toBe('paid');
  });
});
