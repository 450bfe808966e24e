import { expect, test } from 'vitest';
import { decisions, safeActions } from './actions.ts';

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

const blind = (decidableAtMs: number | null) => ({
  why: 'forgot',
  node: 'rpc.example',
  since: 1,
  decidableAtMs,
});
const BOTH = ['declare_void', 'declare_settled'];

test.each([
  ['unknown', false, { blind: blind(50) }, BOTH],
  ['signed', false, { blind: blind(100) }, BOTH],
  ['settled', false, { blind: blind(100) }, BOTH],
  ['unknown', false, { blind: blind(101) }, []],
  ['unknown', false, { blind: blind(null) }, []],
  ['unknown', false, { blind: null }, []],
  ['unknown', false, { unprovenSince: 1, unreachableSince: 1 }, []],
  ['settled', true, { blind: blind(50) }, []],
  ['void', false, { blind: blind(50) }, []],
  ['prepared', false, { blind: blind(50) }, []],
] as const)(
  'of a payment that is %s (final: %s) with %j an admin may declare %j',
  (status, finalized, proof, may) => {
    expect(decisions({ status, finalized, proof }, 100)).toEqual(may);
  },
);
