import {
  ApplicationFailure,
  proxyActivities,
  sleep,
  workflowInfo,
  type ActivityInterfaceFor,
} from '@temporalio/workflow';
import { readDepositClaim, readEscrowWaits, readWithdrawalId } from '../../domain/messages/starts.ts';
import type { DepositClaim, EscrowActivities } from '../../domain/ports/escrow.ts';
import type { PaymentActivities } from '../../domain/ports/payments.ts';
import { taskQueues } from '../../domain/queues.ts';
import { makePayment, type Payer } from './payment.ts';
import { readStart } from './read-start.ts';

/** How often the chain is asked, and for how long; ms. */
export interface EscrowWaits {
  pollMs: number;
  giveUpMs: number;
}

/** What Temporal's UI shows as the result. Amounts are in whole units; `see` is where the API has the rest. */
export interface DepositSummary {
  status: 'credited';
  signature: string;
  see: string;
}
export interface WithdrawalSummary {
  status: 'finalized' | 'released' | 'unknown';
  amount: string;
  see: string;
}

type Work = EscrowActivities & PaymentActivities;

const activities = (): ActivityInterfaceFor<Work> =>
  proxyActivities<Work>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '40s',
    heartbeatTimeout: '6s',
    retry: { initialInterval: 500, maximumInterval: 10_000 },
  });

/** One claim of a deposit, one workflow: credited once it is final on its chain, or refused. */
export async function escrowDeposit(claim: DepositClaim, waits: EscrowWaits): Promise<DepositSummary> {
  readStart(readDepositClaim, claim);
  readStart(readEscrowWaits, waits);
  const act = activities();
  const givesUpAt = Date.now() + waits.giveUpMs;
  for (;;) {
    const verdict = await act.verifyDeposit(claim);
    if (verdict.kind === 'finalized') {
      const { kind: _kind, ...found } = verdict;
      await act.creditDeposit({ ...claim, ...found });
      return { status: 'credited', signature: claim.signature, see: `/escrow/${claim.userId}` };
    }
    const lost = verdict.kind === 'pending' && Date.now() >= givesUpAt;
    if (verdict.kind === 'refused' || lost) {
      const code = verdict.kind === 'refused' ? verdict.code : 'transaction_not_found';
      await act.refuseDeposit({ ...claim, reason: code });
      throw ApplicationFailure.nonRetryable(
        verdict.kind === 'refused' ? verdict.message : 'The transaction never became final.',
        code,
      );
    }
    await sleep(waits.pollMs, { summary: 'deposit: waiting for finality' });
  }
}

/** The look at the chain sends the same bytes again while they may land, so that nothing here has to. */
const ONCE = { maxAttempts: 1, initialDelayMs: 0, backoffMultiplier: 1, maxDelayMs: 0 };

/** Nobody can stop a withdrawal. */
const NEVER = { reason: () => undefined, pause: async () => true };

/** One withdrawal: held by the API, then a payment like any other, followed until it is final or proven absent. */
export async function escrowWithdrawal(withdrawalId: string, waits: EscrowWaits): Promise<WithdrawalSummary> {
  readStart(readWithdrawalId, withdrawalId);
  readStart(readEscrowWaits, waits);
  const act = activities();
  const ref = { withdrawalId };
  const prepared = await act.prepareWithdrawal(ref);
  const { words } = prepared;
  const ended = (status: WithdrawalSummary['status']): WithdrawalSummary => ({
    status,
    amount: words,
    see: `/payments/${withdrawalId}`,
  });
  if (prepared.kind === 'ended') return ended(prepared.outcome);
  const { intentId } = prepared;
  const payer: Payer = { act, ride: (work) => work(null), stop: NEVER };
  const end = await makePayment(payer, {
    intentId,
    labels: { of: 'withdrawal', sign: `sign ${words}`, send: 'send' },
    limits: { lookEveryMs: waits.pollMs, giveUpMs: waits.giveUpMs, sends: ONCE },
    until: 'finality',
    carry: (sent) => ({ attempt: sent + 1 }),
  });
  switch (end.kind) {
    case 'landed':
      return ended('finalized');
    case 'void':
    case 'refused': // it would have cost more than was charged: nothing was signed, and everything is back
      return ended('released');
    case 'unknown':
      await act.leaveWithdrawal(ref);
      return ended('unknown');
    case 'settled':
    case 'unsent':
      throw ApplicationFailure.nonRetryable(
        `The payment of withdrawal ${withdrawalId} ended as ${end.kind}.`,
      );
  }
}
