import { patched, sleep } from '@temporalio/workflow';
import type { CallOutcome, CallRequest } from '../../domain/ports/calling.ts';
import type { PaidCall, ReconcileOutcome, SubmitOutcome } from '../../domain/ports/payments.ts';
import { retryDelay } from '../../domain/retry.ts';
import { mayStillSign } from '../../domain/plan/run-deadlines.ts';
import { checkQuote } from '../../domain/plan/spending.ts';
import { committed } from './budget.ts';
import { failed, nextAttempt, type Parked, type StepContext, type StepEnd } from './step-context.ts';

type Demand = Extract<CallOutcome, { kind: 'payment_required' }>;
type Request = Omit<CallRequest, 'ride'>;
type Paid = StepEnd | { kind: 'void' };

/**
 * Quote, sign, submit: three durable steps (architecture decision 4). Before the signature everything may still be
 * refused and nothing is lost; after it the same bytes are followed until the chain proves what became of them.
 */
export async function payForCall(context: StepContext, request: Request, demand: Demand): Promise<Paid> {
  const { run, budget } = context;
  const { grant } = budget;
  delete run.closing.moneyless;
  if (run.stop.reason() !== undefined) return { kind: 'stopped' };
  if (grant === undefined) return { kind: 'parked', why: { reason: 'price_changed', quote: demand.quote } };
  const reason = checkQuote(
    request.step,
    demand.quote,
    {
      committed: committed(budget),
      limits: grant.limits,
      expiresAtMs: grant.expiresAtMs,
      ...(context.maxCost === undefined ? {} : { maxCost: context.maxCost }),
    },
    Date.now(),
  );
  if (reason !== undefined) return { kind: 'parked', why: { reason, quote: demand.quote } };

  const times = { nowMs: Date.now(), approvalEndMs: grant.expiresAtMs, runEndMs: run.stop.endsAtMs() };
  const decision = mayStillSign({ ...times, usualMs: request.step.estimatedTime });
  if (decision.kind === 'too_late' && patched(ANSWERS_COME_IN_TIME)) {
    announceTooLate(context, request.step.id, decision.message);
    run.stop.request('deadline');
    return { kind: 'stopped' };
  }

  const amount = BigInt(demand.quote.amount);
  budget.held += amount;
  const signed = await sign(context, request, demand, Math.min(times.approvalEndMs, times.runEndMs));
  if (signed !== undefined) {
    budget.held -= amount;
    return signed;
  }
  // Signed for a run that stops meanwhile: never sent, nobody can use it. The sweep proves it void and frees the hold.
  if (run.stop.reason() !== undefined) return { kind: 'stopped' };
  const outcome = await follow(context, request, demand.intentId);
  if (outcome.kind === 'unknown') return unknownEnd(context, request, demand.intentId); // the hold stays
  budget.held -= amount;
  if (outcome.kind === 'void')
    return outcome.retry ? { kind: 'void' } : failed(outcome.code, outcome.message, true);
  budget.settled += amount;
  if (outcome.kind === 'settled') {
    context.outputs[request.step.outputKey] = outcome.output;
    return { kind: 'completed' };
  }
  const message = 'The payment settled, but the service did not give its answer.';
  return failed('PAID_NO_OUTPUT', message, false, demand.quote.amount);
}

/** Runs from before this patch paid for answers that came after their end. */
const ANSWERS_COME_IN_TIME = 'answers-come-in-time';

function announceTooLate({ run }: StepContext, step: string, message: string): void {
  const data = { step, refused: 'not_enough_time', message };
  run.journal.emit({ key: `step.too_late:${step}`, type: 'step.progress', data });
}

/** Undefined when signed. */
async function sign(
  context: StepContext,
  request: Request,
  demand: Demand,
  signBeforeMs: number,
): Promise<StepEnd | undefined> {
  const { run } = context;
  const outcome = await run.journal.ride((ride) =>
    run.act.money.signPayment.executeWithOptions(
      { summary: `${request.step.id}: sign ${demand.quote.amount} ${request.asset}` },
      [{ ride, intentId: demand.intentId, signBeforeMs }],
    ),
  );
  if (outcome.kind === 'signed') return undefined;
  switch (outcome.reason) {
    case 'unsupported':
      return failed('PAYMENT_UNSUPPORTED', outcome.message);
    case 'expired':
      return { kind: 'parked', why: { reason: 'approval_expired', quote: demand.quote } };
    case 'float_short': // the activity has told the operator, and takes it back once there is enough
      return { kind: 'parked', why: shortOf('operator', demand, outcome.shortBy) };
    case 'low_balance':
      return { kind: 'parked', why: shortOf('user', demand, outcome.shortBy) };
  }
}

const shortOf = (
  of: 'user' | 'operator',
  { quote, intentId }: Demand,
  amount: string | undefined,
): Parked => ({
  reason: 'low_balance',
  quote,
  ...(amount === undefined ? {} : { short: { intentId, amount, of } }),
});

type Followed =
  | Extract<SubmitOutcome, { kind: 'settled' }>
  | { kind: 'paid_no_output' }
  | { kind: 'void'; code: string; message: string; retry: boolean }
  | { kind: 'unknown' };

/** Sends the stored bytes until the service answers or the chain proves an end. */
async function follow(context: StepContext, request: Request, intentId: string): Promise<Followed> {
  const { run } = context;
  const policy = request.step.retryPolicy;
  let sent = 0;
  let unheard = 0; // those sent while the service was away, which are no attempts
  let afterLanding = 0;
  let last: Extract<SubmitOutcome, { kind: 'unclear' }> | undefined;
  let provableAtMs = 0; // before that no chain can prove anything, so nobody need be told that none does
  const givesUpAtMs = Date.now() + run.input.settings.reconcileGiveUpMs;
  let resend = true;
  for (;;) {
    if (resend) {
      const attempt = sent === 0 ? request.attempt : nextAttempt(context, request.step.id);
      const outcome = await submit(context, { ...request, attempt }, intentId);
      sent++;
      if (outcome.kind === 'settled') return outcome;
      last = outcome;
      if (outcome.away === true) unheard++;
    }
    const truth = await reconcile(context, request, intentId);
    resend = false;
    if (truth.kind === 'void')
      return {
        kind: 'void',
        code: last?.code ?? 'PAYMENT_VOID',
        message: last?.message ?? 'The payment expired unused.',
        retry: mayPayAgain(context, request, sent - unheard),
      };
    if (truth.kind === 'settled') {
      if (afterLanding++ > 0) return { kind: 'paid_no_output' };
      resend = true;
      continue;
    }
    if (truth.kind === 'alive') provableAtMs = truth.expiresAtMs + (truth.finalityMs ?? 0);
    if (truth.kind === 'unknown' && Date.now() >= Math.max(givesUpAtMs, provableAtMs))
      return { kind: 'unknown' };
    if (truth.kind === 'alive' && sent - unheard < policy.maxAttempts && run.stop.reason() === undefined) {
      resend = await run.stop.pause(
        retryDelay(policy, Math.min(sent, policy.maxAttempts), Math.random(), last?.retryAfterMs),
        `${request.step.id}: resubmit ${sent + 1}`,
      );
      continue;
    }
    await sleep(run.input.settings.reconcileIntervalMs, {
      summary: `${request.step.id}: payment ${truth.kind}`,
    });
  }
}

/** Proven unpaid, so another payment may be signed, within the step's own bounds. */
function mayPayAgain(context: StepContext, request: Request, sent: number): boolean {
  const { maxAttempts } = request.step.retryPolicy;
  return context.run.stop.reason() === undefined && sent < maxAttempts && request.generation < maxAttempts;
}

const submit = (context: StepContext, request: Request, intentId: string): Promise<SubmitOutcome> =>
  context.run.journal.ride((ride) =>
    context.run.act.money.submitPayment.executeWithOptions({ summary: `${request.step.id}: pay and call` }, [
      { ride, intentId, attempt: request.attempt, paidCall: paidCallOf(request) },
    ]),
  );

const paidCallOf = ({ step, outputs, timeoutMs }: Request): PaidCall => ({ step, outputs, timeoutMs });

const reconcile = (context: StepContext, request: Request, intentId: string): Promise<ReconcileOutcome> =>
  context.run.journal.ride((ride) =>
    context.run.act.money.reconcilePayment.executeWithOptions(
      { summary: `${request.step.id}: look on chain` },
      [{ ride, intentId }],
    ),
  );

function unknownEnd(context: StepContext, request: Request, intentId: string): StepEnd {
  context.run.needsAttention(
    'payment_unknown',
    `Whether the payment of step ${request.step.id} settled is not known; its hold stays.`,
    {
      step: request.step.id,
      intentId,
    },
  );
  context.run.journal.emit({
    key: `step.payment_unknown:${request.step.id}:${intentId}`,
    type: 'step.progress',
    data: { step: request.step.id, payment: { intentId, status: 'unknown' } },
    step: { id: request.step.id, status: 'payment_unknown' },
  });
  return failed(
    'PAYMENT_UNKNOWN',
    'The outcome of a payment is not known yet; it is followed until the chain proves it.',
    true,
  );
}
