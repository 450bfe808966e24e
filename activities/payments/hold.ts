import type pg from 'pg';
import { tokenOf } from '../../domain/assets.ts';
import { paymentEntries, type PaymentParties } from '../../domain/payments/entries.ts';
import { paidAsset, type RunPurse } from '../../domain/payments/purse.ts';
import type { CustodyRail, PayingRail } from '../../domain/payments/rail.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';
import type { Asset } from '../../schemas/core/money.ts';
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
import { isEnding, type RunRow } from '../../db/repositories/runs.ts';
import { drawReserve } from '../../db/repositories/run-money.ts';
import { closeOperatorCost, type OperatorCost } from '../../db/repositories/operator-costs.ts';
import { askedOf, holdInBudgets, type Asked, type BudgetsHeld } from './budget-room.ts';
import { costOf, costSuffices, holdCost, tellCost } from './operator-costs.ts';
import { mustGetRun, purseOf, type PaymentTools } from './tools.ts';

type Refused = Extract<SignOutcome, { kind: 'refused' }>;

/** Rolls back what was moved before it was known that the payment is refused. */
class TakenBack extends Error {
  override readonly name = 'TakenBack';
  readonly refused: Refused;

  constructor(refused: Refused) {
    super(refused.message);
    this.refused = refused;
  }
}

/**
 * quoted → prepared: in one transaction the reserve is topped up from the run's purse if it must be, the amount is held in
 * the ledger, then what our transactions may cost the operator, then the amount in the budgets, and the state moves. Undefined when held (or when another process was first). A crash
 * before the commit leaves nothing of all that; after it the payment is `prepared`, and nothing is held again.
 */
export async function prepare(
  tools: PaymentTools,
  payment: StepPayment,
  rail: Pick<CustodyRail, 'available'> & Pick<PayingRail, 'costs'>,
  agreed = 0n,
): Promise<Refused | undefined> {
  const run = await mustGetRun(tools, payment.run_id);
  if (run.purse.kind === 'nothing') return paysNothing;
  const paid = paidAsset(tools.assets, payment.asset);
  const purse = purseOf(tools, payment, run);
  const [available, cost] = await Promise.all([rail.available(tokenOf(paid)), costOf(tools, payment, rail)]);
  const work = tools.db.transaction(async (client) => {
    await lockRunMoney(client, payment.run_id);
    if (await isEnding(client, payment.run_id)) return undoing;
    await lockAsset(client, payment.asset);
    const current = await lockPayment(client, payment.id);
    if (current?.kind !== 'step' || current.status !== 'quoted') return undefined;
    const left = available - (await promisedIn(client, current.asset, current.id));
    if (left < BigInt(current.amount)) return floatShort(current, BigInt(current.amount) - left);
    await holdLocked(client, tools, { run, purse, paid, cost, agreed }, current);
    return undefined;
  });
  const refused = await work.catch(takenBack);
  if (refused?.reason === 'float_short') await tellOperator(tools, payment, available);
  if (refused?.reason === 'operator_short') await tellCost(tools, payment, refused.message);
  if (refused?.reason === 'treasury_short') await tellTreasury(tools, payment, refused.message);
  if (refused !== undefined) return refused;
  await floatSuffices(tools.db, payment);
  await treasurySuffices(tools.db, payment, purse);
  if (cost.most > 0n) await costSuffices(tools, payment);
  return undefined;
}

/** What a hold needs besides the payment itself. */
export interface HoldTerms {
  run: RunRow;
  purse: RunPurse;
  paid: Asset;
  cost: Omit<OperatorCost, 'transferId'>;
  /** As much of it (minor units) as a person has agreed to. */
  agreed: bigint;
}

/**
 * Holds a quoted payment: the amount, what its transactions may cost, and the amount in all budgets. The caller has locked the
 * run's money, the asset and the row. Throws `TakenBack` with the refusal; then nothing of it may be committed.
 */
export async function holdLocked(
  client: pg.PoolClient,
  tools: PaymentTools,
  { run, purse, paid, cost, agreed }: HoldTerms,
  current: StepPayment,
): Promise<BudgetsHeld> {
  const amount = BigInt(current.amount);
  const lack = await topUp(client, purse, current, amount);
  if (lack) throw new TakenBack(lack);
  await hold(client, current, { ...purse, payTo: current.pay_to, paid }, amount);
  const costly = await holdCost(client, { ...cost, transferId: transferOf(current) });
  if (costly !== undefined) throw new TakenBack(costly);
  const asked = askedOf(tools.assets, run, current, agreed);
  return holdInRoom(client, tools, asked, run.purse.withoutRoom);
}

/** The refusal of a hold that was taken back; other errors are thrown on. */
export function takenBack(error: unknown): Refused {
  if (error instanceof TakenBack) return error.refused;
  throw error;
}

/** An activity may outlive its workflow. Whatever it was about, a run that is undone, or over, pays nothing any more. */
export const undoing: Refused = {
  kind: 'refused',
  reason: 'unsupported',
  message: 'The run is being undone: nothing is paid for it any more.',
};

export const paysNothing: Refused = {
  kind: 'refused',
  reason: 'unsupported',
  message: 'This run has no purse: runs of its kind pay nothing.',
};

async function holdInRoom(
  client: pg.PoolClient,
  tools: PaymentTools,
  asked: Asked,
  without: 'pause' | 'refuse' = 'pause',
): Promise<BudgetsHeld> {
  const held = await holdInBudgets(client, tools, asked);
  if (held.kind === 'held') return held;
  throw new TakenBack(held.reason === 'budget_exhausted' ? { ...held, then: without } : held);
}

/** Draws what the run's reserve lacks. The workflow has checked that its limits allow the payment. */
async function topUp(
  client: pg.PoolClient,
  purse: RunPurse,
  payment: StepPayment,
  amount: bigint,
): Promise<Refused | undefined> {
  const { available } = await readBalance(client, purse.reserve.account);
  const lack = amount - available;
  if (lack <= 0n) return undefined;
  if (await drawReserve(client, purse, `topup:${transferOf(payment)}`, lack)) return undefined;
  const source = await readBalance(client, purse.source.account);
  return purse.short(lack - source.available);
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

const treasuryItem = ({ asset, id }: PaymentRow): string => `treasury:${asset}:${id}`;

/** Closes what `tellOperator` opened, if it did. */
export const floatSuffices = ({ pool }: PaymentTools['db'], payment: PaymentRow): Promise<void> =>
  settleAttention(pool, floatItem(payment), 'The wallet has enough now.');

/** Closes what `tellTreasury` opened, which is told only of purses that draw payment by payment. */
export async function treasurySuffices(
  { pool }: PaymentTools['db'],
  payment: PaymentRow,
  { drawsAhead }: RunPurse,
): Promise<void> {
  if (!drawsAhead) await settleAttention(pool, treasuryItem(payment), 'The treasury has enough now.');
}

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

async function tellTreasury(tools: PaymentTools, payment: PaymentRow, message: string): Promise<void> {
  await raiseAttention(tools.db.pool, {
    id: treasuryItem(payment),
    tenant: payment.tenant,
    kind: 'treasury_short',
    runId: payment.run_id,
    detail: `${message} Put more into it, and the run goes on by itself.`,
    data: { asset: payment.asset, needed: payment.amount },
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
    await closeOperatorCost(client, transferOf(payment), 0n);
    const holds = Number(payment.proof['holds'] ?? 0) + 1;
    return movePayment(client, id, ['prepared'], to, { reason, proof: { holds } });
  });
}
