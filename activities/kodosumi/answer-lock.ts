import { forgetHanded, markHanded, markTaken, openAnswers } from '../../db/masumi/job-locks.ts';
import { EngineError } from '../../domain/errors.ts';
import type { AnswerLockOutcome } from '../../domain/masumi/ports/jobs.ts';
import type { KodosumiDeps } from './tools.ts';
import { withFiles } from './fetch-files.ts';
import { requireKodosumi } from './job.ts';

/**
 * Hands kept answers to Kodosumi, which takes them once. What a crash leaves behind:
 * - before `markHanded`: Kodosumi has nothing; the next try hands them over.
 * - after it, before or while Kodosumi is asked, or before `markTaken`: it may have them. The next try hands them over
 *   again, and a lock that is gone by then has taken the same answers from us.
 * - after `markTaken`: nobody asks again.
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
  const before = await markHanded(deps.db.pool, key);
  for (const upload of ready.uploads) await kodosumi.deliver(fid, upload); // the flow reads them once it goes on
  const outcome = await kodosumi.answerLock(fid, lid, ready.values);
  await deps.checkpoint?.('job.answered');
  if (outcome.kind === 'rejected') await forgetHanded(deps.db.pool, key);
  if (outcome.kind !== 'taken' && !(outcome.kind === 'gone' && before === inputHash)) return outcome;
  await markTaken(deps.db.pool, key);
  return { kind: 'taken' };
}
