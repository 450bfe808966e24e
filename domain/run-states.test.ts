import { expect, test } from 'vitest';
import { RunStatus } from '../schemas/core/run.ts';
import { isTerminal, mayMove } from './run-states.ts';

test('nothing leaves a terminal state, not even to itself', () => {
  for (const from of RunStatus.options.filter(isTerminal))
    for (const to of RunStatus.options) expect(mayMove(from, to)).toBe(false);
});

test('a rollback ends failed or cancelled, never completed', () => {
  expect(RunStatus.options.filter((to) => mayMove('compensating', to))).toEqual([
    'compensating',
    'failed',
    'cancelled',
  ]);
});

test('every state that is not terminal can end', () => {
  for (const from of RunStatus.options.filter((status) => !isTerminal(status)))
    expect(mayMove(from, 'cancelled')).toBe(true);
});
