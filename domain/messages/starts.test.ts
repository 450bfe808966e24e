import * as schemas from '../../schemas/core/starts.ts';
import { testEquality } from '../../tests/support/message-equality.ts';
import * as starts from './starts.ts';

const run = { runId: 'r1', tenant: 't', subject: 's' };
const settings = {
  approvalTtlMs: 1,
  earlyApprovalWaitMs: 1,
  maxTimeMs: 1,
  callTimeoutMs: 1,
  planningTimeoutMs: 1,
  sellerTimeoutMs: 1,
  concurrency: 1,
  localCallMs: 0,
  reconcileIntervalMs: 1,
  reconcileGiveUpMs: 1,
  answerTtlMs: 1,
  ask: true,
  maxCost: '5',
  rerun: { of: 'r0', fromStep: 'a' },
};

testEquality('the start of any run', {
  guard: starts.readRunStart,
  schema: schemas.RunStart,
  whole: { ...run, settings: { callTimeoutMs: 5000, more: true }, more: 1 },
});
testEquality('the start of a run of a plan', {
  guard: starts.readRunInput,
  schema: schemas.RunInput,
  whole: { ...run, settings },
});
testEquality('the start of a deposit', {
  guard: starts.readDepositClaim,
  schema: schemas.DepositClaim,
  whole: { tenant: 't', userId: 'ada', asset: 'a', amount: '5', signature: 's' },
});
testEquality('the name of a withdrawal', {
  guard: starts.readWithdrawalId,
  schema: schemas.WithdrawalId,
  whole: 'w1',
});
testEquality('the waits of escrow movements', {
  guard: starts.readEscrowWaits,
  schema: schemas.EscrowWaits,
  whole: { pollMs: 1, giveUpMs: 1.5 },
});
testEquality('the start of a look at a payment', {
  guard: starts.readPaymentToCheck,
  schema: schemas.PaymentToCheck,
  whole: { runId: null, intentId: 'p1' },
});
testEquality('the start of a decision about a payment', {
  guard: starts.readPaymentDecision,
  schema: schemas.PaymentDecision,
  whole: { intentId: 'p1', decision: 'void', confirm: 'f', txHash: null, by: 'ada', note: 'seen' },
});
testEquality('the waits of the sweep', {
  guard: starts.readSweepWaits,
  schema: schemas.SweepWaits,
  whole: { busyMs: 0, idleMs: 1, rounds: 1 },
});
testEquality('the start of a repair', {
  guard: starts.readRepair,
  schema: schemas.Repair,
  whole: { runId: 'r1', lateMs: 5 },
});
testEquality('the waits of a watch', {
  guard: starts.readWatchWaits,
  schema: schemas.WatchWaits,
  whole: { everyMs: 0, rounds: 1 },
});
