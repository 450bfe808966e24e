import { expect, test } from 'vitest';
import { arrivalName, divideGain } from './arrival.ts';

test('each sender has the sum of what it sent', () => {
  const sent = [
    { sender: 'b', amount: 5n },
    { sender: 'a', amount: 3n },
    { sender: 'b', amount: 2n },
  ];
  expect(divideGain(10n, sent)).toEqual([
    { sender: 'a', amount: 3n },
    { sender: 'b', amount: 7n },
  ]);
});

test('what a token took on the way is nobody’s: the shares are never more than what stayed', () => {
  const sent = ['a', 'b'].map((sender) => ({ sender, amount: 100n }));
  expect(divideGain(198n, sent)).toEqual([
    { sender: 'a', amount: 100n },
    { sender: 'b', amount: 98n },
  ]);
  expect(divideGain(0n, sent)).toEqual([]);
  expect(divideGain(-5n, sent)).toEqual([]);
});

test('what no transfer explains came from nobody', () => {
  expect(divideGain(7n, [{ sender: 'a', amount: 5n }])).toEqual([
    { sender: 'a', amount: 5n },
    { sender: '', amount: 2n },
  ]);
  expect(divideGain(7n, [{ sender: '', amount: 5n }])).toEqual([{ sender: '', amount: 7n }]);
});

test('hex of EVM chains names the same arrival in any case; base58 does not', () => {
  const asset = (network: string) => ({
    id: `${network}/x`,
    code: 'USDC',
    network,
    address: 'x',
    decimals: 6,
  });
  const of = (network: string, txHash: string, sender: string): string =>
    arrivalName({ asset: asset(network), txHash, sender });
  expect(of('eip155:1', '0xAB', '0xCd')).toBe(of('eip155:1', '0xab', '0xcD'));
  expect(of('solana:a', 'AB', 'Cd')).not.toBe(of('solana:a', 'ab', 'Cd'));
});
