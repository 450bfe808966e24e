import { expect, test } from 'vitest';
import { burnsWhat } from './burn-addresses.ts';

const SOLANA = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
const EVM = 'eip155:1';
const MINT = '4zMMC9srt5Ri5X14GAgXhaHii3GnPAEERYPJgZJDncDU';
const TOKEN = '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';

test.each([
  ['11111111111111111111111111111111', 'the system program'],
  ['1nc1nerator11111111111111111111111111111111', 'the incinerator'],
  ['TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA', 'the token program'],
  ['TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb', 'the token program of 2022'],
  ['So11111111111111111111111111111111111111112', 'the mint of wrapped SOL'],
  ['SysvarRent111111111111111111111111111111111', 'a sysvar'],
  ['SysvarC1ock11111111111111111111111111111111', 'a sysvar'],
  ['Sysvar1nstructions1111111111111111111111111', 'a sysvar'],
  ['Stake11111111111111111111111111111111111111', 'an address without a key'],
  ['Vote111111111111111111111111111111111111111', 'an address without a key'],
  ['ComputeBudget111111111111111111111111111111', 'an address without a key'],
  ['11111111111111111111111111111112', 'an address without a key'],
  [MINT, 'the token itself'],
])('on Solana %s is %s', (address, what) => {
  expect(burnsWhat(SOLANA, address, MINT)).toBe(what);
});

test.each([
  ['0x0000000000000000000000000000000000000000', 'the zero address'],
  ['0x000000000000000000000000000000000000dEaD', 'the dead address'],
  ['0x0000000000000000000000000000000000000001', 'a precompiled contract'],
  ['0x0000000000000000000000000000000000000009', 'a precompiled contract'],
  ['0x0000000000000000000000000000000000000100', 'a precompiled contract'],
  ['0xdEAD000000000000000042069420694206942069', 'a burn address'],
  ['0xdead000000000000000000000000000000000000', 'an address without a key'],
  ['0xDeaDDeaDDeaDDeaDDeaDDeaDDeaDDeaDDeaDDeaD', 'an address without a key'],
  ['0xffffffffffffffffffffffffffffffffffffffff', 'an address without a key'],
  ['0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE', 'an address without a key'],
  [TOKEN.toLowerCase(), 'the token itself'],
])('on an EVM chain %s is %s', (address, what) => {
  expect(burnsWhat(EVM, address, TOKEN)).toBe(what);
});

test.each([
  [SOLANA, 'GmFQZ6kpp5zSR1yUdjHJVrPTznTrHVZZxBVn5UaTTeVt', null],
  [SOLANA, MINT, null], // refused as no wallet, which is another matter
  [EVM, '0x00000000219ab540356cBB839Cbe05303d7705Fa', TOKEN],
  [EVM, TOKEN, null],
])('on %s %s is an address like others', (network, address, token) => {
  expect(burnsWhat(network, address, token)).toBeUndefined();
});
