import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addDecimals, compareDecimals, decimalOf, divideDecimal, textOfDecimal } from './decimals.ts';

const d = (text: string) => decimalOf(text)!;
const order = (a: string, b: string): number => Math.sign(compareDecimals(d(a), d(b)));
const sum = (a: string, b: string): string | undefined => {
  const total = addDecimals(d(a), d(b));
  return total && textOfDecimal(total);
};

describe('decimals compare by their value', () => {
  test.each([
    ['9007199254740993', '9007199254740992', 1],
    ['1.0', '1', 0],
    ['1e2', '100.00', 0],
    ['-0', '0', 0],
    ['1e400', '2e399', 1],
    ['-1e400', '1e-400', -1],
    ['-9007199254740993', '-9007199254740992', -1],
    ['0.1000000000000000055511151231257827', '0.1', 1],
    ['1e99999999999999999999', '1e99999999999999999998', 1],
  ] as const)('%s and %s', (a, b, expected) => {
    expect(order(a, b)).toBe(expected);
    expect(order(b, a) + expected).toBe(0);
  });

  test('as doubles do where doubles are exact', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (a, b) => {
        expect(order(String(a), String(b))).toBe(Math.sign(a - b));
        expect(sum(String(a), String(b))).toBe(String(a + b));
      }),
    );
  });
});

test.each([
  ['0.1', '0.2', '0.3'],
  ['9007199254740993', '1', '9007199254740994'],
  ['1e30', '-1e30', '0'],
  ['1e60', '1e60', '2e60'],
  ['-1.50', '-0', '-1.5'],
  ['1e-50', '0', '1e-50'],
  ['0.000001', '0', '0.000001'],
] as const)('%s and %s are %s together', (a, b, total) => expect(sum(a, b)).toBe(total));

test('a sum that would fill the memory is none', () => expect(sum('1e999999999', '1')).toBeUndefined());

test.each([
  ['1', 4n, '0.25', true],
  ['9007199254740993', 2n, '4503599627370496.5', true],
  ['1', 3n, '0.3333333333333333333333333333333333', false],
  ['-2', 3n, '-0.6666666666666666666666666666666667', false],
] as const)('%s by %s is %s', (text, by, expected, ends) => {
  const quotient = divideDecimal(d(text), by);
  expect([textOfDecimal(quotient), quotient.ends]).toEqual([expected, ends]);
});

test.each(['', 'x', '1.', '.5', '--1', '1e', 'NaN', 'Infinity', '0x1'])('"%s" is no decimal', (text) =>
  expect(decimalOf(text)).toBeUndefined(),
);
