import { expect, test } from 'vitest';
import { needsOf } from './pause-needs.ts';

const facts = { committed: 100n, upTo: 350n, maxTotal: 300n };

test('a short escrow needs a deposit of what lacks, and goes on by itself', () => {
  expect(needsOf({ ...facts, reason: 'low_balance', short: { amount: 40n, of: 'user' } })).toMatchObject({
    who: 'user',
    missing: 40n,
    spent: 100n,
    costToFinish: 250n,
    resumesByItself: true,
  });
});

test('a short float needs the operator', () => {
  expect(needsOf({ ...facts, reason: 'low_balance', short: { amount: 40n, of: 'operator' } })).toMatchObject({
    who: 'operator',
    missing: 40n,
    resumesByItself: true,
  });
});

test('more than was approved needs a higher maximum, by what it lacks', () => {
  expect(needsOf({ ...facts, reason: 'cost_overrun' })).toMatchObject({
    who: 'approver',
    missing: 50n,
    resumesByItself: false,
  });
});

test.each(['price_changed', 'approval_expired'] as const)('%s needs a decision, not money', (reason) => {
  const needs = needsOf({ ...facts, reason });
  expect(needs).toMatchObject({ who: 'approver', resumesByItself: false });
  expect(needs.missing).toBeUndefined();
});
