import { z } from 'zod';
import { Amount, Digits, Text } from './messages.ts';
import { strict } from './strict.ts';

/** What workflows are started with; the sandbox reads it with `domain/messages/starts.ts`. Durations are ms. */
const Id = Text(250, 1);
const Count = (least: number, most: number) => z.int().min(least).max(most);
const DAY_MS = 86_400_000;
const name = { tenant: Text(250, 1), subject: Text(1000) };

/** What every run needs, whatever its family. */
export const RunStart = z.looseObject({
  runId: Id,
  ...name,
  settings: z.looseObject({ callTimeoutMs: Amount }),
});

/** A run of a plan. */
export const RunInput = z.looseObject({
  runId: Id,
  ...name,
  settings: z.looseObject({
    approvalTtlMs: Amount,
    earlyApprovalWaitMs: Amount,
    maxTimeMs: Amount,
    callTimeoutMs: Amount,
    planningTimeoutMs: Amount,
    sellerTimeoutMs: Amount,
    concurrency: Count(1, 1000),
    localCallMs: Amount,
    reconcileIntervalMs: Amount,
    reconcileGiveUpMs: Amount,
    answerTtlMs: Amount.optional(),
    ask: z.boolean().optional(),
    maxCost: Digits.optional(),
    rerun: z.looseObject({ of: Id, fromStep: Text(200, 1).optional() }).optional(),
  }),
});

export const DepositClaim = strict({
  tenant: Text(250, 1),
  userId: Text(1000, 1),
  asset: Text(300, 1),
  amount: Digits,
  signature: Text(200, 1),
});

export const WithdrawalId = Id;

export const EscrowWaits = strict({ pollMs: Amount, giveUpMs: Amount });

export const PaymentToCheck = strict({ runId: Id.nullable(), intentId: Text(1000, 1) });

export const PaymentDecision = strict({
  intentId: Text(1000, 1),
  decision: z.enum(['void', 'settled']),
  confirm: Text(300, 1),
  txHash: Text(200, 1).nullable(),
  by: Text(1000, 1),
  note: Text(2000, 1),
});

export const SweepWaits = strict({
  busyMs: Count(0, DAY_MS),
  idleMs: Count(0, DAY_MS),
  rounds: Count(1, 10_000),
});

export const Repair = strict({ runId: Id, lateMs: Amount.optional() });

export const WatchWaits = strict({ everyMs: Count(0, DAY_MS), rounds: Count(1, 10_000) });
