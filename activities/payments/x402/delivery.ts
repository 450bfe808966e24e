import type { StepPayment } from '../../../db/repositories/payments-write.ts';
import { EngineError } from '../../../domain/errors.ts';
import {
  classifyStatus,
  describeAnswer,
  isAwayStatus,
  readBody,
  retryAfterMs,
  statusCode,
} from '../../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../../domain/payments/http.ts';
import { callKey, type SellerAnswer } from '../../../domain/payments/seller.ts';
import { statusPointOf } from '../../../domain/payments/status-url.ts';
import { plainText } from '../../../domain/plain-text.ts';
import type { PaidCall } from '../../../domain/ports/payments.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Delivered, Delivery, Kept } from '../delivery.ts';
import type { PaymentTools } from '../tools.ts';
import { readSettlement, type Settlement } from './headers.ts';
import { paymentHeader } from './payload.ts';
import { readQuoteError } from './quote-error.ts';

/** The paid request carries the bytes, and the seller's facilitator submits them. Its answer brings the work. */
export function deliverThroughSeller(tools: PaymentTools): Delivery {
  return {
    async send(payment, payload, { paidCall }) {
      if (paidCall === undefined || payment.kind !== 'step')
        throw new EngineError(
          'plan_invalid',
          `Payment ${payment.id} goes through a seller: name the call that carries it.`,
        );
      const answer = await pay(tools, payment, payload, paidCall);
      return () => judge(tools, payment, paidCall, answer);
    },
  };
}

/** The unpaid call with one header more. */
async function pay(
  tools: PaymentTools,
  { run_id: runId, generation }: StepPayment,
  payload: JsonObject,
  { step, outputs, timeoutMs }: PaidCall,
): Promise<SellerAnswer> {
  if (step.serviceUrl === undefined)
    throw new EngineError('plan_invalid', `Step ${step.id} has no service address.`);
  return tools.seller.call({
    step: { ...step, url: step.serviceUrl, method: step.method ?? 'POST' },
    outputs,
    idempotencyKey: callKey(runId, step.id, generation),
    timeoutMs,
    headers: paymentHeader(payload),
  });
}

/** Only the chain makes a payment settled; whatever the seller says short of that is looked into later. */
async function judge(
  tools: PaymentTools,
  payment: StepPayment,
  { step }: PaidCall,
  answer: SellerAnswer,
): Promise<Delivered> {
  if (answer.kind !== 'answered') {
    const { code, message } = answer;
    const isAway = answer.kind === 'silent' && answer.away === true;
    return { kind: 'unclear', why: { code, message, ...(isAway ? { away: true } : {}) } };
  }
  const { answer: http, timeMs } = answer;
  const settlement = readSettlement(http);
  const hint = settlement.transaction;
  if (classifyStatus(http.status) !== 'ok') return notOk(tools, step.serviceName, http, settlement);
  if (http.fault !== undefined) {
    const message = `The answer of ${step.serviceName} cannot be read: ${http.fault}.`;
    return { kind: 'unclear', why: { code: 'ANSWER_UNREADABLE', message }, hint };
  }
  return {
    kind: 'taken',
    hint,
    work: await workOf(tools, payment, step.serviceUrl ?? '', http, timeMs),
    unconfirmed: 'The service delivered, but the chain does not show the payment yet.',
  };
}

async function workOf(
  { values, now }: PaymentTools,
  { run_id: runId }: StepPayment,
  url: string,
  http: HttpAnswer,
  timeMs: number,
): Promise<Kept> {
  const accepted = statusPointOf(http, url, now());
  if (accepted !== undefined) return { output: null, timeMs, accepted };
  return { output: await values.keep(runId, readBody(http)), timeMs };
}

/**
 * No work came. A seller that names a transaction, or says that the settlement goes on, has refused nothing: the chain is
 * asked for that transaction, and the same bytes are shown again later.
 */
function notOk(
  { now }: PaymentTools,
  serviceName: string,
  http: HttpAnswer,
  { transaction: hint, pending, why: said }: Settlement,
): Delivered {
  const isPending = pending || hint !== null;
  const wait = retryAfterMs(http, now());
  const why = {
    ...(isPending
      ? { code: 'SETTLEMENT_PENDING', message: pendingWords(serviceName, http, hint, said) }
      : refusalWords(serviceName, http)),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(isAwayStatus(http.status) ? { away: true } : {}),
  };
  return { kind: 'unclear', why, hint };
}

const refusalWords = (serviceName: string, http: HttpAnswer): { code: string; message: string } => ({
  code: http.status === 402 ? 'PAYMENT_REFUSED' : statusCode(http.status),
  message: readQuoteError(http) ?? describeAnswer(serviceName, http),
});

function pendingWords(
  serviceName: string,
  { status }: HttpAnswer,
  hint: string | null,
  said: string | undefined,
): string {
  const reason = said === undefined ? '' : ` (${plainText(said).slice(0, 200).toWellFormed()})`;
  const what = hint === null ? '' : `: its transaction is ${hint}`;
  return `The settlement of the payment is pending${what}. ${serviceName} answered ${status}${reason}; the chain is asked what became of it.`;
}
