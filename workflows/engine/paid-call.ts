import { showAmount } from '../../domain/money.ts';
import type { CallOutcome, CallRequest } from '../../domain/ports/calling.ts';
import type { SignOutcome } from '../../domain/ports/payments.ts';
import type { StatusPoint } from '../../domain/payments/accepted-work.ts';
import { mayStillSign } from '../../domain/plan/run-deadlines.ts';
import { checkQuote } from '../../domain/plan/spending.ts';
import { awaitWork } from './accepted-work.ts';
import { committed } from './budget.ts';
import { makePayment, type PaymentEnd, type PaymentToMake } from './payment.ts';
import { failed, nextAttempt, type Parked, type StepContext, type StepEnd } from './step-context.ts';
import { announceFailure } from './step-events.ts';

type Demand = Extract<CallOutcome, { kind: 'payment_required' }>;
type Request = Omit<CallRequest, 'ride'>;
/** `left`: paid, or it may be, and the run stops before the service has given its answer. */
type Paid = StepEnd | { kind: 'void' } | { kind: 'left' };

/** A quote before its payment: it is paid if the approval allows it and its answer can still come in time. */
export async function payForCall(context: StepContext, request: Request, demand: Demand): Promise<Paid> {
  const { run, budget } = context;
  delete run.closing.moneyless;
  const judged = demand.signed === true ? signedBefore(context) : judge(context, request, demand);
  if (typeof judged !== 'number') return judged;
  budget.held += BigInt(demand.quote.amount);
  const payer = { act: run.act.money, ride: run.journal.ride, stop: run.stop };
  const end = await makePayment(payer, toMake(context, request, demand, judged));
  const booked = book(context, request, demand, end);
  return booked.kind === 'accepted' ? awaitPaid(context, request, demand, booked.status) : booked;
}

/** A workflow that was reset comes to what it had signed: that is followed, whatever the approval says now. */
const signedBefore = ({ run }: StepContext): Paid | number =>
  run.stop.reason() === undefined ? Date.now() : { kind: 'left' };

/** Until when it may be signed; else why it is not. */
function judge(context: StepContext, request: Request, demand: Demand): Paid | number {
  const { run, budget } = context;
  const { grant } = budget;
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
  if (decision.kind !== 'too_late') return decision.beforeMs;
  announceTooLate(context, request.step.id, decision.message);
  run.stop.request('deadline');
  return { kind: 'stopped' };
}

/** The payment is settled and booked, so nothing here pays or sends anything again: the service is only asked. */
async function awaitPaid(
  context: StepContext,
  { step }: Request,
  { intentId, quote }: Demand,
  status: StatusPoint,
): Promise<Paid> {
  const end = await awaitWork(context, step, status, intentId);
  if (end.kind === 'ok') return { kind: 'completed' };
  const message = `The payment settled, but the service did not give its answer. ${end.message}`;
  const failure = failed('PAID_NO_OUTPUT', message, false, quote.amount);
  if (end.kind === 'failed') return failure;
  announceFailure(context, step, failure.failure);
  return { kind: 'left' };
}

function announceTooLate({ run }: StepContext, step: string, message: string): void {
  const data = { step, refused: 'not_enough_time', message };
  run.journal.emit({ key: `step.too_late:${step}`, type: 'step.progress', data });
}

function toMake(
  context: StepContext,
  request: Request,
  { intentId, quote }: Demand,
  signBeforeMs: number,
): PaymentToMake {
  const { step, outputs, timeoutMs, asset: code } = request;
  const { decimals } = context.plan;
  const { reconcileIntervalMs, reconcileGiveUpMs } = context.run.input.settings;
  return {
    intentId,
    labels: {
      of: step.id,
      sign: `sign ${showAmount(quote.amount, { code, decimals })}`,
      send: 'pay and call',
    },
    limits: {
      signBeforeMs,
      ...agreedTo(context, request),
      lookEveryMs: reconcileIntervalMs,
      giveUpMs: reconcileGiveUpMs,
      sends: step.retryPolicy,
    },
    until: 'answer',
    carry: (sent) => ({
      attempt: sent === 0 ? request.attempt : nextAttempt(context, step.id),
      paidCall: { step, outputs, timeoutMs },
    }),
  };
}

type Booked = StepEnd | { kind: 'void' } | { kind: 'left' } | { kind: 'accepted'; status: StatusPoint };

/** What the end of the payment means for the step and its budget. */
function book(context: StepContext, request: Request, demand: Demand, end: PaymentEnd): Booked {
  const { budget } = context;
  if (end.kind === 'unsent') return demand.signed === true ? { kind: 'left' } : { kind: 'stopped' }; // the hold stays until the sweep proves it void
  if (end.kind === 'unknown') return unknownEnd(context, request, demand.intentId); // the hold stays
  const amount = BigInt(demand.quote.amount);
  budget.held -= amount;
  switch (end.kind) {
    case 'refused':
      return refusedEnd(end, demand);
    case 'void':
      return mayPayAgain(context, request, end.tries)
        ? { kind: 'void' }
        : failed(end.code, end.message, end.code !== 'PAYMENT_VOID');
    case 'settled':
    case 'landed': {
      budget.settled += amount;
      if (end.kind === 'settled' && end.output !== null) {
        context.outputs[request.step.outputKey] = end.output;
        return { kind: 'completed' };
      }
      if (end.kind === 'settled' && end.accepted !== undefined)
        return { kind: 'accepted', status: end.accepted };
      const message = 'The payment settled, but the service did not give its answer.';
      return failed('PAID_NO_OUTPUT', message, false, demand.quote.amount);
    }
  }
}

function refusedEnd(end: Extract<PaymentEnd, { kind: 'refused' }>, demand: Demand): StepEnd {
  switch (end.reason) {
    case 'unsupported':
      return failed('PAYMENT_UNSUPPORTED', end.message);
    case 'expired':
      return { kind: 'parked', why: { reason: 'approval_expired', quote: demand.quote } };
    case 'approve_above':
      return { kind: 'parked', why: { reason: 'approve_above', quote: demand.quote } };
    case 'budget_exhausted':
      return withoutRoom(end, demand);
    case 'treasury_short':
    case 'operator_short':
    case 'halted':
    case 'float_short': // the activity has told the operator, and takes it back once there is enough
      return { kind: 'parked', why: shortOf('operator', demand, end.shortBy) };
    case 'low_balance':
      return { kind: 'parked', why: shortOf('user', demand, end.shortBy) };
  }
}

function agreedTo({ agreed }: StepContext, { step }: Request): { agreed?: string } {
  const amount = agreed[step.id];
  return amount === undefined ? {} : { agreed: amount };
}

function withoutRoom(
  { room, then, message }: Extract<SignOutcome, { reason: 'budget_exhausted' }>,
  { quote, intentId }: Demand,
): StepEnd {
  if (then === 'refuse') return failed('BUDGET_EXHAUSTED', message, true);
  return { kind: 'parked', why: { reason: 'budget_exhausted', quote, room: { ...room, intentId } } };
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

/** Proven unpaid, so another payment may be signed, within the step's own bounds. */
function mayPayAgain(context: StepContext, request: Request, tries: number): boolean {
  const { maxAttempts } = request.step.retryPolicy;
  return context.run.stop.reason() === undefined && tries < maxAttempts && request.generation < maxAttempts;
}

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
