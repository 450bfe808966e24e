import { Context } from '@temporalio/activity';
import { MasumiNodeError } from '../../domain/masumi/outside-errors.ts';
import type { SubmitResultOutcome } from '../../domain/masumi/ports/jobs.ts';
import type { Ride } from '../../domain/ports/journal.ts';
import type { FlowResult } from '../../domain/masumi/ports/kodosumi.ts';
import type { MasumiNode, NodePayment } from '../../domain/masumi/ports/masumi-node.ts';
import type { ValueRef } from '../../domain/ports/values.ts';
import { withRide } from '../journal/ride.ts';
import type { MasumiDeps } from './tools.ts';
import { requireJob, requireNode } from './job.ts';
import { outputHash } from './output-hash.ts';

type Request = { ride: Ride; runId: string; result: ValueRef };

/**
 * Submits the hash of the result. The hash is the same every time, so repeating repairs a crash at any point: for a
 * hash that it has taken already, the payment service answers 404 or 409, and then shows it.
 */
export const submitResult = (deps: MasumiDeps, request: Request): Promise<SubmitResultOutcome> =>
  withHash(deps, request, (identifier, resultHash) => submit(deps, identifier, resultHash));

/** Says whether the hash is there already; submits nothing. */
export const findSubmitted = (deps: MasumiDeps, request: Request): Promise<SubmitResultOutcome> =>
  withHash(deps, request, async (identifier, resultHash) => {
    const found = await find(requireNode(deps), identifier, resultHash, NOT_SHOWN).catch(orNothing);
    return found ?? { kind: 'refused', message: NOT_SHOWN };
  });

const NOT_SHOWN = 'The payment service does not show the hash.';

/** Nothing is submitted where nobody is paid. */
async function withHash(
  deps: MasumiDeps,
  { ride, runId, result }: Request,
  work: (identifier: string, resultHash: string) => Promise<SubmitResultOutcome>,
): Promise<SubmitResultOutcome> {
  return withRide(deps.journal, ride, async () => {
    const job = await requireJob(deps, runId);
    const { output } = (await deps.values.load(result)) as unknown as FlowResult;
    const resultHash = outputHash(job.identifier, output, deps.outputHash);
    if (job.blockchain_identifier === null || job.source_type === null)
      return { kind: 'submitted', resultHash };
    return work(job.blockchain_identifier, resultHash);
  });
}

async function submit(
  deps: MasumiDeps,
  identifier: string,
  resultHash: string,
): Promise<SubmitResultOutcome> {
  const node = requireNode(deps);
  try {
    const verdict = await node.submitResult(identifier, resultHash);
    await deps.checkpoint?.('job.result-submitted');
    if (verdict.kind === 'done') return { kind: 'submitted', resultHash };
    return await find(node, identifier, resultHash, verdict.message);
  } catch (error) {
    if (!(error instanceof MasumiNodeError) || error.passing) throw error;
    // An earlier try whose answer was lost may have been taken.
    const found = await find(node, identifier, resultHash, error.message).catch(orNothing);
    if (found === undefined && isEarly(deps)) throw error;
    return found?.kind === 'submitted' ? found : { kind: 'refused', message: error.message };
  }
}

const LONGEST_REFUSAL_MS = 60_000;

/** A key that is being changed refuses everything for a moment, so such a refusal counts only when it lasts. */
const isEarly = ({ refusedMs = LONGEST_REFUSAL_MS }: MasumiDeps): boolean =>
  Date.now() - Context.current().info.scheduledTimestampMs < refusedMs;

/** What refuses everything (a wrong key) does so at each try: the hours until the deadline would change nothing. */
function orNothing(error: unknown): undefined {
  if (!(error instanceof MasumiNodeError) || error.passing) throw error;
}

async function find(
  node: MasumiNode,
  identifier: string,
  resultHash: string,
  otherwise: string,
): Promise<SubmitResultOutcome> {
  const seen = await node.resolve(identifier);
  if (seen !== undefined && carries(seen, resultHash)) return { kind: 'submitted', resultHash };
  if (seen !== undefined && isClosed(seen))
    return { kind: 'refused', message: `The payment is ${seen.onChainState} and takes no hash any more.` };
  return { kind: 'not_now', message: otherwise, ...(seen === undefined && { unknown: true }) };
}

/** True when our hash can never be taken any more. Where a payment has a hash that is not shown, that is not known. */
const isClosed = ({ onChainState, resultHash }: NodePayment): boolean =>
  onChainState === 'ResultSubmitted'
    ? resultHash !== null
    : onChainState !== null && !TAKES_HASH.has(onChainState);

const TAKES_HASH: ReadonlySet<string> = new Set(['FundsLocked', 'RefundRequested', 'Disputed']);

const carries = ({ resultHash, nextAction }: NodePayment, hash: string): boolean =>
  resultHash?.toLowerCase() === hash || nextAction.resultHash?.toLowerCase() === hash;
