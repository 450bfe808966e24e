import { isTerminal } from '../../../domain/run-states.ts';
import type { MasumiNode, NodePayment, OnChainState } from '../../../domain/ports/masumi-node.ts';
import type { WatchedJob } from '../../../db/repositories/watched-jobs.ts';

const MOST_PAGES = 20; // of one state and source type in one look
const MOST_SINGLE = 20; // asked one by one in one look
const CLOCKS_MS = 300_000;
const STALE_MS = 300_000; // what lists have not shown for so long is asked about by itself

/** What the payment service shows of the jobs in hand: first by lists, then one by one for what lists did not show. */
export async function* newsOf(
  node: MasumiNode,
  jobs: readonly WatchedJob[],
  warn: (message: string, error: unknown) => void,
): AsyncGenerator<NodePayment> {
  const shown = new Set<string>();
  for (const sourceType of new Set(jobs.map((job) => job.source_type)))
    for (const state of statesOf(jobs))
      for await (const payment of listed(node, state, sourceType, oldestOf(jobs))) {
        shown.add(payment.blockchainIdentifier);
        yield payment;
      }
  const unseen = jobs.filter((job) => !shown.has(job.blockchain_identifier) && isStale(job));
  for (const { run_id, blockchain_identifier } of unseen.slice(0, MOST_SINGLE)) {
    const payment = await node.resolve(blockchain_identifier).catch((error: unknown) => {
      warn(`payment of job ${run_id}: it could not be read`, error); // one that nobody can read must not hide the others
    });
    if (payment !== undefined) yield payment;
  }
}

/** Those who wait for their money look for it; refunds may be asked for as long as there is a job. */
function statesOf(jobs: readonly WatchedJob[]): OnChainState[] {
  const waiting = jobs.some((job) => job.on_chain_state === null);
  return [
    ...(waiting ? (['FundsLocked', 'FundsOrDatumInvalid'] as const) : []),
    'RefundRequested',
    'Disputed',
  ];
}

const oldestOf = (jobs: readonly WatchedJob[]): number =>
  Math.min(...jobs.map((job) => job.created_at.getTime())) - CLOCKS_MS;

async function* listed(
  node: MasumiNode,
  state: OnChainState,
  sourceType: string | null,
  sinceMs: number,
): AsyncGenerator<NodePayment> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { payments, isLast } = await node.listPayments({
      state,
      ...(sourceType === null ? {} : { sourceType }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    yield* payments;
    const last = payments.at(-1);
    if (isLast || last === undefined || last.createdAt < sinceMs) return;
    cursor = last.id;
  }
}

/** A job whose result is in, or that was given up, changes only now and then. */
function isStale({ checked_at, created_at, status }: WatchedJob): boolean {
  const seenAt = (checked_at ?? created_at).getTime();
  return Date.now() - seenAt > (isTerminal(status) ? 2 * STALE_MS : STALE_MS);
}
