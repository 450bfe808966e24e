import { expect, test } from 'vitest';
import { nextLookMs } from './looks.ts';

test('a run that waits for room looks ever more rarely', () => {
  expect(nextLookMs(0, 2_000, 0, null)).toBe(2_000);
  expect(nextLookMs(200_000, 2_000, 0, null)).toBe(4_000);
});

test('it looks just after the renewal', () => {
  expect(nextLookMs(10 ** 9, 2_000, 100, 600)).toBe(501);
  expect(nextLookMs(10 ** 9, 2_000, 700, 600)).toBe(2 * 10 ** 7);
});

test('a month of waiting takes hundreds of looks, not thousands', () => {
  let looks = 0;
  for (let waited = 0; waited < 30 * 24 * 3_600_000; looks++)
    waited += nextLookMs(waited, 2_000, waited, null);
  expect(looks).toBeLessThan(600);
});
