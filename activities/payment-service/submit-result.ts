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
 * Submits the hash of the result. The same hash every time, so a crash anywhere is repaired by doing it again: what the
 * payment service took already it answers with 404 or 409, and then shows our hash.
 */
export const submitResult = (deps: MasumiDeps, request: Request): Promise<SubmitResultOutcome> =>
  withHash(deps, request, (identifier, resultHash) => submit(deps, identifier, resultHash));

/** Whether it is there already, without another submission. */
export const findSubmitted = (deps: MasumiDeps, request: Request): Promise<SubmitResultOutcome> =>
  withHash(deps, request, (identifier, resultHash) =>
    find(requireNode(deps), identifier, resultHash, 'The payment service does not show the hash.'),
  );

/** Where nobody is paid nothing is submitted. */
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
    const found = await find(node, identifier, resultHash, error.message);
    return found.kind === 'submitted' ? found : { kind: 'refused', message: error.message };
  }
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
  return { kind: 'not_now', message: otherwise };
}

/** Whether no hash of ours can be taken ever. Of a payment that has a hash which is not shown it is not known. */
const isClosed = ({ onChainState, resultHash }: NodePayment): boolean =>
  onChainState === 'ResultSubmitted'
    ? resultHash !== null
    : onChainState !== null && !TAKES_HASH.has(onChainState);

const TAKES_HASH: ReadonlySet<string> = new Set(['FundsLocked', 'RefundRequested', 'Disputed']);

const carries = ({ resultHash, nextAction }: NodePayment, hash: string): boolean =>
  resultHash?.toLowerCase() === hash || nextAction.resultHash?.toLowerCase() === hash;
