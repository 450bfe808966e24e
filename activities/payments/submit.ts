import { setTimeout as delay } from 'node:timers/promises';
import { movePayment, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { EngineError } from '../../domain/errors.ts';
import { stepCompleted } from '../../domain/payments/events.ts';
import type { PayingRail, Sighting } from '../../domain/payments/rail.ts';
import type { SubmitOutcome } from '../../domain/ports/payments.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Delivered, Delivery, Kept, SubmitOrder } from './delivery.ts';
import { deliverToChain } from './direct-delivery.ts';
import { nodeErrorMessage } from './node-name.ts';
import { PART } from './proof-marks.ts';
import { factsOf, mustFindRail, mustGetPayment, type PaymentTools } from './tools.ts';
import { TROUBLE_CLEARED } from './unproven.ts';
import { deliverThroughSeller } from './x402/delivery.ts';

type Unclear = Extract<SubmitOutcome, { kind: 'unclear' }>;

const POLL_MS = 250;

/**
 * signed → submitted → settled, or unknown. What a crash leaves behind:
 * - before `submitted` commits: nothing was sent; the next try sends the stored bytes.
 * - after it, or after an answer came: the bytes may have been used. The next try sends the same ones, which settle at
 *   most once; whoever refuses them as used is `unclear`, and the chain says that they landed.
 * - after `settled` commits: the output, or where accepted work is asked for, is stored beside it; the next try answers
 *   that and sends nothing.
 * Each state is told to the run in the statement that writes it, so no crash lies between the two.
 */
export async function submitIntent(tools: PaymentTools, order: SubmitOrder): Promise<SubmitOutcome> {
  const payment = await mustGetPayment(tools, order.intentId);
  const kept = keptOf(payment);
  if (payment.status === 'settled' && kept !== undefined && payment.tx_hash !== null)
    return complete(tools, order, payment, payment.tx_hash, kept);
  if (payment.status === 'void' || payment.status === 'rejected')
    return {
      kind: 'unclear',
      code: 'PAYMENT_CLOSED',
      message: `The payment is ${payment.status}; nothing was sent.`,
    };
  if (payment.signed_sealed === null)
    throw new EngineError('payment_unsigned', `Payment ${payment.id} is ${payment.status}: sign it first.`);
  const open = ['signed', 'submitted', 'unknown'] as const;
  // Written before sending, so that a crash in between reads as sent. A settled payment is shown once more to get its work;
  // it stays settled, and nobody is told otherwise.
  const sent = { proof: { sentAtMs: tools.now() }, cause: `${payment.generation}:${order.attempt}` };
  if (
    !(await movePayment(tools.db.pool, payment.id, open, 'submitted', sent)) &&
    payment.status !== 'settled'
  )
    return submitIntent(tools, order); // it ended meanwhile: look again, and send nothing that is closed
  await tools.checkpoint('payment.submitted');
  const rail = mustFindRail(tools, payment);
  const sentAtMs = Date.now();
  const payload = tools.sealer.open('payment.signed', payment.signed_sealed) as JsonObject;
  const readAnswer = await deliveryOver(tools, rail).send(payment, payload, order);
  await tools.checkpoint('payment.answered');
  const delivered = await readAnswer();
  if (delivered.kind === 'unclear') return unclear(tools, payment, delivered.why, delivered.hint ?? null);
  return judge(tools, order, payment, rail, { ...delivered, sentAtMs });
}

const deliveryOver = (tools: PaymentTools, { submit }: Pick<PayingRail, 'submit'>): Delivery =>
  submit === undefined ? deliverThroughSeller(tools) : deliverToChain(submit);

type Taken = Extract<Delivered, { kind: 'taken' }> & { sentAtMs: number };

/** Only what the chain shows makes it settled. */
async function judge(
  tools: PaymentTools,
  order: SubmitOrder,
  payment: PaymentRow,
  rail: Pick<PayingRail, 'locate'>,
  { hint, work, unconfirmed, sentAtMs }: Taken,
): Promise<SubmitOutcome> {
  if (work !== undefined && payment.status === 'settled' && payment.tx_hash !== null)
    return settle(tools, order, payment, payment.tx_hash, work);
  const sighting = await watch(tools, rail, payment, hint);
  if (sighting.kind === 'landed') {
    const { txHash, position: landedAt } = sighting;
    const kept = work ?? (await ownReceipt(tools, payment, txHash, Date.now() - sentAtMs));
    return settle(tools, order, payment, txHash, kept, { landedAt });
  }
  // Work that was delivered is kept, so that nobody has to ask for it again once the chain shows the payment.
  const kept: JsonObject = work === undefined ? {} : { output: { ...work } };
  return unclear(tools, payment, { code: 'UNCONFIRMED', message: unconfirmed }, hint, kept);
}

/** The receipt of a step whose payment brings no answer. Other payments have none. */
async function ownReceipt(
  { values }: PaymentTools,
  payment: PaymentRow,
  txHash: string,
  timeMs: number,
): Promise<Kept> {
  if (payment.kind !== 'step' || payment.proof[PART] === true) return { output: null, timeMs };
  const { id, run_id, network, asset, amount, pay_to } = payment;
  const paid = { payment_id: id, transaction: txHash, network, asset, amount, pay_to };
  return { output: await values.keep(run_id, paid), timeMs };
}

/** What a settled payment brought; undefined while a step still has to ask for it. */
function keptOf({ kind, proof }: PaymentRow): Kept | undefined {
  const kept = proof['output'] as unknown as Kept | undefined;
  const asksLater = kind === 'step' && proof[PART] !== true;
  return kept ?? (asksLater ? undefined : { output: null, timeMs: 0 });
}

async function watch(
  tools: PaymentTools,
  rail: Pick<PayingRail, 'locate'>,
  payment: PaymentRow,
  hint: string | null,
): Promise<Sighting> {
  const until = Date.now() + tools.confirmMs;
  for (;;) {
    const sighting = await look(rail, payment, hint);
    if (sighting.kind === 'landed' || Date.now() + POLL_MS > until) return sighting;
    await delay(POLL_MS);
  }
}

async function look(
  rail: Pick<PayingRail, 'locate'>,
  payment: PaymentRow,
  hint: string | null,
): Promise<Sighting> {
  try {
    return await rail.locate(payment.proof, hint);
  } catch (error) {
    return {
      kind: 'unproven',
      absent: false,
      message: nodeErrorMessage(error),
    };
  }
}

async function settle(
  tools: PaymentTools,
  order: SubmitOrder,
  payment: PaymentRow,
  txHash: string,
  kept: Kept,
  where: JsonObject = {},
): Promise<SubmitOutcome> {
  const open = ['signed', 'submitted', 'unknown', 'settled'] as const;
  const isNothing = kept.output === null && kept.accepted === undefined;
  const work = isNothing ? {} : { output: { ...kept } };
  const patch = { txHash, reason: null, proof: { ...TROUBLE_CLEARED, ...work, ...where } };
  if (!(await movePayment(tools.db.pool, payment.id, open, 'settled', patch)))
    return submitIntent(tools, order); // closed by another while this try was held up: its outcome is the answer
  await tools.checkpoint('payment.settled');
  return complete(tools, order, payment, txHash, kept);
}

/** The payment was told when it settled; the step's key is its own, so repeats are no-ops. */
async function complete(
  tools: PaymentTools,
  order: SubmitOrder,
  payment: PaymentRow,
  txHash: string,
  { output, timeMs, accepted }: Kept,
): Promise<SubmitOutcome> {
  if (payment.kind === 'step' && (output !== null || accepted !== undefined)) {
    const facts = factsOf(payment, txHash);
    const { step_id: stepId, amount: cost, run_id: runId } = payment;
    const step = { stepId, cost, timeMs, attempts: order.attempt, payment: facts };
    const done =
      output === null ? [] : [stepCompleted({ ...step, output, shown: await tools.values.show(output) })];
    await tools.journal.append({ runId, events: done });
  }
  return { kind: 'settled', output, txHash, timeMs, ...(accepted === undefined ? {} : { accepted }) };
}

async function unclear(
  tools: PaymentTools,
  payment: PaymentRow,
  why: Omit<Unclear, 'kind'>,
  hint: string | null,
  kept: JsonObject = {},
): Promise<Unclear> {
  const { code } = why;
  const named: JsonObject = hint === null ? {} : { hint };
  const patch = { reason: code, proof: { ...named, ...kept }, cause: code, more: { code, ...named } };
  await movePayment(tools.db.pool, payment.id, ['submitted', 'unknown'], 'unknown', patch);
  return { kind: 'unclear', ...why };
}
