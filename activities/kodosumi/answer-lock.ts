import { markTaken, openAnswers } from '../../db/repositories/job-locks.ts';
import { EngineError } from '../../domain/errors.ts';
import type { AnswerLockOutcome } from '../../domain/ports/jobs.ts';
import type { KodosumiDeps } from './activities.ts';
import { withFiles } from './fetch-files.ts';
import { requireKodosumi } from './job.ts';

/**
 * Hands kept answers to Kodosumi. After a crash in between the lock is gone for the next try: whoever took it took it
 * with these answers or with others, and the run goes on in either case.
 */
export async function answerLock(
  deps: KodosumiDeps,
  { runId, fid, lid, inputHash }: { runId: string; fid: string; lid: string; inputHash: string },
): Promise<AnswerLockOutcome> {
  const kodosumi = requireKodosumi(deps);
  const key = { runId, lid, hash: inputHash };
  const answers = await openAnswers(deps.db.pool, deps.sealer, key);
  if (answers === undefined) throw new EngineError('value_lost', `There are no such answers to lock ${lid}.`);
  const ready = await withFiles(kodosumi, deps.fetchFile, answers);
  if ('errors' in ready) return { kind: 'rejected', errors: ready.errors };
  const outcome = await kodosumi.answerLock(fid, lid, ready.values);
  await deps.checkpoint?.('job.answered');
  if (outcome.kind === 'taken') await markTaken(deps.db.pool, key);
  return outcome;
}
