import type { Asset } from '../../schemas/core/money.ts';
import { escrowAccount, floatAccount, worldAccount, type AccountRef } from '../accounts.ts';
import { move, type Entry } from '../ledger.ts';
import { coinsOf, type CoinCosts } from './rail.ts';

/** Judges a withdrawal before anything is held for it. `asset` is the code, `amount` minor units. */
export interface WithdrawalGuard {
  judge(wanted: WithdrawalWish): Promise<WithdrawalJudgement>;
}

export interface WithdrawalWish {
  asset: string;
  amount: bigint;
  destination: string;
  /** The user knows that the destination gives nothing back: tokens may go where no wallet is. */
  burns: boolean;
}

/** `refused`: with the problem code. `fine`: what its transaction takes, and the least that the chain takes (minor units). */
export type WithdrawalJudgement =
  | { kind: 'refused'; code: 'invalid_destination' }
  | { kind: 'fine'; costs: CoinCosts; least: bigint };

/** What the operator takes. Minor units, by asset code. */
export interface WithdrawalTerms {
  /** What one whole coin of the chain costs in the asset; without one, fee and rent are paid in the coin. */
  prices: ReadonlyMap<string, bigint>;
  /** The least that may be withdrawn; by default a ten-thousandth of a unit. */
  minimums: ReadonlyMap<string, bigint>;
}

/** What a user pays for a withdrawal: `fee` and `rent` in `asset`, for which its transaction may take `coins` of `coin`. */
export interface WithdrawalCharge {
  fee: bigint;
  rent: bigint;
  asset: Asset;
  coin: Asset;
  coins: bigint;
}

/** A withdrawal before it is asked for. `minimum` is that of the amount. */
export interface WithdrawalQuote {
  charge: WithdrawalCharge;
  minimum: bigint;
}

/**
 * What a withdrawal costs its user. An asset with a price pays in itself, rounded up; another asset pays in the chain's coin,
 * out of the same user's escrow, and so does the coin.
 */
export function quoteWithdrawal(
  { prices, minimums }: WithdrawalTerms,
  { asset, coin, costs, least }: { asset: Asset; coin: Asset; costs: CoinCosts; least: bigint },
): WithdrawalQuote {
  const price = asset.id === coin.id ? undefined : prices.get(asset.code);
  const inAsset = (coins: bigint): bigint =>
    ceilDiv(coins * (price ?? 1n), price === undefined ? 1n : unit(coin));
  const minimum = minimums.get(asset.code) ?? usualMinimum(asset);
  return {
    charge: {
      fee: inAsset(costs.fee),
      rent: inAsset(costs.rent),
      asset: price === undefined ? coin : asset,
      coin,
      coins: coinsOf(costs),
    },
    minimum: minimum > least ? minimum : least,
  };
}

const unit = ({ decimals }: Asset): bigint => 10n ** BigInt(decimals);

const ceilDiv = (amount: bigint, by: bigint): bigint => (amount + by - 1n) / by;

const usualMinimum = (asset: Asset): bigint => ceilDiv(unit(asset), 10_000n);

type Charged = { tenant: string; userId: string; asset: Asset; amount: bigint; charge: WithdrawalCharge };

/** What the user must have, by asset: one line where the charge is in the asset itself. */
export function requiredOf({
  asset,
  amount,
  charge,
}: Omit<Charged, 'tenant' | 'userId'>): { asset: Asset; required: bigint }[] {
  const costs = charge.fee + charge.rent;
  if (charge.asset.id === asset.id) return [{ asset, required: amount + costs }];
  return [
    { asset, required: amount },
    { asset: charge.asset, required: costs },
  ];
}

/**
 * Entries of a withdrawal. Paid in the chain's coin, fee and rent go out of the user's own coins. Paid in a token, the operator
 * takes the tokens and gives the coins, out of its own account: that is capped, so it never gives coins of others.
 */
export function withdrawalEntries({ tenant, userId, asset, amount, charge }: Charged): Entry[] {
  const { coin, coins, fee, rent } = charge;
  const user = (of: Asset): AccountRef => escrowAccount(tenant, userId, of);
  const costs = fee + rent;
  const moved = move(user(asset), worldAccount(asset), amount);
  if (costs === 0n) return moved;
  if (charge.asset.id === coin.id && asset.id === coin.id)
    return move(user(coin), worldAccount(coin), amount + costs);
  if (charge.asset.id === coin.id) return [...moved, ...move(user(coin), worldAccount(coin), costs)];
  return [
    { ...user(asset), amount: -(amount + costs) },
    { ...worldAccount(asset), amount },
    { ...floatAccount(asset), amount: costs },
    ...move(floatAccount(coin), worldAccount(coin), coins),
  ];
}

/** The part of a charge that pays for `spent` of the coins it was for, rounded up; never more than the charge. */
export function chargeShare(charge: bigint, coins: bigint, spent: bigint): bigint {
  if (coins === 0n || spent >= coins) return charge;
  return ceilDiv(charge * spent, coins);
}

/** Entries of a withdrawal that failed on its chain: the user pays what the chain took, at most what was quoted. */
export function failedEntries({
  user,
  charged,
  coin,
  share,
  spent,
}: {
  user: AccountRef;
  charged: Asset;
  coin: Asset;
  share: bigint;
  spent: bigint;
}): Entry[] {
  const to = charged.id === coin.id ? worldAccount(coin) : floatAccount(charged);
  const rest = charged.id === coin.id ? spent - share : spent;
  return [
    ...(share === 0n ? [] : move(user, to, share)),
    ...(rest === 0n ? [] : move(floatAccount(coin), worldAccount(coin), rest)),
  ];
}
