import { expect, test } from 'vitest';
import { retryDelay } from './retry.ts';

const policy = { maxAttempts: 5, backoffMultiplier: 2, initialDelayMs: 1000, maxDelayMs: 5000 };

test('doubles up to the maximum, adds at most 30 % jitter, and obeys a longer Retry-After', () => {
  expect([1, 2, 3, 4].map((attempt) => retryDelay(policy, attempt, 0))).toEqual([1000, 2000, 4000, 5000]);
  expect(retryDelay(policy, 1, 1)).toBe(1300);
  expect(retryDelay(policy, 1, 0, 7000)).toBe(7000);
});
