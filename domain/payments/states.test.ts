import { describe, expect, test } from 'vitest';
import { PaymentStatus } from '../../schemas/core/payment.ts';
import { isToldInOrder, mayBecome, REACHABLE } from './states.ts';

describe('the states of a payment', () => {
  test('a void payment becomes nothing else, and nothing that was signed is given up', () => {
    for (const to of PaymentStatus.options) expect(mayBecome('void', to)).toBe(to === 'void');
    for (const from of ['signed', 'submitted', 'unknown', 'settled'] as const)
      expect(mayBecome(from, 'rejected')).toBe(false);
  });

  test('a withdrawal that was held and never signed may be released, which is void', () => {
    expect(mayBecome('prepared', 'void')).toBe(true);
    expect(mayBecome('quoted', 'void')).toBe(false);
  });

  test('a settled payment is never submitted again, and a reorganisation makes it unknown or void', () => {
    expect(PaymentStatus.options.filter((to) => mayBecome('settled', to))).toEqual([
      'settled',
      'void',
      'unknown',
    ]);
  });

  test.each([
    ['quoted', 'signed', 'submitted', 'settled'],
    ['quoted', 'quoted', 'rejected', 'quoted', 'signed', 'settled'],
    ['quoted', 'signed', 'submitted', 'unknown', 'submitted', 'unknown', 'void'],
    ['quoted', 'signed', 'settled', 'unknown', 'settled'],
  ] as const)('may be told as %s, %s, %s, %s...', (...states) => {
    expect(isToldInOrder(states)).toBe(true);
  });

  test.each([
    ['quoted', 'signed', 'settled', 'submitted'],
    ['quoted', 'submitted'],
    ['signed', 'settled'],
    ['quoted', 'signed', 'void', 'settled'],
    ['quoted', 'signed', 'quoted'],
  ] as const)('may not be told as %s, %s...', (...states) => {
    expect(isToldInOrder(states)).toBe(false);
  });

  test('what was unknown when its run ended may settle or become void later, and what was void may not', () => {
    const after = (state: PaymentStatus) => REACHABLE.filter(([from]) => from === state).map(([, to]) => to);
    expect(after('unknown').toSorted()).toEqual(['settled', 'submitted', 'unknown', 'void']);
    expect(after('void')).toEqual(['void']);
  });
});
