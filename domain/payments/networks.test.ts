import { expect, test } from 'vitest';
import { canonicalTransaction, sameAddress } from './networks.ts';

test('addresses compare without case on EVM chains only', () => {
  expect(sameAddress('eip155:1', '0xAb', '0xaB')).toBe(true);
  expect(sameAddress('solana:x', 'Ab', 'aB')).toBe(false);
});

test('a transaction of an EVM chain is the same however it is written, one of Solana only as it is', () => {
  expect(canonicalTransaction('eip155:1', '0xABcd')).toBe('0xabcd');
  expect(canonicalTransaction('solana:x', '5aBc')).toBe('5aBc');
});
