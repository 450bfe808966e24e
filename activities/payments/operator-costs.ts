import type pg from 'pg';
import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import {
  coinsOwed,
  heldOperatorCost,
  holdOperatorCost,
  operatorHasRoom,
  type CostHold,
  type OperatorCost,
} from '../../db/repositories/operator-costs.ts';
import { getWithdrawal } from '../../db/escrow/withdrawals.ts';
import { transferOf, type PaymentRow, type StepPayment } from '../../db/repositories/payments-write.ts';
import { coinOf } from '../../domain/assets.ts';
import { costLimitOf } from '../../domain/payments/cost-limits.ts';
import type { Offer } from '../../domain/payments/offer.ts';
import { coinsOf, Unfunded, type CustodyRail, type PayingRail } from '../../domain/payments/rail.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';
import { formatUnits, showAmount } from '../../domain/money.ts';
import { openQuote } from './quotes.ts';
import { type PaymentTools } from './tools.ts';

type Refused = Extract<SignOutcome, { kind: 'refused' }>;
type Costing = Pick<PayingRail, 'costs'>;

/** What our own transactions of a payment may take of the coin now, for the operator to bear. */
export async function costOf(tools: PaymentTools, payment: PaymentRow, rail: Costing): Promise<OperatorCost> {
  const { offer } = openQuote(tools.sealer, payment);
  return { transferId: transferOf(payment), ...(await costOfOffer(tools, rail, offer, payment.network)) };
}

/** The same of an offer that has no payment yet. */
export async function costOfOffer(
  { assets, costLimits }: Pick<PaymentTools, 'assets' | 'costLimits'>,
  rail: Costing,
  offer: Offer,
  network: string,
): Promise<Omit<OperatorCost, 'transferId'>> {
  const most = rail.costs === undefined ? 0n : coinsOf(await rail.costs(offer));
  return { network, coin: coinOf(assets, network), most, limit: costLimitOf(costLimits, network) };
}

/** Holds it for a step, in the transaction that holds the amount; a refusal takes everything back. */
export async function holdCost(client: pg.PoolClient, cost: OperatorCost): Promise<Refused | undefined> {
  if (cost.most === 0n) return undefined;
  const held = await holdOperatorCost(client, cost);
  return held === 'held'
    ? undefined
    : { kind: 'refused', reason: 'operator_short', message: WHY[held](cost) };
}

const amountOf = ({ coin, most }: OperatorCost): string =>
  coin === undefined ? `${formatUnits(most, 18)} of its coin` : showAmount(most, coin);

const WHY: Readonly<Record<Exclude<CostHold, 'held'>, (cost: OperatorCost) => string>> = {
  account_short: (cost) =>
    `Fee and rent on ${cost.network} may take ${amountOf(cost)}, more than the operator's own account has.`,
  over_limit: (cost) =>
    `Fee and rent on ${cost.network} may take ${amountOf(cost)}, more than is left of the operator's limit for today.`,
};

const itemOf = ({ network, id }: PaymentRow): string => `operator_short:${network}:${id}`;

export const tellCost = ({ db }: PaymentTools, payment: PaymentRow, message: string): Promise<void> =>
  raiseAttention(db.pool, {
    id: itemOf(payment),
    tenant: payment.tenant,
    kind: 'operator_short',
    runId: payment.run_id,
    detail: `${message} Put more into it, or raise OPERATOR_COSTS_*_PER_DAY, and the run goes on by itself.`,
    data: { network: payment.network, intentId: payment.id },
    recurs: true,
  });

/** Closes what `tellCost` opened, if it did. */
export const costSuffices = ({ db }: Pick<PaymentTools, 'db'>, payment: PaymentRow): Promise<void> =>
  settleAttention(db.pool, itemOf(payment), 'The operator can bear the costs now.');

/** Whether the operator could bear a payment's costs now. */
export async function isCostCovered(
  tools: PaymentTools,
  payment: StepPayment,
  rail: Costing,
): Promise<boolean> {
  const cost = await costOf(tools, payment, rail);
  return cost.most === 0n || operatorHasRoom(tools.db.pool, cost);
}

/** As many coins as our transactions of a payment may take beside its amount: what its user or the operator has held. */
export async function coinsHeld({ db }: PaymentTools, payment: PaymentRow): Promise<bigint> {
  if (payment.kind !== 'withdrawal') return heldOperatorCost(db.pool, transferOf(payment));
  return BigInt((await getWithdrawal(db.pool, payment.id))?.coins ?? 0);
}

/**
 * Throws `Unfunded` where a transaction would take coins that belong to others. The books say what is owed; what may have left
 * counts as if it had not, so at worst a payment waits a little.
 */
export async function assertOwedStays(
  { db, assets: book }: PaymentTools,
  payment: PaymentRow,
  rail: Pick<CustodyRail, 'coins'>,
  taken: bigint,
): Promise<void> {
  const coin = coinOf(book, payment.network);
  if (rail.coins === undefined || coin === undefined) return;
  const amount = payment.asset === coin.id ? BigInt(payment.amount) : 0n;
  if (taken + amount === 0n) return;
  const [coins, owed] = await Promise.all([rail.coins(), coinsOwed(db.pool, coin.id, payment.id)]);
  if (coins - taken - amount >= owed) return;
  throw new Unfunded(
    `The account has ${showAmount(coins, coin)}. With fee and rent the transfer would take ${showAmount(taken + amount, coin)}, and ${showAmount(owed, coin)} are owed to others. It goes on when the account is funded.`,
  );
}
