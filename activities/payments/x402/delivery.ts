import { decodePaymentResponseHeader } from '@x402/core/http';
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
import type { PaidCall } from '../../../domain/ports/payments.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { Delivered, Delivery } from '../delivery.ts';
import type { PaymentTools } from '../tools.ts';
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
  if (classifyStatus(http.status) !== 'ok') return refused(tools, step.serviceName, http);
  return {
    kind: 'taken',
    hint: settledTx(http),
    work: { output: await tools.values.keep(payment.run_id, readBody(http)), timeMs },
    unconfirmed: 'The service delivered, but the chain does not show the payment yet.',
  };
}

function refused({ now }: PaymentTools, serviceName: string, http: HttpAnswer): Delivered {
  const wait = retryAfterMs(http, now());
  const why = {
    code: http.status === 402 ? 'PAYMENT_REFUSED' : statusCode(http.status),
    message: readQuoteError(http) ?? describeAnswer(serviceName, http),
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(isAwayStatus(http.status) ? { away: true } : {}),
  };
  return { kind: 'unclear', why };
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
