import { lockPayment, movePayment, type PaymentRow } from '../../db/repositories/payments-write.ts';
import type { NetworkFee, Sighting } from '../../domain/payments/rail.ts';
import type { ReconcileOutcome } from '../../domain/ports/payments.ts';
import { feeProof } from './fees.ts';
import { giveUpHold } from './hold.ts';
import { lockMoney } from './money.ts';
import { settlePerson, tellPerson } from './telling.ts';
import { tend } from './tend.ts';
import { hintOf, mustFindRail, mustGetPayment, type PaymentTools } from './tools.ts';
import { noteReachable, noteUnproven, noteUnreachable, TROUBLE_CLEARED } from './unproven.ts';

/** Asks the chain what became of a payment and writes the answer down. Nothing but proof closes it. */
export async function reconcileIntent(tools: PaymentTools, intentId: string): Promise<ReconcileOutcome> {
  const payment = await mustGetPayment(tools, intentId);
  switch (payment.status) {
    case 'quoted':
    case 'prepared':
      if (payment.kind !== 'step') return { kind: 'unknown', message: 'It is held, and not signed yet.' };
      if (await giveUpHold(tools, payment.id, 'rejected', 'Nothing was signed.')) return { kind: 'void' };
      return reconcileIntent(tools, intentId);
    case 'rejected':
    case 'void':
      return { kind: 'void' };
    case 'settled':
      if (payment.finalized && payment.tx_hash !== null)
        return { kind: 'settled', txHash: payment.tx_hash, final: true };
      return examine(tools, payment);
    case 'signed':
    case 'submitted':
    case 'unknown':
      return examine(tools, payment);
  }
}

async function examine(tools: PaymentTools, payment: PaymentRow): Promise<ReconcileOutcome> {
  let sighting: Sighting;
  try {
    sighting = await mustFindRail(tools, payment).locate(payment.proof, hintOf(payment));
  } catch (error) {
    return noteUnreachable(tools, payment, error);
  }
  return recordSighting(tools, payment, sighting);
}

/** Writes a sighting into the books and tells people where it needs them. */
export async function recordSighting(
  tools: PaymentTools,
  payment: PaymentRow,
  sighting: Sighting,
): Promise<ReconcileOutcome> {
  switch (sighting.kind) {
    case 'landed':
      return landed(tools, payment, sighting);
    case 'void':
      return closeVoid(tools, payment, sighting);
    case 'otherwise':
      return usedOtherwise(tools, payment, sighting);
    case 'alive':
      if (payment.status === 'settled') await vanished(tools, payment);
      else await noteReachable(tools, payment);
      await tend(tools, payment);
      return sighting;
    case 'unproven':
      if (payment.status === 'settled' && sighting.absent) await vanished(tools, payment);
      else await noteUnproven(tools, payment, sighting);
      return { kind: 'unknown', message: sighting.message };
  }
}

/** The signature is spent, but not on what it promised: the hold stays, nothing is paid anew, a person decides. */
async function usedOtherwise(
  tools: PaymentTools,
  payment: PaymentRow,
  { message }: Extract<Sighting, { kind: 'otherwise' }>,
): Promise<ReconcileOutcome> {
  const open = ['signed', 'submitted', 'unknown', 'settled'] as const;
  const patch = { reason: 'NOT_AS_SIGNED', cause: 'NOT_AS_SIGNED' };
  await movePayment(tools.db.pool, payment.id, open, 'unknown', patch);
  await tellPerson(tools, payment, 'payment_mismatch', message);
  return { kind: 'unknown', message };
}

async function landed(
  tools: PaymentTools,
  payment: PaymentRow,
  { txHash, final, position, fees = [] }: Extract<Sighting, { kind: 'landed' }>,
): Promise<ReconcileOutcome> {
  const open = ['signed', 'submitted', 'unknown', 'settled'] as const;
  const proof = { ...TROUBLE_CLEARED, landedAt: position, ...feeProof(fees) };
  const patch = { txHash, reason: null, proof };
  if (!(await movePayment(tools.db.pool, payment.id, open, 'settled', patch)))
    return reconcileIntent(tools, payment.id); // closed by another while this look was held up: look again
  await settlePerson(tools, payment, 'payment_unknown', 'The chain shows that the payment landed.');
  if (!final) return { kind: 'settled', txHash, final };
  await post(tools, payment, fees);
  return { kind: 'settled', txHash, final };
}

/** Finalized is posted: from here on nothing takes the payment back. */
async function post(tools: PaymentTools, payment: PaymentRow, fees: readonly NetworkFee[]): Promise<void> {
  await tools.db.transaction(async (client) => {
    const end = await lockMoney(tools, client, payment);
    const current = await lockPayment(client, payment.id);
    if (current?.status !== 'settled' || current.finalized) return;
    await end(current, 'posted', fees);
    await movePayment(client, payment.id, ['settled'], 'settled', { finalized: true });
  });
  await tools.checkpoint('payment.posted');
}

/** Proven to be impossible for ever: the hold is taken back, and what it held goes home. */
async function closeVoid(
  tools: PaymentTools,
  payment: PaymentRow,
  { fees = [], ...proven }: Extract<Sighting, { kind: 'void' }>,
): Promise<ReconcileOutcome> {
  const reason = proven.reason ?? 'EXPIRED';
  const isVoid = await tools.db.transaction(async (client) => {
    const end = await lockMoney(tools, client, payment);
    const current = await lockPayment(client, payment.id);
    if (current === undefined || current.finalized || current.status === 'void')
      return current?.status === 'void';
    await end(current, 'voided', fees);
    await movePayment(client, payment.id, ['signed', 'submitted', 'unknown', 'settled'], 'void', {
      reason,
      proof: feeProof(fees),
    });
    return true;
  });
  if (!isVoid) return reconcileIntent(tools, payment.id); // decided while this look was held up
  await tools.checkpoint('payment.voided');
  await settlePerson(tools, payment, 'payment_unknown', 'The payment is proven void.');
  return { kind: 'void' };
}

/** A reorganisation took back what was settled. The run may have gone on with the service's work: a person decides. */
async function vanished(tools: PaymentTools, payment: PaymentRow): Promise<void> {
  const moved = await tools.db.transaction(async (client) => {
    const current = await lockPayment(client, payment.id);
    if (current?.finalized !== false) return false; // became final while this look was held up
    return movePayment(client, payment.id, ['settled'], 'unknown', {
      reason: 'REORGANISED',
      cause: `REORGANISED:${payment.tx_hash}`,
    });
  });
  if (!moved) return;
  const detail = `Transaction ${payment.tx_hash} of payment ${payment.id} is no longer on the chain. It is watched until it lands again or is void.`;
  await tellPerson(tools, payment, 'payment_reorganised', detail);
}
