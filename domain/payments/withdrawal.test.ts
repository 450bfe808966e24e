import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Asset } from '../../schemas/core/money.ts';
import { escrowAccount } from '../accounts.ts';
import { checkEntries } from '../ledger.ts';
import { chargeShare, failedEntries, quoteWithdrawal, requiredOf, withdrawalEntries } from './withdrawal.ts';

const network = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
const coin: Asset = { id: `${network}/slip44:501`, code: 'SOL', network, address: null, decimals: 9 };
const usdc: Asset = { id: `${network}/token:mint`, code: 'USDC', network, address: 'mint', decimals: 6 };
const COSTS = { fee: 5_000n, rent: 2_039_280n };
const terms = (price?: bigint, minimum?: bigint) => ({
  prices: new Map(price === undefined ? [] : [['USDC', price]]),
  minimums: new Map(minimum === undefined ? [] : [['USDC', minimum]]),
});
const quote = (asset: Asset, price?: bigint, minimum?: bigint, least = 1n) =>
  quoteWithdrawal(terms(price, minimum), { asset, coin, costs: COSTS, least });

test('a token with a price pays fee and rent in itself, rounded up', () => {
  const { charge } = quote(usdc, 200_000_000n);
  expect(charge).toMatchObject({ fee: 1_000n, rent: 407_856n, asset: usdc, coins: 2_044_280n });
  expect(quote(usdc, 1n).charge).toMatchObject({ fee: 1n, rent: 1n });
  expect(requiredOf({ asset: usdc, amount: 10n, charge })).toEqual([{ asset: usdc, required: 408_866n }]);
});

test('a token without a price, and the coin itself, pay in coins', () => {
  const { charge } = quote(usdc);
  expect(charge).toMatchObject({ ...COSTS, asset: coin, coins: 2_044_280n });
  expect(requiredOf({ asset: usdc, amount: 10n, charge })).toEqual([
    { asset: usdc, required: 10n },
    { asset: coin, required: 2_044_280n },
  ]);
  expect(quote(coin, 200_000_000n).charge).toMatchObject({ asset: coin, fee: 5_000n });
});

test('the minimum is a ten-thousandth of a unit, what the operator says, or what the chain takes', () => {
  expect(quote(usdc).minimum).toBe(100n);
  expect(quote(usdc, undefined, 5n).minimum).toBe(5n);
  expect(quote(coin).minimum).toBe(100_000n);
  expect(quote(coin, undefined, undefined, 890_880n).minimum).toBe(890_880n);
});

const amounts = fc.bigInt({ min: 1n, max: 10n ** 15n });

test('entries sum to zero, take from the user just what is required, and touch the operator only where it is paid', () => {
  const run = (asset: Asset, price: bigint | undefined, amount: bigint): void => {
    const { charge } = quote(asset, price);
    const entries = withdrawalEntries({ tenant: 't', userId: 'u', asset, amount, charge });
    checkEntries(entries);
    for (const { asset: of, required } of requiredOf({ asset, amount, charge })) {
      const taken = entries
        .filter(({ account }) => account === escrowAccount('t', 'u', of).account)
        .reduce((sum, entry) => sum - entry.amount, 0n);
      expect(taken).toBe(required);
    }
    const operator = entries.filter(({ kind }) => kind === 'float').map((entry) => entry.amount);
    expect(operator).toEqual(charge.asset.id === coin.id ? [] : [charge.fee + charge.rent, -charge.coins]);
  };
  fc.assert(
    fc.property(
      fc.constantFrom(usdc, coin),
      fc.option(amounts, { nil: undefined }),
      amounts,
      (asset, price, amount) => run(asset, price, amount),
    ),
  );
});

test('a withdrawal that failed costs its user the part of the charge that the chain took, never more', () => {
  expect(chargeShare(408_856n, 2_044_280n, 5_000n)).toBe(1_000n);
  expect(chargeShare(10n, 2_044_280n, 5_000n)).toBe(1n);
  expect(chargeShare(10n, 5_000n, 6_000n)).toBe(10n);
  const user = escrowAccount('t', 'u', usdc);
  checkEntries(failedEntries({ user, charged: usdc, coin, share: 1_000n, spent: 5_000n }));
  const own = escrowAccount('t', 'u', coin);
  expect(
    failedEntries({ user: own, charged: coin, coin, share: 5_000n, spent: 6_000n }).map(
      ({ amount }) => amount,
    ),
  ).toEqual([-5_000n, 5_000n, -1_000n, 1_000n]);
});
