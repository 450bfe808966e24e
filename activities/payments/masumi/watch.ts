import { markStanding } from '../../../db/repositories/jobs.ts';
import { listWatched, stopWatching, type WatchedJob } from '../../../db/repositories/watched-jobs.ts';
import { isOver, standingOf } from '../../../domain/masumi/payment.ts';
import { isTerminal } from '../../../domain/run-states.ts';
import type { MasumiNode, NodePayment } from '../../../domain/ports/masumi-node.ts';
import type { PaymentStanding } from '../../../domain/ports/jobs.ts';
import type { MasumiDeps } from './activities.ts';
import { requireNode } from './job.ts';
import { followUp } from './watch-follow-up.ts';
import { newsOf } from './watch-news.ts';

/**
 * One look at the payment service for all jobs at once. Ten thousand waiting jobs cost as many requests as there are
 * pages of payments in the states that matter, not ten thousand: those who wait are not asked about at all. What lists do
 * not show (another seller's flood, a list that skips) is asked one by one, a few each time, the longest unseen first.
 */
export async function watchPayments(
  deps: MasumiDeps,
): Promise<{ watched: number; changed: number; requests: number }> {
  const jobs = await listWatched(deps.db.pool);
  if (jobs.length === 0) return { watched: 0, changed: 0, requests: 0 };
  const counted = countRequests(requireNode(deps));
  const byIdentifier = new Map(jobs.map((job) => [job.blockchain_identifier, job]));
  let changed = 0;
  for await (const seen of newsOf(counted.node, jobs, deps.warn)) {
    const job = byIdentifier.get(seen.blockchainIdentifier);
    if (job === undefined) continue;
    byIdentifier.delete(seen.blockchainIdentifier);
    if (await note(deps, job, seen)) changed++;
  }
  for (const job of jobs)
    await followUp(deps, counted.node, job).catch((error: unknown) =>
      // One that is refused must not keep the others waiting; it is tried again at the next look.
      deps.warn(`payment of job ${job.run_id}: following up failed`, error),
    );
  await stopWatching(
    deps.db.pool,
    jobs.filter((job) => isDone(job, deps.paymentGraceMs)).map(({ run_id }) => run_id),
  );
  return { watched: jobs.length, changed, requests: counted.requests() };
}

/** Writes down what is new of a job; the row in hand follows. */
async function note(deps: MasumiDeps, job: WatchedJob, seen: NodePayment): Promise<boolean> {
  const now = standingOf(seen);
  const isNews = !isSame(job, now);
  await markStanding(deps.db.pool, job.run_id, now);
  job.on_chain_state = now.onChainState;
  job.next_action = now.nextAction;
  return isNews;
}

const isSame = (
  { on_chain_state, next_action }: WatchedJob,
  { onChainState, nextAction }: PaymentStanding,
): boolean =>
  on_chain_state === onChainState &&
  next_action?.requestedAction === nextAction?.requestedAction &&
  next_action?.errorType === nextAction?.errorType;

/** Nothing can come any more that anybody must act on. */
function isDone(job: WatchedJob, graceMs: number): boolean {
  if (!isTerminal(job.status)) return false;
  if (isOver(job.on_chain_state)) return true;
  const endsAt = job.on_chain_state === null ? job.pay_by : job.dispute_until;
  return Date.now() > endsAt + graceMs;
}

/** The same payment service, and how often it was asked. */
function countRequests(node: MasumiNode): { node: MasumiNode; requests(): number } {
  let requests = 0;
  return {
    node: {
      ...node,
      listPayments: (page) => (requests++, node.listPayments(page)),
      resolve: (identifier) => (requests++, node.resolve(identifier)),
      authorizeRefund: (identifier) => (requests++, node.authorizeRefund(identifier)),
    },
    requests: () => requests,
  };
}
