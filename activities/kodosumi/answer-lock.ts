import { forgetHanded, markHanded, markTaken, openAnswers } from '../../db/masumi/job-locks.ts';
import { wakeFollower } from '../../db/masumi/followed-jobs.ts';
import { EngineError } from '../../domain/errors.ts';
import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import type { AnswerLockOutcome } from '../../domain/masumi/ports/jobs.ts';
import type { FormErrors } from '../../domain/masumi/ports/forms.ts';
import type { Kodosumi, LockOutcome } from '../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { KodosumiDeps } from './tools.ts';
import { withFiles } from './fetch-files.ts';
import { requireKodosumi } from './job.ts';

interface Request {
  runId: string;
  fid: string;
  lid: string;
  inputHash: string;
}

/**
 * Hands kept answers to Kodosumi, once: its flow may do anything with them. What a crash leaves behind:
 * - before `markHanded`: Kodosumi has nothing; the next try hands them over.
 * - after it, before or while Kodosumi is asked, or before `markTaken`: it may have them. The next try looks at the lock.
 *   One that is gone has taken the same answers from us. One that is still open has not; whoever answered is told so, and
 *   may answer again.
 * - after `markTaken`: nobody asks again.
 */
export async function answerLock(deps: KodosumiDeps, request: Request): Promise<AnswerLockOutcome> {
  const { runId, lid, inputHash } = request;
  const key = { runId, lid, hash: inputHash };
  try {
    const outcome = await handOver(deps, request);
    if (outcome.kind === 'rejected') await forgetHanded(deps.db.pool, key);
    if (outcome.kind !== 'taken') return outcome;
    await markTaken(deps.db.pool, key);
    await wakeFollower(deps.db.pool, runId); // without it the job's end is seen later
    return outcome;
  } catch (error) {
    if (error instanceof KodosumiError && !error.passing)
      throw new EngineError('kodosumi_unavailable', error.message); // a refusal that lasts is not waited for
    throw error;
  }
}

async function handOver(deps: KodosumiDeps, request: Request): Promise<LockOutcome> {
  const { runId, lid, inputHash } = request;
  const kodosumi = requireKodosumi(deps);
  const key = { runId, lid, hash: inputHash };
  const answers = await openAnswers(deps.db.pool, deps.sealer, key);
  if (answers === undefined) throw new EngineError('value_lost', `There are no such answers to lock ${lid}.`);
  const ready = await withFiles(kodosumi, deps.fetchFile, answers).catch(orErrors);
  if ('errors' in ready) return { kind: 'rejected', errors: ready.errors };
  for (const upload of ready.uploads) await kodosumi.deliver(request.fid, upload); // the flow reads them once it goes on
  const before = await markHanded(deps.db.pool, key);
  if (before === inputHash) return afterwards(kodosumi, request, UNANSWERED);
  const outcome = await send(deps, kodosumi, request, ready.values);
  await deps.checkpoint?.('job.answered');
  return outcome;
}

const UNANSWERED = 'Kodosumi did not say whether it took this answer, and the question is still open.';

/** Only what certainly did not reach Kodosumi may be sent again, by the next try. */
async function send(
  { db }: KodosumiDeps,
  kodosumi: Kodosumi,
  request: Request,
  values: JsonObject,
): Promise<LockOutcome> {
  const { runId, fid, lid, inputHash } = request;
  try {
    return await kodosumi.answerLock(fid, lid, values);
  } catch (error) {
    if (!(error instanceof KodosumiError)) throw error;
    if (error.unknown) return afterwards(kodosumi, request, wordsFor(error));
    if (isAboutAnswer(error)) return rejected(error.message);
    await forgetHanded(db.pool, { runId, lid, hash: inputHash });
    throw error;
  }
}

const wordsFor = ({ status }: KodosumiError): string =>
  status === undefined ? UNANSWERED : `The flow raised an error at this answer: Kodosumi answered ${status}.`;

/** A refusal of these values. Others are about us, or about the moment. */
const isAboutAnswer = ({ status }: KodosumiError): boolean =>
  status !== undefined && status >= 400 && status < 500 && ![401, 403, 429].includes(status);

/** What the lock itself says after an answer that may have arrived. */
async function afterwards(kodosumi: Kodosumi, { fid, lid }: Request, words: string): Promise<LockOutcome> {
  const form = await kodosumi.lock(fid, lid);
  return form === undefined ? { kind: 'taken' } : rejected(`${words} Correct it and answer again.`);
}

const rejected = (message: string): LockOutcome => ({ kind: 'rejected', ...inWords(message) });

const inWords = (message: string): { errors: FormErrors } => ({ errors: { _global_: [message] } });

function orErrors(error: unknown): { errors: FormErrors } {
  if (!(error instanceof KodosumiError) || !isAboutAnswer(error)) throw error;
  return inWords(error.message);
}
