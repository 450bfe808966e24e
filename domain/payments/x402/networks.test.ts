import { EVM_NETWORK_CHAIN_ID_MAP } from '@x402/evm/v1';
import { normalizeNetwork } from '@x402/svm';
import { expect, test } from 'vitest';
import { caipNetwork } from './networks.ts';

test.each(['solana', 'solana-devnet', 'solana-testnet'])(
  '%s is the network that the x402 library means',
  (name) => {
    expect(caipNetwork(name)).toBe(normalizeNetwork(name as `${string}:${string}`));
  },
);

test.each([
  'ethereum',
  'sepolia',
  'base',
  'base-sepolia',
  'polygon',
  'polygon-amoy',
  'avalanche',
  'celo',
  'sei',
] as const)('%s is the chain that the x402 library means', (name) => {
  expect(caipNetwork(name)).toBe(`eip155:${EVM_NETWORK_CHAIN_ID_MAP[name]}`);
});

test('a CAIP-2 id is itself, and a name that nobody knows is nothing', () => {
  expect(caipNetwork('eip155:31337')).toBe('eip155:31337');
  expect(caipNetwork('moonbase')).toBeUndefined();
});

test.each(['constructor', '__proto__', 'toString'])('%s is no network, whatever objects inherit', (name) => {
  expect(caipNetwork(name)).toBeUndefined();
});
