import type { DepositClaim } from '../ports/escrow.ts';
import type { PaymentDecisionOrder } from '../ports/payment-decisions.ts';
import type { RunInput } from '../run-settings.ts';
import { amount, bool, digits, fields, oneOf, orNull, someFields, text, whole, type Guard } from './read.ts';

/** What workflows are started with. A workflow that cannot read it ends at once, instead of failing its first task for ever. */
const id = text(250, 1);
const DAY_MS = 86_400_000;
const name = { tenant: text(250, 1), subject: text(1000) };

/** What every run needs, whatever its family. */
export const readRunStart: Guard<{ runId: string; settings: { callTimeoutMs: number } }> = someFields(
  { runId: id, ...name, settings: someFields({ callTimeoutMs: amount }, {}) },
  {},
);

const settings = someFields(
  {
    approvalTtlMs: amount,
    earlyApprovalWaitMs: amount,
    maxTimeMs: amount,
    callTimeoutMs: amount,
    planningTimeoutMs: amount,
    sellerTimeoutMs: amount,
    concurrency: whole(1, 1000),
    localCallMs: amount,
    reconcileIntervalMs: amount,
    reconcileGiveUpMs: amount,
  },
  {
    answerTtlMs: amount,
    ask: bool,
    maxCost: digits,
    rerun: someFields({ of: id }, { fromStep: text(200, 1) }),
  },
);

/** A run of a plan. */
export const readRunInput: Guard<RunInput> = someFields({ runId: id, ...name, settings }, {});

export const readDepositClaim: Guard<DepositClaim> = fields(
  {
    tenant: text(250, 1),
    userId: text(1000, 1),
    asset: text(300, 1),
    amount: digits,
    signature: text(200, 1),
  },
  {},
);

export const readWithdrawalId: Guard<string> = id;

export const readEscrowWaits: Guard<{ pollMs: number; giveUpMs: number }> = fields(
  { pollMs: amount, giveUpMs: amount },
  {},
);

export const readPaymentToCheck: Guard<{ runId: string | null; intentId: string }> = fields(
  { runId: orNull(id), intentId: text(1000, 1) },
  {},
);

export const readPaymentDecision: Guard<PaymentDecisionOrder> = fields(
  {
    intentId: text(1000, 1),
    decision: oneOf(['void', 'settled']),
    confirm: text(300, 1),
    txHash: orNull(text(200, 1)),
    by: text(1000, 1),
    note: text(2000, 1),
  },
  {},
);

export const readSweepWaits: Guard<{ busyMs: number; idleMs: number; rounds: number }> = fields(
  { busyMs: whole(0, DAY_MS), idleMs: whole(0, DAY_MS), rounds: whole(1, 10_000) },
  {},
);

/** A repair; `lateMs` is how long activities of the lost workflow may still be at work. */
export const readRepair: Guard<{ runId: string; lateMs?: number }> = fields(
  { runId: id },
  { lateMs: amount },
);

export const readWatchWaits: Guard<{ everyMs: number; rounds: number }> = fields(
  { everyMs: whole(0, DAY_MS), rounds: whole(1, 10_000) },
  {},
);
