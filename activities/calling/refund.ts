import type pg from 'pg';
import { closeTransfer, applyTransfer } from '../../db/ledger.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { arrivalId, bookSurplus, takeArrival } from '../../db/repositories/arrivals.ts';
import { refundedOf } from '../../db/repositories/refunds.ts';
import {
  getPayment,
  lockPayment,
  type PaymentRow,
  type StepPayment,
} from '../../db/repositories/payments-write.ts';
import { getRun, type RunRow } from '../../db/repositories/runs.ts';
import { showAmount } from '../../domain/money.ts';
import { quotedAsset, tokenOf } from '../../domain/assets.ts';
import { EngineError } from '../../domain/errors.ts';
import { refundEntries } from '../../domain/payments/entries.ts';
import { least } from '../../domain/payments/arrival.ts';
import { canonicalTransaction } from '../../domain/payments/networks.ts';
import { compensationKey } from '../../domain/payments/seller.ts';
import { paidAsset, purseFor } from '../../domain/payments/purse.ts';
import type { IncomingRail, PayingRail, TransferSighting } from '../../domain/payments/rail.ts';
import type { CompensateRequest } from '../../domain/ports/calling.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { Json } from '../../schemas/core/json.ts';
import type { CallTools } from './tools.ts';
import { isObject } from '../../domain/json.ts';

/** What a seller says it paid back. `asset` is the token's address or mint, `amount` minor units. */
export interface ClaimedRefund {
  transaction: string;
  network: string;
  asset: string;
  amount: string;
}

export type RefundOutcome =
  | { kind: 'credited'; amount: string }
  | { kind: 'not_yet'; message: string }
  | { kind: 'rejected'; message: string };

export function readRefund(body: Json): ClaimedRefund | undefined {
  const refund = isObject(body) ? body['refund'] : undefined;
  if (!isObject(refund)) return undefined;
  const { transaction, network, asset, amount } = refund;
  if (typeof transaction !== 'string' || typeof network !== 'string') return undefined;
  if (typeof asset !== 'string' || typeof amount !== 'string') return undefined;
  return { transaction, network, asset, amount };
}

/**
 * Credits a refund that its chain shows: from the payee to our payer, in the payment's asset, not before the payment,
 * and no part of a transaction twice. What is confirmed is recorded as pending and posted when it is final.
 */
export async function creditRefund(
  tools: CallTools,
  request: CompensateRequest,
  intentId: string,
  given: ClaimedRefund,
): Promise<RefundOutcome> {
  const claimed = { ...given, transaction: canonicalTransaction(given.network, given.transaction) };
  if (!/^\d{1,78}$/.test(claimed.amount))
    return reject(tools, request, 'The refund has no amount in minor units.');
  const payment = await getPayment(tools.db.pool, intentId);
  if (payment?.kind !== 'step' || payment.tx_hash === null)
    return reject(tools, request, 'The step was not paid, so nothing can be paid back.');
  const rail = tools.rails.find(payment.network);
  const paid = quotedAsset(tools.assets, claimed.network, claimed.asset);
  if (rail === undefined || claimed.network !== payment.network || paid?.id !== payment.asset)
    return reject(tools, request, 'The refund is not in the asset and on the network of the payment.');
  const found = await look(rail, payment, tokenOf(paid), claimed.transaction);
  if (found.kind !== 'found')
    return found.kind === 'failed'
      ? reject(tools, request, `Transaction ${claimed.transaction} failed on its chain.`)
      : { kind: 'not_yet', message: `Transaction ${claimed.transaction} is not on its chain yet.` };
  if (found.amount === 0n)
    return reject(
      tools,
      request,
      `The transaction moved ${showAmount(found.amount, paid)}, not ${showAmount(claimed.amount, paid)}, from the payee to us.`,
    );
  if (found.position < found.paidAt)
    return reject(tools, request, 'The transaction is older than the payment.');
  return credit(tools, request, payment, claimed, found);
}

type Found = Extract<TransferSighting, { kind: 'found' }> & { paidAt: number };
type Looked = Exclude<TransferSighting, { kind: 'found' }> | Found;

async function look(
  rail: IncomingRail & Pick<PayingRail, 'locate'>,
  payment: PaymentRow,
  asset: string,
  txHash: string,
): Promise<Looked> {
  try {
    const [incoming, own] = await Promise.all([
      rail.readIncoming({ txHash, asset, from: payment.pay_to }),
      rail.locate(payment.proof, payment.tx_hash),
    ]);
    if (incoming.kind !== 'found') return incoming;
    return own.kind === 'landed' ? { ...incoming, paidAt: own.position } : { kind: 'absent' };
  } catch {
    return { kind: 'absent' }; // the node does not answer: asked again with the next attempt
  }
}

/**
 * Takes from what arrived as much as is claimed, at most what was paid and not yet refunded. The rest of the transaction is
 * there for other steps, and waits as surplus when nobody claims it; what is claimed beyond what was paid waits at once.
 * All of it is one database transaction: a crash before its commit leaves nothing, and after it the repetition finds its
 * own part taken and answers the same amount.
 */
async function credit(
  tools: CallTools,
  request: CompensateRequest,
  payment: StepPayment,
  { transaction: txHash, amount: claimed }: ClaimedRefund,
  found: Found,
): Promise<RefundOutcome> {
  const { runId, stepId } = request;
  const run = await getRun(tools.db.pool, runId);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${runId} has no row.`);
  const paid = paidAsset(tools.assets, payment.asset);
  const id = `refund:${payment.network}:${txHash}:${runId}:${stepId}`;
  const arrival = { ...found, txHash, asset: paid, sender: payment.pay_to };
  const amount = await tools.db.transaction(async (client) => {
    await lockPayment(client, payment.id); // steps are undone one by one, but an undo may be asked for twice at once
    const open = BigInt(payment.amount) - (await refundedOf(client, payment.id, id));
    const most = least(BigInt(claimed), open);
    const taken = await takeArrival(client, arrival, {
      kind: 'refund',
      usedBy: compensationKey(runId, stepId),
      most,
    });
    if (taken > 0n) await book(client, tools, { id, run, payment, paid, txHash, stepId, found }, taken);
    if (found.final && BigInt(claimed) > most) await bookSurplus(client, arrivalId(arrival), paid);
    return taken;
  });
  await tools.checkpoint('refund.credited');
  if (amount === 0n)
    return reject(tools, request, `Transaction ${txHash} was credited for something else before.`);
  if (amount < least(BigInt(claimed), BigInt(payment.amount)))
    await tell(
      tools,
      request,
      `was credited in part, ${showAmount(amount, paid)} of ${showAmount(claimed, paid)}: no more had come from the payee.`,
    );
  return { kind: 'credited', amount: amount.toString() };
}

interface Booking {
  id: string;
  run: RunRow;
  payment: StepPayment;
  paid: Asset;
  txHash: string;
  stepId: string;
  found: Found;
}

async function book(
  client: pg.PoolClient,
  tools: CallTools,
  { id, run, payment, paid, txHash, stepId, found }: Booking,
  amount: bigint,
): Promise<void> {
  const purse = purseFor(tools.assets, run, payment.asset);
  const { network, pay_to: from } = payment;
  await applyTransfer(client, {
    id,
    kind: 'refund',
    state: 'pending',
    tenant: run.tenant,
    runId: run.id,
    stepId,
    data: {
      ...purse.data,
      intentId: payment.id,
      network,
      txHash,
      asset: tokenOf(paid),
      from,
      amount: amount.toString(),
    },
    entries: refundEntries({ ...purse, payTo: from, paid }, amount),
  });
  if (found.final) await closeTransfer(client, id, 'posted');
}

/** The undo itself happened; only the money it claims did not come, which a person should know. */
async function reject(
  tools: CallTools,
  request: Pick<CompensateRequest, 'runId' | 'stepId'>,
  message: string,
): Promise<RefundOutcome> {
  await tell(tools, request, `was not credited: ${message}`);
  return { kind: 'rejected', message };
}

async function tell(
  tools: CallTools,
  { runId, stepId }: Pick<CompensateRequest, 'runId' | 'stepId'>,
  message: string,
): Promise<void> {
  const run = await getRun(tools.db.pool, runId);
  if (run === undefined) return;
  await raiseAttention(tools.db.pool, {
    id: `refund_rejected:${runId}:${stepId}`,
    tenant: run.tenant,
    kind: 'refund_rejected',
    runId,
    detail: `The refund for step ${stepId} ${message}`,
  });
}
