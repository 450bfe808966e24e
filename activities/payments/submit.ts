import { decodePaymentResponseHeader } from '@x402/core/http';
import { setTimeout as delay } from 'node:timers/promises';
import { movePayment, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { EngineError } from '../../domain/errors.ts';
import {
  classifyStatus,
  describeAnswer,
  isAwayStatus,
  readBody,
  retryAfterMs,
  statusCode,
} from '../../domain/payments/answers.ts';
import { paymentEvent, stepCompleted } from '../../domain/payments/events.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import type { PayingRail, Sighting } from '../../domain/payments/rail.ts';
import { callKey, type SellerAnswer } from '../../domain/payments/seller.ts';
import type { PaymentActivities, SubmitOutcome } from '../../domain/ports/payments.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { readQuoteError } from './quote-error.ts';
import { factsOf, findRail, mustFindRail, mustGetPayment, type PaymentTools } from './tools.ts';
import { paymentHeader } from './x402/payload.ts';
import { nodeErrorMessage } from './node-name.ts';
import { TROUBLE_CLEARED } from './unproven.ts';

type SubmitRequest = Parameters<PaymentActivities['submitPayment']>[0];
type Unclear = Extract<SubmitOutcome, { kind: 'unclear' }>;

const POLL_MS = 250;

/**
 * signed → submitted → settled, or unknown. What a crash leaves behind:
 * - before `submitted` commits: nothing was sent; the next try sends the stored bytes.
 * - after it, or after the seller answered: the bytes may have been used. The next try sends the same ones, which
 *   settle at most once; a seller that refuses them as used is `unclear`, and the chain says that they landed.
 * - after `settled` commits: the output is stored beside it; the next try answers it without any call.
 */
export async function submitIntent(tools: PaymentTools, request: SubmitRequest): Promise<SubmitOutcome> {
  const payment = await mustGetPayment(tools, request.intentId);
  const kept = payment.proof['output'];
  if (payment.status === 'settled' && kept !== undefined && payment.tx_hash !== null)
    return complete(tools, request, payment, payment.tx_hash, kept as unknown as Kept);
  if (payment.status === 'void' || payment.status === 'rejected')
    return {
      kind: 'unclear',
      code: 'PAYMENT_CLOSED',
      message: `The payment is ${payment.status}; nothing was sent.`,
    };
  if (payment.signed_sealed === null)
    throw new EngineError('payment_unsigned', `Payment ${payment.id} is ${payment.status}: sign it first.`);
  const open = ['signed', 'submitted', 'unknown'] as const;
  const sent = { proof: { sentAtMs: tools.now() } }; // before it is: whoever finds this must take it as sent
  if (
    !(await movePayment(tools.db.pool, payment.id, open, 'submitted', sent)) &&
    payment.status !== 'settled'
  )
    return submitIntent(tools, request); // it ended meanwhile: look again, and send nothing that is closed
  await tools.checkpoint('payment.submitted');
  const told = paymentEvent(factsOf(payment, null), 'submitted', `${request.generation}:${request.attempt}`);
  const announced = tools.journal.append({ runId: payment.run_id, events: [told] });
  announced.catch(() => undefined); // awaited below; the call must not wait for it
  const rail = findRail(tools, payment);
  if (rail?.submit !== undefined) {
    const timed = Date.now();
    await rail.submit(tools.sealer.open('payment.signed', payment.signed_sealed) as JsonObject);
    await tools.checkpoint('payment.answered');
    await announced;
    return judgeDirect(tools, request, payment, rail, timed);
  }
  const answer = await pay(tools, request, payment.signed_sealed);
  await tools.checkpoint('payment.answered');
  await announced;
  return judge(tools, request, payment, answer);
}

async function pay(tools: PaymentTools, request: SubmitRequest, sealed: Buffer): Promise<SellerAnswer> {
  const { runId, step, outputs, generation, timeoutMs } = request;
  if (step.serviceUrl === undefined)
    throw new EngineError('plan_invalid', `Step ${step.id} has no service address.`);
  return tools.seller.call({
    step: { ...step, url: step.serviceUrl, method: step.method ?? 'POST' },
    outputs,
    idempotencyKey: callKey(runId, step.id, generation),
    timeoutMs,
    headers: paymentHeader(tools.sealer.open('payment.signed', sealed) as JsonObject),
  });
}

/** Only the chain makes a payment settled; whatever the seller says short of that is looked into later. */
async function judge(
  tools: PaymentTools,
  request: SubmitRequest,
  payment: PaymentRow,
  answer: SellerAnswer,
): Promise<SubmitOutcome> {
  if (answer.kind !== 'answered')
    return unclear(tools, payment, {
      code: answer.code,
      message: answer.message,
      ...(answer.kind === 'silent' && answer.away === true ? { away: true } : {}),
    });
  const { answer: http, timeMs } = answer;
  if (classifyStatus(http.status) !== 'ok') {
    const wait = retryAfterMs(http, tools.now());
    return unclear(tools, payment, {
      code: http.status === 402 ? 'PAYMENT_REFUSED' : statusCode(http.status),
      message: readQuoteError(http) ?? describeAnswer(request.step.serviceName, http),
      ...(wait === undefined ? {} : { retryAfterMs: wait }),
      ...(isAwayStatus(http.status) ? { away: true } : {}),
    });
  }
  const output = await tools.values.keep(payment.run_id, readBody(http));
  const kept: Kept = { output, timeMs };
  if (payment.status === 'settled' && payment.tx_hash !== null)
    return settle(tools, request, payment, payment.tx_hash, kept);
  const sighting = await watch(tools, mustFindRail(tools, payment), payment, settledTx(http));
  if (sighting.kind === 'landed') {
    const { txHash, position: landedAt } = sighting;
    return settle(tools, request, payment, txHash, kept, { landedAt });
  }
  // The work was delivered: keep it, so that nobody has to ask for it again once the chain shows the payment.
  await movePayment(tools.db.pool, payment.id, ['submitted', 'unknown'], 'unknown', {
    proof: { output: { ...kept } },
  });
  return unclear(tools, payment, {
    code: 'UNCONFIRMED',
    message: 'The service delivered, but the chain does not show the payment yet.',
  });
}

/** Our own transaction was handed to the chain: what it shows is the answer, and what the step has to show for it. */
async function judgeDirect(
  tools: PaymentTools,
  request: SubmitRequest,
  payment: PaymentRow,
  rail: Pick<PayingRail, 'locate'>,
  sentAtMs: number,
): Promise<SubmitOutcome> {
  const sighting = await watch(tools, rail, payment, payment.tx_hash);
  if (sighting.kind !== 'landed')
    return unclear(tools, payment, {
      code: 'UNCONFIRMED',
      message: 'The payment was sent, but the chain does not show it yet.',
    });
  const { txHash, position: landedAt } = sighting;
  const { id, network, asset, amount, pay_to } = payment;
  const paid = { payment_id: id, transaction: txHash, network, asset, amount, pay_to };
  const output = await tools.values.keep(payment.run_id, paid);
  return settle(tools, request, payment, txHash, { output, timeMs: Date.now() - sentAtMs }, { landedAt });
}

/** What the seller delivered, stored with the payment. */
interface Kept {
  output: ValueRef;
  timeMs: number;
}

/** The transaction that the seller says settled the payment; a hint for where to look, no proof. */
function settledTx(http: HttpAnswer): string | null {
  const header = http.headers['payment-response'] ?? http.headers['x-payment-response'];
  if (header === undefined) return null;
  try {
    const response = decodePaymentResponseHeader(header);
    return response.success && typeof response.transaction === 'string' ? response.transaction : null;
  } catch {
    return null;
  }
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
  request: SubmitRequest,
  payment: PaymentRow,
  txHash: string,
  kept: Kept,
  where: JsonObject = {},
): Promise<SubmitOutcome> {
  const open = ['signed', 'submitted', 'unknown', 'settled'] as const;
  const patch = { txHash, reason: null, proof: { ...TROUBLE_CLEARED, output: { ...kept }, ...where } };
  if (!(await movePayment(tools.db.pool, payment.id, open, 'settled', patch)))
    return submitIntent(tools, request); // closed by another while this try was held up: its outcome is the answer
  await tools.checkpoint('payment.settled');
  return complete(tools, request, payment, txHash, kept);
}

/** Payment and step are told in one append; both keys are the payment's and the step's own, so repeats are no-ops. */
async function complete(
  tools: PaymentTools,
  request: SubmitRequest,
  payment: PaymentRow,
  txHash: string,
  { output, timeMs }: Kept,
): Promise<SubmitOutcome> {
  const facts = factsOf(payment, txHash);
  await tools.journal.append({
    runId: payment.run_id,
    events: [
      paymentEvent(facts, 'settled'),
      stepCompleted({
        stepId: payment.step_id,
        output,
        cost: payment.amount,
        timeMs,
        attempts: request.attempt,
        payment: facts,
      }),
    ],
  });
  return { kind: 'settled', output, txHash, timeMs };
}

async function unclear(
  tools: PaymentTools,
  payment: PaymentRow,
  why: Omit<Unclear, 'kind'>,
): Promise<Unclear> {
  const moved = await movePayment(tools.db.pool, payment.id, ['submitted', 'unknown'], 'unknown', {
    reason: why.code,
  });
  if (moved) {
    const event = paymentEvent(factsOf(payment, null), 'unknown', why.code, { code: why.code });
    await tools.journal.append({ runId: payment.run_id, events: [event] });
  }
  return { kind: 'unclear', ...why };
}
