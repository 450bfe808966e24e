import { JOB_SIGNALS, type PaymentChanged } from '../../domain/masumi/messages.ts';
import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import { markAuthorized, markSaleState } from '../../db/masumi/jobs.ts';
import type { WatchedJob } from '../../db/masumi/watched-jobs.ts';
import { canAuthorize } from '../../domain/masumi/payment.ts';
import type { MasumiNode } from '../../domain/masumi/ports/masumi-node.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { MasumiDeps } from './tools.ts';

/** Does what a job needs as it stands now. Every part may be repeated at the next look. */
export async function followUp(
  deps: MasumiDeps,
  node: MasumiNode,
  job: WatchedJob,
  isNews: boolean,
): Promise<void> {
  // The run is told before the change is written down, so that a lost signal is news again at the next look.
  if (!isTerminal(job.status)) await tellRun(deps, job, isNews);
  if (isNews) await write(deps, job);
  if (needsPerson(job)) await alert(deps, job);
  if (isTerminal(job.status) && job.status !== 'completed' && job.on_chain_state === 'ResultSubmitted')
    await undelivered(deps, job);
  if (!isTerminal(job.status) || !canAuthorize(job.on_chain_state)) return;
  if (job.status === 'completed') await dispute(deps, job);
  else await refund(deps, node, job);
}

/**
 * A run that waits for its money is told each time. Later it is told only of news: a purchaser who asks for a refund of
 * work that takes a day must not fill the run's history.
 */
async function tellRun({ tell }: MasumiDeps, job: WatchedJob, isNews: boolean): Promise<void> {
  const { on_chain_state: onChainState } = job;
  if (onChainState === null || !(isNews || job.status === 'awaiting_payment')) return;
  const hint: PaymentChanged = { onChainState };
  await tell(job.workflow_id, JOB_SIGNALS.paymentChanged, hint);
}

/** A decided or ended payment needs nobody: items about it close, and open again when the need comes back. */
async function write({ db }: MasumiDeps, job: WatchedJob): Promise<void> {
  const { run_id: runId, on_chain_state: onChainState, next_action: nextAction } = job;
  if (!needsPerson(job)) await settleAttention(db.pool, stuckId(job), 'The payment service goes on.');
  if (!canAuthorize(onChainState))
    await settleAttention(
      db.pool,
      disputeId(job),
      `The payment is ${onChainState ?? 'not on the chain'} now.`,
    );
  await markSaleState(db.pool, runId, { onChainState, nextAction });
}

const stuckId = ({ run_id }: WatchedJob): string => `payment_service_stuck:${run_id}`;
const disputeId = ({ run_id }: WatchedJob): string => `payment_disputed:${run_id}`;

/** A failed job's refund, as soon as the purchaser has asked for it. */
async function refund({ db }: MasumiDeps, node: MasumiNode, job: WatchedJob): Promise<void> {
  if (job.authorized_at !== null && !waitsAgain(job)) return;
  const verdict = await node.authorizeRefund(job.blockchain_identifier);
  if (verdict.kind === 'done') await markAuthorized(db.pool, job.run_id);
}

const AGAIN_MS = 120_000;

/** An authorisation had no effect: its transaction failed, or the purchaser took the request back and asked again. */
const waitsAgain = ({ authorized_at: at, next_action: next }: WatchedJob): boolean =>
  next?.requestedAction === 'WaitingForExternalAction' && Date.now() - at!.getTime() > AGAIN_MS;

/** A hash arrived after its job was given up. The money is on its way to us, and the purchaser has no result. */
const undelivered = ({ db }: MasumiDeps, job: WatchedJob): Promise<void> =>
  raiseAttention(db.pool, {
    id: `payment_undelivered:${job.run_id}`,
    tenant: job.tenant,
    kind: 'payment_undelivered',
    runId: job.run_id,
    detail:
      'A hash was submitted for a job that has failed. The purchaser has no result: pay the money back, or agree to the refund.',
    data: { blockchainIdentifier: job.blockchain_identifier },
  });

/** The work was done and the purchaser wants the money back. A person decides whether it goes back. */
const dispute = ({ db }: MasumiDeps, job: WatchedJob): Promise<void> =>
  raiseAttention(db.pool, {
    id: disputeId(job),
    tenant: job.tenant,
    kind: 'payment_disputed',
    runId: job.run_id,
    detail: `The purchaser asks for a refund of a job that was delivered (${job.on_chain_state}). Authorize it at the payment service, or leave it to the administrators of the contract.`,
    data: { blockchainIdentifier: job.blockchain_identifier, onChainState: job.on_chain_state },
    recurs: true,
  });

const needsPerson = ({ next_action }: WatchedJob): boolean =>
  next_action?.requestedAction === 'WaitingForManualAction' || (next_action?.errorType ?? null) !== null;

/** The payment service cannot go on by itself (masumi.md section 3: "Manual or errorType: alert"). */
const alert = ({ db }: MasumiDeps, job: WatchedJob): Promise<void> =>
  raiseAttention(db.pool, {
    id: stuckId(job),
    tenant: job.tenant,
    kind: 'payment_service_stuck',
    runId: job.run_id,
    detail: `The payment service needs a person for this payment: ${job.next_action?.errorNote ?? job.next_action?.errorType ?? 'manual action'}.`,
    data: { blockchainIdentifier: job.blockchain_identifier, nextAction: job.next_action },
    recurs: true,
  });
