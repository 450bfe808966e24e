import { getRun } from '../../db/repositories/runs.ts';
import { getPayment, paymentId, saveQuote, type PaymentRow } from '../../db/repositories/payments-write.ts';
import { EngineError } from '../../domain/errors.ts';
import {
  classifyStatus,
  describeAnswer,
  isAwayStatus,
  readBody,
  retryAfterMs,
  statusCode,
} from '../../domain/payments/answers.ts';
import { stepCalled, stepCompleted, stepRetrying } from '../../domain/payments/events.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import { callKey, type Seller, type SellerAnswer } from '../../domain/payments/seller.ts';
import { statusPointOf } from '../../domain/payments/status-url.ts';
import type { CallOutcome, CallRequest, Quote } from '../../domain/ports/calling.ts';
import type { JournalEvent } from '../../domain/ports/journal.ts';
import { withRide } from '../journal/ride.ts';
import type { CallTools } from './tools.ts';
import { openQuote, sealQuote } from '../payments/quotes.ts';
import { standingOf } from './standing.ts';
import { chooseQuote, type ChosenQuote } from '../payments/x402/quote.ts';

/** The unpaid call of a step. Expected trouble is an outcome; only a broken database or journal throws. */
export async function callService(tools: CallTools, request: CallRequest): Promise<CallOutcome> {
  const { step, generation, attempt, ride } = request;
  const standing = await standingOf(tools.db.pool, request);
  if (standing !== undefined)
    return withRide(tools.journal, ride, async () =>
      standing.kind === 'signed' ? signedBefore(tools, standing.intentId) : standing,
    );
  const events = [...ride.events, stepCalled(step.id, generation, attempt)];
  const answer = await withRide(tools.journal, { runId: request.runId, events }, () =>
    call(tools.seller, request),
  );
  if (answer.kind === 'blocked') return { kind: 'failed', code: answer.code, message: answer.message };
  if (answer.kind === 'silent') return retry(tools, request, answer);
  const { status, fault } = answer.answer;
  switch (classifyStatus(status)) {
    case 'ok':
      if (fault !== undefined) return retry(tools, request, unreadable(step.serviceName, fault));
      return free(tools, request, answer.answer, answer.timeMs);
    case 'payment_required':
      return quoted(tools, request, answer.answer);
    case 'retry': {
      const wait = retryAfterMs(answer.answer, tools.now());
      return retry(tools, request, {
        code: statusCode(status),
        message: describeAnswer(step.serviceName, answer.answer),
        away: isAwayStatus(status),
        ...(wait === undefined ? {} : { retryAfterMs: wait }),
      });
    }
    case 'failed':
      return {
        kind: 'failed',
        code: statusCode(status),
        message: describeAnswer(step.serviceName, answer.answer),
      };
  }
}

function call(
  seller: Seller,
  { runId, step, outputs, generation, timeoutMs }: CallRequest,
): Promise<SellerAnswer> {
  if (step.serviceUrl === undefined)
    throw new EngineError('plan_invalid', `Step ${step.id} has no service address to call.`);
  return seller.call({
    step: { ...step, url: step.serviceUrl, method: step.method ?? 'POST' },
    outputs,
    idempotencyKey: callKey(runId, step.id, generation),
    timeoutMs,
  });
}

async function free(
  tools: CallTools,
  request: CallRequest,
  answer: HttpAnswer,
  timeMs: number,
): Promise<CallOutcome> {
  const { runId, step, attempt } = request;
  const status = statusPointOf(answer, step.serviceUrl ?? '', tools.now());
  if (status !== undefined) return { kind: 'accepted', status };
  const output = await tools.values.keep(runId, readBody(answer));
  await append(
    tools,
    runId,
    stepCompleted({
      stepId: step.id,
      output,
      shown: await tools.values.show(output),
      cost: '0',
      timeMs,
      attempts: attempt,
    }),
  );
  return { kind: 'ok', output, timeMs };
}

const unreadable = (serviceName: string, fault: string): { code: string; message: string } => ({
  code: 'ANSWER_UNREADABLE',
  message: `The answer of ${serviceName} cannot be read: ${fault}.`,
});

async function signedBefore(tools: CallTools, intentId: string): Promise<CallOutcome> {
  const payment = await getPayment(tools.db.pool, intentId);
  if (payment === undefined) throw new EngineError('payment_not_found', `There is no payment ${intentId}.`);
  return { kind: 'payment_required', intentId, quote: storedQuote(tools, payment), signed: true };
}

/** Commits the intent before it answers: whatever happens to the price later, this one was asked for. */
async function quoted(tools: CallTools, request: CallRequest, answer: HttpAnswer): Promise<CallOutcome> {
  const { step } = request;
  const chosen = await chooseQuote(answer, request, tools);
  if ('refused' in chosen)
    return {
      kind: 'failed',
      code: 'PAYMENT_UNSUPPORTED',
      message: `${step.serviceName} cannot be paid: ${chosen.refused}.`,
    };
  const payment = await keepQuote(tools, request, chosen);
  return { kind: 'payment_required', intentId: payment.id, quote: storedQuote(tools, payment) };
}

async function keepQuote(tools: CallTools, request: CallRequest, chosen: ChosenQuote): Promise<PaymentRow> {
  const { runId, step, generation } = request;
  const run = await getRun(tools.db.pool, runId);
  if (run === undefined) throw new EngineError('run_not_found', `Run ${runId} has no row.`);
  return saveQuote(tools.db.pool, {
    id: paymentId(runId, step.id, generation),
    tenant: run.tenant,
    run_id: runId,
    step_id: step.id,
    generation,
    rail: chosen.rail,
    network: chosen.quote.network,
    asset: chosen.quote.assetId,
    amount: chosen.quote.amount,
    pay_to: chosen.quote.payTo,
    service: step.serviceId ?? step.serviceName,
    quote_sealed: sealQuote(tools.sealer, chosen.stored),
  });
}

/** The quote that the intent holds. Its price is not this answer's when something was held or signed before. */
function storedQuote(tools: CallTools, payment: PaymentRow): Quote {
  const { scheme, network, asset, payTo, amount, maxTimeoutSeconds } = openQuote(tools.sealer, payment).offer;
  return { scheme, network, asset, payTo, amount, maxTimeoutSeconds, assetId: payment.asset };
}

async function retry(
  tools: CallTools,
  request: CallRequest,
  { code, message, away, retryAfterMs: wait }: Omit<Extract<CallOutcome, { kind: 'retry' }>, 'kind'>,
): Promise<CallOutcome> {
  const { runId, step, generation, attempt } = request;
  await append(tools, runId, stepRetrying(step.id, generation, attempt, code));
  return {
    kind: 'retry',
    code,
    message,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(away === true ? { away } : {}),
  };
}

const append = (tools: CallTools, runId: string, event: JournalEvent): Promise<void> =>
  tools.journal.append({ runId, events: [event] });
