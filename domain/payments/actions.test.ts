import { expect, test } from 'vitest';
import { safeActions } from './actions.ts';

test.each([
  ['quoted', false, []],
  ['prepared', false, []],
  ['signed', false, ['reconcile']],
  ['submitted', false, ['reconcile']],
  ['unknown', false, ['reconcile']],
  ['settled', false, ['reconcile']],
  ['settled', true, []],
  ['rejected', false, []],
  ['void', false, []],
] as const)('a payment that is %s (final: %s) offers %j', (status, finalized, actions) => {
  expect(safeActions(status, finalized)).toEqual(actions);
});
