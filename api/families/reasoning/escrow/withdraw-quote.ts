import { coinOf } from '../../../../domain/assets.ts';
import { burnsWhat } from '../../../../domain/payments/burn-addresses.ts';
import { quoteWithdrawal, requiredOf, type WithdrawalQuote } from '../../../../domain/payments/withdrawal.ts';
import { showAmount } from '../../../../domain/money.ts';
import type { Asset } from '../../../../schemas/core/money.ts';
import { UserParams, WithdrawQuery, WithdrawQuoteAnswer } from '../../../../schemas/families/reasoning.ts';
import { unavailable } from '../../../errors.ts';
import { ApiError } from '../../../problem.ts';
import { defineRoute, type Route } from '../../../route.ts';
import { requireUser } from '../access.ts';
import { TAGS } from '../names.ts';
import type { ReasoningOptions } from '../options.ts';
import { money } from '../to-wire.ts';
import { requireAmount, requireAsset, requireEscrow } from './requests.ts';

/** A withdrawal that was understood; nothing is held for it. */
export interface Wish {
  asset: Asset;
  amount: bigint;
  destination: string;
}

export const withdrawQuoteRoute = (options: ReasoningOptions): Route =>
  defineRoute({
    method: 'get',
    path: '/escrow/:userId/withdraw/quote',
    summary: 'What a withdrawal would cost now',
    description:
      'Fee and rent are the user’s. They are paid on top of the amount, in the asset that is withdrawn or, where the operator takes no price for it, in SOL of the same escrow (`feeAsset`). Nothing is held: give `max_fee` with the withdrawal to hold it to the quote.',
    tags: TAGS,
    scope: 'read',
    user: 'params.userId',
    params: UserParams,
    query: WithdrawQuery,
    responses: { 200: { description: 'The quote.', schema: WithdrawQuoteAnswer } },
    errors: ['escrow_not_found', 'invalid_amount', 'unknown_asset', 'invalid_destination'],
    handler: async (ctx, { params: { userId }, query }) => {
      requireUser(ctx, userId);
      const asset = requireAsset(options, query.asset);
      const amount = requireAmount(query.amount, asset);
      await requireEscrow(ctx, userId);
      const wish = { asset, amount, destination: query.destination };
      const burns = burnsOf(wish);
      const quote = await quoteFor(options, wish, burns !== undefined);
      return { status: 200, body: { success: true, ...showQuote(wish, quote), ...warn(burns) } };
    },
  });

const warn = (burns: string | undefined): { confirm_destination?: true; warning?: string } =>
  burns === undefined
    ? {}
    : {
        confirm_destination: true,
        warning: `The destination is ${burns}: what is sent there is lost for ever.`,
      };

const burnsOf = ({ asset, destination }: Wish): string | undefined =>
  burnsWhat(asset.network, destination, asset.address);

/** Nobody sends money to where nobody gets it back without having said so. */
export function requireConfirmed(wish: Wish, confirmed: boolean): boolean {
  const burns = burnsOf(wish);
  if (burns === undefined || confirmed) return burns !== undefined;
  throw new ApiError(
    'confirm_destination',
    `The destination is ${burns}: what is sent there is lost for ever. If that is meant, send confirm_destination: true.`,
  );
}

/** What it costs now, as the chain and the operator's terms say. */
export async function quoteFor(
  { assets, escrow }: ReasoningOptions,
  { asset, amount, destination }: Wish,
  burns: boolean,
): Promise<WithdrawalQuote> {
  const wanted = { asset: asset.code, amount, destination, burns };
  const judged = await escrow.guard.judge(wanted).catch(() => {
    throw unavailable('The chain cannot be asked about the destination now. Nothing was started; try again.');
  });
  if (judged.kind === 'refused')
    throw new ApiError(judged.code, 'destination must be a wallet: a Solana address of 32 bytes in base58.');
  const coin = coinOf(assets, asset.network);
  if (coin === undefined) throw new Error(`The book has no coin of ${asset.network}.`);
  return quoteWithdrawal(escrow.terms, { asset, coin, costs: judged.costs, least: judged.least });
}

/** Amounts of a quote: `fee` and `rent` in `feeAsset`, `total` is what leaves the escrow in the asset itself. */
export function showQuote(
  { asset, amount }: Pick<Wish, 'asset' | 'amount'>,
  { charge, minimum }: WithdrawalQuote,
) {
  const [own] = requiredOf({ asset, amount, charge });
  return {
    asset: asset.code,
    amount: money(amount, asset.decimals),
    fee: money(charge.fee, charge.asset.decimals),
    rent: money(charge.rent, charge.asset.decimals),
    feeAsset: charge.asset.code,
    total: money(own!.required, asset.decimals),
    minimum: money(minimum, asset.decimals),
  };
}

/** Refuses what is too little, and what costs more than the user would pay. */
export function requireTerms(
  { asset, amount }: Wish,
  quote: WithdrawalQuote,
  maxFee: bigint | undefined,
): void {
  const { charge, minimum } = quote;
  if (amount < minimum)
    throw new ApiError(
      'below_minimum',
      `Too little: at least ${showAmount(minimum, asset)} may be withdrawn to this destination.`,
    );
  const costs = charge.fee + charge.rent;
  if (maxFee === undefined || costs <= maxFee) return;
  throw new ApiError(
    'fee_changed',
    `Fee and rent are ${showAmount(costs, charge.asset)} now, more than max_fee. Nothing was held; ask for a quote again.`,
    { members: { quote: showQuote({ asset, amount }, quote) } },
  );
}
