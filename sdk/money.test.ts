import { expect, test } from 'vitest';
import { writeAmount } from './money.ts';

test('writes numbers without an exponent and leaves decimals as they are', () => {
  expect([
    writeAmount(10),
    writeAmount(0.5),
    writeAmount(1e-7),
    writeAmount(1e21),
    writeAmount('9007199254740993.1'),
  ]).toEqual(['10', '0.5', '0.0000001', '1000000000000000000000', '9007199254740993.1']);
});

test('refuses what is no amount', () => {
  expect(() => writeAmount(Number.NaN)).toThrow(RangeError);
  expect(() => writeAmount(Infinity)).toThrow(RangeError);
});
