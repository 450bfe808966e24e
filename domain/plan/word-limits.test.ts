import { describe, expect, test } from 'vitest';
import { floorUnits, lowerCeilings } from './word-limits.ts';

const PLAN = { asset: 'USDC', decimals: 6 };
const ceilingsOf = (...given: Parameters<typeof lowerCeilings>) => {
  const bounded = lowerCeilings(...given);
  return bounded.ok ? bounded.ceilings : bounded.message;
};

describe('limits in words', () => {
  test.each<[string, string | undefined, string | undefined, string | undefined]>([
    ['lower than the field', '90000', '0.05', '50000'],
    ['higher than the field', '20000', '0.05', '20000'],
    ['without a field', undefined, '0.05', '50000'],
    ['absent, with a field', '20000', undefined, '20000'],
    ['absent, without a field', undefined, undefined, undefined],
  ])('%s: the lower maximum counts', (_what, field, words, counts) => {
    const maxCost = words === undefined ? {} : { maxCost: { amount: words, asset: 'USDC' } };
    const before = { maxTimeMs: 9, ...(field && { maxCost: field }) };
    expect(ceilingsOf(before, PLAN, maxCost)).toEqual({ maxTimeMs: 9, ...(counts && { maxCost: counts }) });
  });

  test('of time are lowered in the same way', () => {
    expect(ceilingsOf({ maxTimeMs: 1000 }, PLAN, { maxTimeMs: 500 })).toEqual({ maxTimeMs: 500 });
    expect(ceilingsOf({ maxTimeMs: 1000 }, PLAN, { maxTimeMs: 5000 })).toEqual({ maxTimeMs: 1000 });
    expect(ceilingsOf({ maxTimeMs: 1000 }, PLAN)).toEqual({ maxTimeMs: 1000 });
  });

  test('in another asset than the plan’s are never overlooked', () => {
    const told = ceilingsOf({ maxTimeMs: 1 }, PLAN, { maxCost: { amount: '2', asset: 'EUR' } });
    expect(told).toBe(
      'The request limits the cost to 2 EUR, but the plan is priced in USDC. Name the limit in USDC.',
    );
  });

  test('are never rounded up', () => {
    expect(floorUnits('0.0000019', 6)).toBe(1n);
    expect(floorUnits('2', 6)).toBe(2_000_000n);
    expect(floorUnits('2.9', 0)).toBe(2n);
  });
});
