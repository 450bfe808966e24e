import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from './errors.ts';
import { formatUnits, showAmount, showAmountOf, parseUnits, sumMinor } from './money.ts';

describe('parseUnits', () => {
  test.each([
    ['0.25', 6, 250_000n],
    ['1', 0, 1n],
    ['0', 9, 0n],
    ['1.50000000', 2, 150n],
    ['123456789012345678901234567890.123456789', 9, 123456789012345678901234567890123456789n],
  ])('reads %s with %d decimals', (text, decimals, minor) => {
    expect(parseUnits(text, decimals)).toBe(minor);
  });

  test.each(['', '-1', '+1', '1e3', '.5', '1.', '1,5', '0x10', ' 1', '1.0000001', 'NaN'])(
    'refuses %j',
    (text) => {
      expect(() => parseUnits(text, 6)).toThrow(EngineError);
    },
  );

  test('refuses what no column holds', () => {
    expect(parseUnits('9'.repeat(60), 18)).toBeLessThan(10n ** 78n);
    expect(() => parseUnits('9'.repeat(61), 18)).toThrow(/more than any asset has/);
  });

  test('is undone by formatUnits for every amount', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 78n - 1n }),
        fc.integer({ min: 0, max: 36 }),
        (minor, decimals) => {
          expect(parseUnits(formatUnits(minor, decimals), decimals)).toBe(minor);
        },
      ),
    );
  });
});

test('formatUnits writes no trailing zeros and keeps the sign', () => {
  expect([formatUnits(1_500_000n, 6), formatUnits('0', 6), formatUnits(-5n, 2), formatUnits(7n, 0)]).toEqual([
    '1.5',
    '0',
    '-0.05',
    '7',
  ]);
});

test('sumMinor adds beyond what a float can hold', () => {
  expect(sumMinor(['9007199254740993', '1'])).toBe(9007199254740994n);
});

test('an amount is shown with its decimals and its code, and in minor units where nobody knows them', () => {
  const assets = [{ id: 'eip155:1/erc20:0x1', code: 'USDC', decimals: 6 }];
  expect(showAmount(50_000n, assets[0]!)).toBe('0.05 USDC');
  expect(showAmountOf({ assets }, 'eip155:1/erc20:0x1', '-1500000')).toBe('-1.5 USDC');
  expect(showAmountOf({ assets }, 'eip155:1/erc20:0x2', '7')).toBe('7 minor units of eip155:1/erc20:0x2');
});
