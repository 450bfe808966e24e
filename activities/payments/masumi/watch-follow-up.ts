import { SIGNALS } from '../../../domain/messages.ts';
import { raiseAttention } from '../../../db/repositories/attention.ts';
import { markAuthorized } from '../../../db/repositories/jobs.ts';
import type { WatchedJob } from '../../../db/repositories/watched-jobs.ts';
import { canAuthorize } from '../../../domain/masumi/payment.ts';
import type { MasumiNode } from '../../../domain/ports/masumi-node.ts';
import { isTerminal } from '../../../domain/run-states.ts';
import type { MasumiDeps } from './activities.ts';

/** What must be done about a job as it stands now. Every part may be repeated at the next look. */
export async function followUp(deps: MasumiDeps, node: MasumiNode, job: WatchedJob): Promise<void> {
  if (needsPerson(job)) await alert(deps, job);
  if (!isTerminal(job.status)) return tellRun(deps, job);
  if (!canAuthorize(job.on_chain_state)) return;
  if (job.status === 'completed') await dispute(deps, job);
  else await refund(deps, node, job);
}

/** Told again each time while it waits for its money, so that a signal that was lost is made good. */
async function tellRun({ tell }: MasumiDeps, job: WatchedJob): Promise<void> {
  if (job.on_chain_state === null) return;
  if (job.status !== 'awaiting_payment' && !canAuthorize(job.on_chain_state)) return;
  await tell(job.workflow_id, SIGNALS.paymentChanged, {
    onChainState: job.on_chain_state,
    nextAction: job.next_action,
  });
}

/** A failed job's refund, as soon as the purchaser has asked for it. */
async function refund({ db }: MasumiDeps, node: MasumiNode, job: WatchedJob): Promise<void> {
  if (job.authorized_at !== null) return;
  const verdict = await node.authorizeRefund(job.blockchain_identifier);
  if (verdict.kind === 'done') await markAuthorized(db.pool, job.run_id);
}

/** The work was done and the purchaser wants the money back: whether it goes back is for a person to decide. */
const dispute = ({ db }: MasumiDeps, job: WatchedJob): Promise<void> =>
  raiseAttention(db.pool, {
    id: `payment_disputed:${job.run_id}`,
    tenant: job.tenant,
    kind: 'payment_disputed',
    runId: job.run_id,
    detail: `The purchaser asks for a refund of a job that was delivered (${job.on_chain_state}). Authorize it at the payment service, or leave it to the administrators of the contract.`,
    data: { blockchainIdentifier: job.blockchain_identifier, onChainState: job.on_chain_state },
  });

const needsPerson = ({ next_action }: WatchedJob): boolean =>
  next_action?.requestedAction === 'WaitingForManualAction' || (next_action?.errorType ?? null) !== null;

/** The payment service cannot go on by itself (masumi.md section 3: "Manual or errorType: alert"). */
const alert = ({ db }: MasumiDeps, job: WatchedJob): Promise<void> =>
  raiseAttention(db.pool, {
    id: `payment_service_stuck:${job.run_id}`,
    tenant: job.tenant,
    kind: 'payment_service_stuck',
    runId: job.run_id,
    detail: `The payment service needs a person for this payment: ${job.next_action?.errorNote ?? job.next_action?.errorType ?? 'manual action'}.`,
    data: { blockchainIdentifier: job.blockchain_identifier, nextAction: job.next_action },
    recurs: true,
  });
