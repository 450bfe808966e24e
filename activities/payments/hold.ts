import type pg from 'pg';
import { escrowAccount, reserveAccount } from '../../domain/accounts.ts';
import { tokenOf } from '../../domain/assets.ts';
import { formatUnits } from '../../domain/money.ts';
import { paymentEntries, type PaymentParties } from '../../domain/payments/entries.ts';
import { assetsOf } from '../../domain/payments/purse.ts';
import type { CustodyRail } from '../../domain/payments/rail.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import { applyTransfer, closeTransfer, readBalance } from '../../db/ledger.ts';
import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import {
  lockAsset,
  lockPayment,
  lockRunMoney,
  movePayment,
  promisedIn,
  transferOf,
  type PaymentRow,
  type StepPayment,
} from '../../db/repositories/payments-write.ts';
import { drawReserve, type RunPurse } from '../../db/repositories/run-money.ts';
import { mustGetRun, purseOf, type PaymentTools } from './tools.ts';

type Refused = Extract<SignOutcome, { kind: 'refused' }>;

/**
 * quoted → prepared: in one transaction the reserve is topped up from the user's escrow if it must be, the amount is
 * held, and the state moves. Undefined when held (or when another process was first).
 */
export async function prepare(
  tools: PaymentTools,
  payment: StepPayment,
  rail: Pick<CustodyRail, 'available'>,
): Promise<Refused | undefined> {
  const { paid } = assetsOf(tools.assets, payment.asset);
  const purse = purseOf(tools, payment, await mustGetRun(tools, payment.run_id));
  const available = await rail.available(tokenOf(paid));
  const refused = await tools.db.transaction(async (client) => {
    await lockRunMoney(client, payment.run_id);
    await lockAsset(client, payment.asset);
    const current = await lockPayment(client, payment.id);
    if (current?.kind !== 'step' || current.status !== 'quoted') return undefined;
    const amount = BigInt(current.amount);
    const left = available - (await promisedIn(client, current.asset, current.id));
    if (left < amount) return floatShort(current, amount - left);
    const lack = await topUp(client, purse, current, amount);
    if (lack) return lack;
    await hold(client, current, { ...purse, payTo: current.pay_to, paid }, amount);
    return undefined;
  });
  if (refused?.reason === 'float_short') await tellOperator(tools, payment, available);
  if (refused === undefined) await floatSuffices(tools.db, payment);
  return refused;
}

/** Draws what the run's reserve lacks. The workflow has checked that its limits allow the payment. */
async function topUp(
  client: pg.PoolClient,
  purse: RunPurse,
  payment: StepPayment,
  amount: bigint,
): Promise<Refused | undefined> {
  const reserve = reserveAccount(purse.tenant, purse.runId, purse.held);
  const { available } = await readBalance(client, reserve.account);
  const lack = amount - available;
  if (lack <= 0n) return undefined;
  if (await drawReserve(client, purse, `topup:${transferOf(payment)}`, lack)) return undefined;
  const escrow = await readBalance(client, escrowAccount(purse.tenant, purse.userId, purse.held).account);
  const shortBy = lack - escrow.available;
  const short = formatUnits(shortBy, purse.held.decimals);
  const message = `The payment needs ${short} ${purse.held.code} more than the escrow has. Please top up.`;
  return { kind: 'refused', reason: 'low_balance', message, shortBy: shortBy.toString() };
}

async function hold(
  client: pg.PoolClient,
  payment: StepPayment,
  parties: PaymentParties,
  amount: bigint,
): Promise<void> {
  const applied = await applyTransfer(client, {
    id: transferOf(payment),
    kind: 'payment',
    state: 'pending',
    tenant: payment.tenant,
    runId: payment.run_id,
    stepId: payment.step_id,
    data: { intentId: payment.id, recipient: payment.pay_to },
    entries: paymentEntries(parties, amount),
  });
  if (applied === 'insufficient')
    throw new Error(`The reserve of ${payment.run_id} changed while it was locked.`);
  await movePayment(client, payment.id, ['quoted'], 'prepared', { reason: null });
}

const floatShort = (payment: StepPayment, shortBy: bigint): Refused => ({
  kind: 'refused',
  reason: 'float_short',
  shortBy: shortBy.toString(),
  message: `The operator's wallet on ${payment.network} cannot cover this payment now.`,
});

const floatItem = ({ asset, id }: PaymentRow): string => `float:${asset}:${id}`;

/** Closes what `tellOperator` opened, if it did. */
export const floatSuffices = ({ pool }: PaymentTools['db'], payment: PaymentRow): Promise<void> =>
  settleAttention(pool, floatItem(payment), 'The wallet has enough now.');

async function tellOperator(tools: PaymentTools, payment: PaymentRow, available: bigint): Promise<void> {
  await raiseAttention(tools.db.pool, {
    id: floatItem(payment),
    tenant: payment.tenant,
    kind: 'float_short',
    runId: payment.run_id,
    detail: `The wallet on ${payment.network} has too little of ${payment.asset}: fund it, and the run goes on by itself.`,
    data: { asset: payment.asset, available: available.toString(), needed: payment.amount },
    recurs: true,
  });
}

/** Takes back a hold for which nothing was signed. False when something was signed after all. */
export async function giveUpHold(
  tools: PaymentTools,
  id: string,
  to: Extract<PaymentStatus, 'quoted' | 'rejected'>,
  reason: string | null = null,
): Promise<boolean> {
  return tools.db.transaction(async (client) => {
    const payment = await lockPayment(client, id);
    if (payment === undefined) return false;
    if (payment.status === 'quoted') return movePayment(client, id, ['quoted'], to, { reason });
    if (payment.status !== 'prepared') return payment.status === 'rejected';
    await closeTransfer(client, transferOf(payment), 'voided');
    const holds = Number(payment.proof['holds'] ?? 0) + 1;
    return movePayment(client, id, ['prepared'], to, { reason, proof: { holds } });
  });
}
