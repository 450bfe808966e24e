import { markAuthorized } from '../../db/masumi/jobs.ts';
import type { AuthorizeRefundOutcome } from '../../domain/masumi/ports/jobs.ts';
import type { MasumiDeps } from './tools.ts';
import { requireJob, requireNode } from './job.ts';

/**
 * Gives up our right to the money. The payment service accepts this only after the purchaser asked for a refund
 * (masumi.md section 2, "Compensation"); until then the watch tries again. Safe to repeat.
 */
export async function authorizeRefund(
  deps: MasumiDeps,
  { runId }: { runId: string },
): Promise<AuthorizeRefundOutcome> {
  const job = await requireJob(deps, runId);
  if (job.blockchain_identifier === null || job.source_type === null) return { kind: 'nothing_paid' };
  if (job.authorized_at !== null) return { kind: 'authorized' };
  const verdict = await requireNode(deps).authorizeRefund(job.blockchain_identifier);
  if (verdict.kind === 'not_now') return { kind: 'not_now' };
  await markAuthorized(deps.db.pool, runId);
  return { kind: 'authorized' };
}
