import { isTerminal } from '../../domain/run-states.ts';
import type { MasumiNode, NodePayment, OnChainState } from '../../domain/masumi/ports/masumi-node.ts';
import type { WatchedJob } from '../../db/masumi/watched-jobs.ts';

const MOST_PAGES = 20; // of one state and source type in one look
const MOST_REQUESTS = 9; // of a look whose lists are short: with a look every 10 s that is fewer than one a second
const MOST_SINGLE = 20; // asked one by one in a look whose lists have no end
const MOST_FAILED = 3; // a payment service that hangs must not hold up the look
const LONGEST_MS = 120_000; // of asking one by one: a slow payment service must not use up the look
const CLOCKS_MS = 300_000;
const ENDED_MS = 600_000; // a job that has ended is asked about by itself this often at most
const REFUNDING_MS = 60_000; // and this often while its money is on the way back

export interface NewsListener {
  warn(message: string, error: unknown): void;
  /** This job was asked about by itself, with or without an answer. */
  asked(job: WatchedJob): void;
}

/** What the lists of a look said: whom they showed, and whether they were read to their end. */
interface Lists {
  shown: Set<string>;
  complete: boolean;
  requests: number;
  /** Why there was no list at all. */
  problem: unknown;
}

/**
 * What the payment service shows of the jobs in hand: first by lists, then one by one for what lists did not show. Throws
 * only when it answers nothing at all.
 */
export async function* newsOf(
  node: MasumiNode,
  jobs: readonly WatchedJob[],
  listener: NewsListener,
): AsyncGenerator<NodePayment> {
  const lists: Lists = { shown: new Set(), complete: true, requests: 0, problem: undefined };
  yield* listed(node, jobs, listener, lists);
  yield* oneByOne(node, jobs, listener, lists);
}

/** A list that cannot be read does not hide the others. */
async function* listed(
  node: MasumiNode,
  jobs: readonly WatchedJob[],
  { warn }: NewsListener,
  lists: Lists,
): AsyncGenerator<NodePayment> {
  let answered = false;
  let problem: unknown;
  for (const sourceType of new Set(jobs.map((job) => job.source_type)))
    for (const state of statesOf(jobs))
      try {
        yield* list(node, state, sourceType, oldestOf(jobs), lists);
        answered = true;
      } catch (error) {
        lists.complete = false;
        problem = error;
        warn(`payments in ${state} could not be listed`, error);
      }
  if (!answered) lists.problem = problem;
}

/** Jobs that wait for their money need its state; a refund may be asked for as long as there is a job. */
function statesOf(jobs: readonly WatchedJob[]): OnChainState[] {
  const waiting = jobs.some((job) => job.on_chain_state === null);
  const working = jobs.some((job) => !isTerminal(job.status));
  return [
    ...(waiting || working ? (['FundsLocked'] as const) : []),
    ...(waiting ? (['FundsOrDatumInvalid'] as const) : []),
    'RefundRequested',
    'Disputed',
  ];
}

const oldestOf = (jobs: readonly WatchedJob[]): number =>
  jobs.reduce((oldest, job) => Math.min(oldest, job.created_at.getTime()), Infinity) - CLOCKS_MS;

async function* list(
  node: MasumiNode,
  state: OnChainState,
  sourceType: string | null,
  sinceMs: number,
  lists: Lists,
): AsyncGenerator<NodePayment> {
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    lists.requests++;
    const { payments, isLast } = await node.listPayments({
      state,
      ...(sourceType === null ? {} : { sourceType }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const payment of payments) {
      lists.shown.add(payment.blockchainIdentifier);
      yield payment;
    }
    const last = payments.at(-1);
    if (isLast || last === undefined || last.id === '' || last.createdAt < sinceMs) return;
    cursor = last.id;
  }
  lists.complete = false;
}

async function* oneByOne(
  node: MasumiNode,
  jobs: readonly WatchedJob[],
  { warn, asked }: NewsListener,
  lists: Lists,
): AsyncGenerator<NodePayment> {
  const listedStates: ReadonlySet<OnChainState | null> = new Set(statesOf(jobs));
  let most = lists.complete ? Math.max(1, MOST_REQUESTS - lists.requests) : MOST_SINGLE;
  const until = Date.now() + LONGEST_MS;
  let failed = 0;
  let read = 0;
  for (const [index, job] of hidden(jobs, lists, listedStates).entries()) {
    if (index >= most || failed === MOST_FAILED || Date.now() > until) break;
    asked(job);
    const payment = await node
      .resolve(job.blockchain_identifier)
      .then((found) => (read++, found))
      .catch((error: unknown) => {
        failed++;
        warn(`payment of job ${job.run_id}: it could not be read`, error); // a payment that cannot be read must not hide the others
      });
    if (payment === undefined) continue;
    if (listedStates.has(payment.onChainState)) most = MOST_SINGLE; // lists should have shown this payment, so they cannot be relied on
    yield payment;
  }
  if (lists.problem !== undefined && read === 0) throw lists.problem;
}

/**
 * Jobs that have left a list, in turn with those that go on, although lists should show the latter. With few jobs each
 * is looked at by itself every time (masumi.md section 3: "poll 10 s"); with many they take turns. One place is for
 * jobs that have ended, which seldom change. `jobs` are in order of their last look.
 */
function hidden(
  jobs: readonly WatchedJob[],
  { shown, complete }: Lists,
  listedStates: ReadonlySet<OnChainState | null>,
): WatchedJob[] {
  const unseen = jobs.filter((job) => !shown.has(job.blockchain_identifier));
  const hasLeft = (job: WatchedJob): boolean => complete && listedStates.has(job.on_chain_state);
  const others = unseen.filter((job) => !hasLeft(job));
  const [going, ended] = [
    others.filter(({ status }) => !isTerminal(status)),
    others.filter((job) => isTerminal(job.status) && isStale(job)),
  ];
  const [first, ...rest] = alternately(unseen.filter(hasLeft), going);
  return [...(first ? [first] : []), ...ended.slice(0, 1), ...rest, ...ended.slice(1)];
}

/** Takes one of each in turn, so that neither keeps the others waiting. The one that waits longest comes first. */
function alternately(some: readonly WatchedJob[], others: readonly WatchedJob[]): WatchedJob[] {
  const [one, other] = lastLook(some[0]) <= lastLook(others[0]) ? [some, others] : [others, some];
  const longest = Math.max(one.length, other.length);
  return Array.from({ length: longest }, (_, index) => [one[index], other[index]])
    .flat()
    .filter((job) => job !== undefined);
}

const lastLook = (job: WatchedJob | undefined): number => job?.checked_at?.getTime() ?? 0;

const isStale = ({ checked_at, created_at, on_chain_state: state }: WatchedJob): boolean =>
  Date.now() - (checked_at ?? created_at).getTime() >
  (state === 'RefundAuthorized' ? REFUNDING_MS : ENDED_MS);
