import { expect, test } from 'vitest';
import { costOf, parsePrices } from './prices.ts';

test('the cost of a call is exact, rounded up, and unknown without a price', () => {
  const prices = parsePrices('gpt-5.5:1.25:10, amazon.nova-pro-v1:0:0.8:3.2');
  expect([...prices.keys()]).toEqual(['gpt-5.5', 'amazon.nova-pro-v1:0']);
  expect(costOf(prices, 'gpt-5.5', { input: 1_000_000, output: 100_000 })).toBe(2_250_000n);
  expect(costOf(prices, 'amazon.nova-pro-v1:0', { input: 1, output: 0 })).toBe(1n);
  expect(costOf(prices, 'another', { input: 1, output: 1 })).toBeUndefined();
  expect(parsePrices(undefined).size).toBe(0);
});
