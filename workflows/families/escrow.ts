import { ApplicationFailure, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import type { DepositClaim, EscrowActivities, WithdrawalState } from '../../domain/ports/escrow.ts';
import { taskQueues } from '../../domain/queues.ts';

/** How often the chain is asked, and for how long; ms. */
export interface EscrowWaits {
  pollMs: number;
  giveUpMs: number;
}

const activities = (): EscrowActivities =>
  proxyActivities<EscrowActivities>({
    taskQueue: taskQueues(workflowInfo().taskQueue).money,
    startToCloseTimeout: '40s',
    heartbeatTimeout: '6s',
    retry: { initialInterval: 500, maximumInterval: 10_000 },
  });

/** One deposit, one workflow (its id names the signature): credited once it is final on its chain, or refused. */
export async function escrowDeposit(claim: DepositClaim, waits: EscrowWaits): Promise<'credited'> {
  const act = activities();
  const givesUpAt = Date.now() + waits.giveUpMs;
  for (;;) {
    const verdict = await act.verifyDeposit(claim);
    if (verdict.kind === 'finalized') {
      await act.creditDeposit(claim);
      return 'credited';
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

/** One withdrawal: held by the API, signed once, the same bytes sent until final or proven absent. */
export async function escrowWithdrawal(
  withdrawalId: string,
  waits: EscrowWaits,
): Promise<'finalized' | 'released' | 'unknown'> {
  const act = activities();
  const ref = { withdrawalId };
  const givesUpAt = Date.now() + waits.giveUpMs;
  await act.signWithdrawal(ref);
  let state: WithdrawalState = await act.submitWithdrawal(ref);
  for (;;) {
    if (state.kind === 'finalized' || state.kind === 'absent') {
      const outcome = state.kind === 'finalized' ? 'finalized' : 'released';
      await act.closeWithdrawal({ ...ref, outcome });
      return outcome;
    }
    if (state.kind === 'unknown' && Date.now() >= givesUpAt) {
      await act.closeWithdrawal({ ...ref, outcome: 'unknown' });
      return 'unknown';
    }
    await sleep(waits.pollMs, { summary: `withdrawal: ${state.kind}` });
    state = state.kind === 'alive' ? await act.submitWithdrawal(ref) : await act.observeWithdrawal(ref);
  }
}
