import {
  classifyStatus,
  describeAnswer,
  isAwayStatus,
  readBody,
  retryAfterMs,
  statusCode,
} from '../../domain/payments/answers.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import { compensationKey, type SellerAnswer } from '../../domain/payments/seller.ts';
import type { CompensateOutcome, CompensateRequest } from '../../domain/ports/calling.ts';
import type { Json, JsonObject } from '../../schemas/core/json.ts';
import { withRide } from '../journal/ride.ts';
import type { CallTools } from './tools.ts';
import { creditRefund, readRefund } from './refund.ts';
import { isObject } from '../../domain/json.ts';

/**
 * Calls the undo of a step under one key, so that a service that was asked before answers the same. A refund that the
 * answer names is believed only as far as its chain shows it.
 */
export async function compensateStep(
  tools: CallTools,
  request: CompensateRequest,
): Promise<CompensateOutcome> {
  const answer = await withRide(tools.journal, request.ride, () => call(tools, request));
  if (answer.kind === 'blocked') return { kind: 'failed', code: answer.code, message: answer.message };
  if (answer.kind === 'silent') {
    const { code, message, away = false } = answer;
    return { kind: 'retry', code, message, away };
  }
  const http = answer.answer;
  switch (classifyStatus(http.status)) {
    case 'ok':
      return undone(tools, request, http);
    case 'retry': {
      const wait = retryAfterMs(http, tools.now());
      const message = describeAnswer('The undo', http);
      return {
        kind: 'retry',
        code: statusCode(http.status),
        message,
        away: isAwayStatus(http.status),
        ...(wait === undefined ? {} : { retryAfterMs: wait }),
      };
    }
    case 'payment_required':
    case 'failed':
      return { kind: 'failed', code: statusCode(http.status), message: describeAnswer('The undo', http) };
  }
}

function call(
  tools: CallTools,
  { runId, stepId, compensation, outputs, timeoutMs }: CompensateRequest,
): Promise<SellerAnswer> {
  const idempotencyKey = compensationKey(runId, stepId);
  return tools.seller.call({ step: compensation, outputs, idempotencyKey, timeoutMs });
}

async function undone(
  tools: CallTools,
  request: CompensateRequest,
  http: HttpAnswer,
): Promise<CompensateOutcome> {
  const body = readBody(http);
  const claimed = readRefund(body);
  if (claimed === undefined || request.intentId === undefined) return { kind: 'ok', detail: detailOf(body) };
  const refund = await creditRefund(tools, request, request.intentId, claimed);
  switch (refund.kind) {
    case 'credited':
      return { kind: 'ok', refunded: refund.amount, detail: detailOf(body) };
    case 'not_yet':
      return { kind: 'retry', code: 'REFUND_NOT_SEEN', message: refund.message };
    case 'rejected':
      return { kind: 'ok', detail: { ...detailOf(body), refundRejected: refund.message } };
  }
}

/** What the undo answered, as an object and not too long for a history. */
function detailOf(body: Json): JsonObject {
  const detail = isObject(body) ? body : { answer: body };
  return JSON.stringify(detail).length <= 8192 ? detail : { answer: 'too long to keep' };
}
