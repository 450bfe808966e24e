import { describe, expect, test } from 'vitest';
import type { Asset } from '../../schemas/core/money.ts';
import { escrowAccount } from '../accounts.ts';
import { checkEntries } from '../ledger.ts';
import { feeEntries, paymentEntries, refundEntries } from './entries.ts';

const held: Asset = { id: 's/usdc', code: 'USDC', network: 'solana:x', address: 'm', decimals: 6 };
const elsewhere: Asset = { id: 'e/usdc', code: 'USDC', network: 'eip155:1', address: '0x1', decimals: 6 };
const parties = { tenant: 't', runId: 'r', payTo: 'seller', held };

const lines = (entries: { account: string; amount: bigint }[]) =>
  entries.map(({ account, amount }) => [account, amount]);

describe('a payment', () => {
  test('on the escrow’s own chain goes from the reserve to the seller', () => {
    const entries = paymentEntries({ ...parties, paid: held }, 5n);
    checkEntries(entries);
    expect(lines(entries)).toEqual([
      ['reserve:t:r:s/usdc', -5n],
      ['payee:t:seller:s/usdc', 5n],
    ]);
  });

  test('on another chain goes over bridge and float, balanced in both assets', () => {
    const entries = paymentEntries({ ...parties, paid: elsewhere }, 5n);
    checkEntries(entries);
    expect(lines(entries)).toEqual([
      ['reserve:t:r:s/usdc', -5n],
      ['bridge:system:operator:s/usdc', 5n],
      ['float:system:operator:e/usdc', -5n],
      ['payee:t:seller:e/usdc', 5n],
    ]);
  });
});

test.each([held, elsewhere])(
  'a refund takes the payment back account by account, to where it came from',
  (paid) => {
    const entries = [
      ...paymentEntries({ ...parties, paid }, 5n),
      ...refundEntries({ ...parties, paid, source: escrowAccount('t', 'u', held) }, 5n),
    ];
    const sums = new Map<string, bigint>();
    for (const { account, amount } of entries) sums.set(account, (sums.get(account) ?? 0n) + amount);
    expect([...sums].filter(([, amount]) => amount !== 0n)).toEqual([
      ['reserve:t:r:s/usdc', -5n],
      ['escrow:t:u:s/usdc', 5n],
    ]);
  },
);

test('a network fee is taken from the float', () => {
  expect(lines(feeEntries(held, 3n))).toEqual([
    ['float:system:operator:s/usdc', -3n],
    ['world:system:world:s/usdc', 3n],
  ]);
});
