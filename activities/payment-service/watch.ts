import { listWatched, markChecked, stopWatching, type WatchedJob } from '../../db/masumi/watched-jobs.ts';
import { isOver, saleStateOf } from '../../domain/masumi/payment.ts';
import { isTerminal } from '../../domain/run-states.ts';
import type { MasumiNode, NodePayment } from '../../domain/masumi/ports/masumi-node.ts';
import type { MasumiDeps } from './tools.ts';
import { requireNode } from './job.ts';
import { followUp } from './watch-follow-up.ts';
import { newsOf } from './watch-news.ts';

const LATE_MS = 3_600_000; // a payment service that was behind may show a payment this long after its time
const FRESH_MS = 60_000; // an older mark of a job that lists still show is renewed

/**
 * Looks at the payment service once for all jobs. Ten thousand waiting jobs cost as many requests as there are pages of
 * payments in the states that matter, not ten thousand: nobody asks about waiting jobs by themselves. What lists do not
 * show (another seller's flood, a list that skips) is asked one by one, a few each time, the longest unseen first.
 */
export async function watchPayments(
  deps: MasumiDeps,
): Promise<{ watched: number; changed: number; requests: number }> {
  const jobs = await listWatched(deps.db.pool);
  if (jobs.length === 0) return { watched: 0, changed: 0, requests: 0 };
  const counted = countRequests(requireNode(deps));
  const unseen = new Map(jobs.map((job) => [job.blockchain_identifier, job]));
  const checked: string[] = [];
  let changed = 0;
  /** A job that is refused must not keep the others waiting; it is tried again at the next look. */
  const follow = (job: WatchedJob, isNews: boolean): Promise<void> =>
    followUp(deps, counted.node, job, isNews).catch((error: unknown) =>
      deps.warn(`payment of job ${job.run_id}: following up failed`, error),
    );
  const news = newsOf(counted.node, jobs, { warn: deps.warn, asked: (job) => checked.push(job.run_id) });
  for await (const seen of news) {
    const job = unseen.get(seen.blockchainIdentifier);
    if (job === undefined) continue;
    unseen.delete(seen.blockchainIdentifier);
    const isNews = takeNews(job, seen);
    if (isNews) changed++;
    else if (Date.now() - (job.checked_at?.getTime() ?? 0) > FRESH_MS) checked.push(job.run_id);
    await follow(job, isNews);
  }
  for (const job of unseen.values()) await follow(job, false);
  await markChecked(deps.db.pool, checked);
  await stopWatching(
    deps.db.pool,
    jobs.filter((job) => isDone(job, deps.paymentGraceMs)).map(({ run_id }) => run_id),
  );
  return { watched: jobs.length, changed, requests: counted.requests() };
}

/** The row in memory follows what is seen. It is written down once its run was told. */
function takeNews(job: WatchedJob, seen: NodePayment): boolean {
  const { onChainState, nextAction } = saleStateOf(seen);
  // A state that was on the chain is not forgotten because an answer no longer shows it.
  if (onChainState === null && job.on_chain_state !== null) return false;
  const isNews =
    job.on_chain_state !== onChainState ||
    job.next_action?.requestedAction !== nextAction?.requestedAction ||
    job.next_action?.errorType !== nextAction?.errorType;
  job.on_chain_state = onChainState;
  job.next_action = nextAction;
  return isNews;
}

/** Nothing can happen any more that anybody must act on. */
function isDone(job: WatchedJob, graceMs: number): boolean {
  if (!isTerminal(job.status)) return false;
  if (isOver(job.on_chain_state)) return true;
  const endsAt = job.on_chain_state === null ? job.pay_by + LATE_MS : job.dispute_until;
  return Date.now() > endsAt + graceMs;
}

/** The same payment service, with a count of the questions. */
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
