import { getPayment } from '../../db/repositories/payments-write.ts';
import { EngineError } from '../../domain/errors.ts';
import {
  classifyStatus,
  describeAnswer,
  readBody,
  retryAfterMs,
  statusCode,
} from '../../domain/payments/answers.ts';
import { stepCompleted, type PaymentFacts } from '../../domain/payments/events.ts';
import type { HttpAnswer } from '../../domain/payments/http.ts';
import { progressOf, statusPointOf, whenToAsk } from '../../domain/payments/status-url.ts';
import type { PollOutcome, PollRequest } from '../../domain/ports/calling.ts';
import { withRide } from '../journal/ride.ts';
import { factsOf } from '../payments/tools.ts';
import type { CallTools } from './tools.ts';

const NEW_FOR = 3; // looks; what was accepted a moment ago may not be found everywhere yet

/**
 * One look at work that a service has accepted. What a crash leaves behind: before the answer, and after it, nothing is
 * written and nothing was paid, so the look is repeated. After `step.completed` the repetition writes the same event again,
 * which changes nothing.
 */
export async function pollService(tools: CallTools, request: PollRequest): Promise<PollOutcome> {
  const { url, timeoutMs, ride, step } = request;
  const answer = await withRide(tools.journal, ride, () => tools.seller.ask(url, timeoutMs));
  if (answer.kind === 'blocked') return { kind: 'failed', code: answer.code, message: answer.message };
  if (answer.kind === 'silent') return { kind: 'retry', code: answer.code, message: answer.message };
  const http = answer.answer;
  const { status, fault } = http;
  const kind = classifyStatus(status);
  if (kind === 'ok' && fault === undefined) return read(tools, request, http);
  const message = `Asked for the work that it had accepted, ${fault ?? describeAnswer(step.serviceName, http)}`;
  const isNew = status === 404 && request.look <= NEW_FOR;
  if (kind !== 'ok' && kind !== 'retry' && !isNew)
    return { kind: 'failed', code: statusCode(status), message };
  const wait = retryAfterMs(http, tools.now());
  return {
    kind: 'retry',
    code: statusCode(status),
    message,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

async function read(tools: CallTools, request: PollRequest, http: HttpAnswer): Promise<PollOutcome> {
  const { runId, step, url, sinceMs, attempts } = request;
  const nowMs = tools.now();
  const progress = progressOf(http);
  if (progress === 'working')
    return {
      kind: 'working',
      status: statusPointOf(http, url, nowMs) ?? { url, ...whenToAsk(http, nowMs) },
    };
  if (progress !== 'done') {
    const message = `${step.serviceName} says that the accepted work is ${progress.failed}: ${describeAnswer('it', http)}`;
    return { kind: 'failed', code: 'SERVICE_FAILED', message };
  }
  const output = await tools.values.keep(runId, readBody(http));
  const payment = await paymentOf(tools, request);
  const event = stepCompleted({
    stepId: step.id,
    output,
    shown: await tools.values.show(output),
    cost: payment?.amountMinor ?? '0',
    timeMs: Math.max(0, nowMs - sinceMs),
    attempts,
    ...(payment === undefined ? {} : { payment }),
  });
  await tools.journal.append({ runId, events: [event] });
  return { kind: 'ok', output };
}

/** The settled payment that bought the work. */
async function paymentOf({ db }: CallTools, { intentId }: PollRequest): Promise<PaymentFacts | undefined> {
  if (intentId === undefined) return undefined;
  const payment = await getPayment(db.pool, intentId);
  if (payment?.kind !== 'step')
    throw new EngineError('payment_not_found', `There is no payment ${intentId} of a step.`);
  return factsOf(payment);
}
