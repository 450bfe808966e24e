import type pg from 'pg';
import { raiseOperatorCost } from '../../db/repositories/operator-costs.ts';
import { coinOf } from '../../domain/assets.ts';
import { costLimitOf } from '../../domain/payments/cost-limits.ts';
import {
  lockPayment,
  movePayment,
  transferOf,
  type PaymentRow,
} from '../../db/repositories/payments-write.ts';
import type { RenewedPayment } from '../../domain/payments/rail.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { mustFindRail, mustGetRun, type PaymentTools } from './tools.ts';

/**
 * Looks after a payment that went, or was to go, to the chain in our own transaction and is not there. Nobody else sends
 * it again, and an account's numbers stand in line: one that never lands holds up all that come after it. What a crash
 * leaves behind:
 * - before the other bytes are stored: nothing; they were in memory only.
 * - after it: the next look sends them. Whichever bytes land, all of their hashes are known.
 */
export async function tend(tools: PaymentTools, payment: PaymentRow): Promise<void> {
  const rail = mustFindRail(tools, payment);
  if (rail.submit === undefined || payment.signed_sealed === null) return;
  const giveUp = await isGivenUp(tools, payment);
  if (!wasSent(payment) && !giveUp) return; // whoever signed it sends it
  const payload = tools.sealer.open('payment.signed', payment.signed_sealed) as JsonObject;
  const order = { payload, proof: payment.proof, giveUp, nowMs: tools.now() };
  const renewed = await rail.renew?.(order).catch(() => undefined); // the node does not answer: next time
  if (renewed === undefined && giveUp) return; // never what it was to pay: that may not have left yet
  if (renewed !== undefined && !(await keep(tools, payment, renewed))) return;
  await rail.submit(renewed?.payload ?? payload);
}

/** Its time is over; or it was never sent and its run has ended, so that nobody will send it. */
async function isGivenUp(tools: PaymentTools, payment: PaymentRow): Promise<boolean> {
  const { expiresAtMs } = payment.proof;
  if (typeof expiresAtMs === 'number' && tools.now() >= expiresAtMs) return true;
  if (wasSent(payment) || payment.kind !== 'step') return false; // a withdrawal is carried out until it has ended
  return isTerminal((await mustGetRun(tools, payment.run_id)).status);
}

/** Told by the proof, not by the state: a node that does not answer makes what was only signed unknown as well. */
const wasSent = ({ proof }: PaymentRow): boolean => typeof proof['sentAtMs'] === 'number';

/** Higher fees are the operator's too: without room for them the bytes stay as they are. */
async function raiseCost(
  tools: PaymentTools,
  client: pg.PoolClient,
  payment: PaymentRow,
  { most }: RenewedPayment,
): Promise<boolean> {
  if (most === undefined) return true;
  const { network } = payment;
  const limit = costLimitOf(tools.costLimits, network);
  const coin = coinOf(tools.assets, network);
  return raiseOperatorCost(client, {
    transferId: transferOf(payment),
    network,
    coin,
    most,
    limit,
  });
}

/** False when another process was first, or the cost is too high: then these bytes are dropped, unseen by anyone. */
async function keep(tools: PaymentTools, payment: PaymentRow, renewed: RenewedPayment): Promise<boolean> {
  await tools.checkpoint('payment.created');
  const kept = await tools.db.transaction(async (client) => {
    const current = await lockPayment(client, payment.id);
    const { signed_sealed: before, fingerprint, status } = current ?? {};
    if (!before?.equals(payment.signed_sealed!) || fingerprint == null || status === undefined) return false;
    if (!(await raiseCost(tools, client, payment, renewed))) return false;
    const sealed = tools.sealer.seal('payment.signed', renewed.payload);
    return movePayment(client, payment.id, [status], status, {
      proof: renewed.proof,
      signed: { sealed, fingerprint },
    });
  });
  if (kept) await tools.checkpoint('payment.signed');
  return kept;
}
