import { findLock, keepAnswers, type JobLockRow } from '../../../db/repositories/job-locks.ts';
import { checkInputs } from '../../../domain/masumi/forms/check-inputs.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { InputProvided } from '../../../schemas/families/masumi/mip003.ts';
import type { Ctx } from '../../context.ts';
import { ApiError } from '../../problem.ts';
import { provideInput } from '../../runs/commands.ts';
import { inputHash, signInput } from './hashing.ts';
import type { FoundJob } from './jobs.ts';
import { matches } from './patterns.ts';
import { invalidInput } from './problems.ts';
import { openQuestion } from './status.ts';

/** Answers to a question; without `lid` the one that is open is meant. */
export interface Answers {
  lid: string | undefined;
  inputs: JsonObject;
}

/**
 * Hands answers to the flow that asked. The same answers to the same question are taken once, and answered the same for
 * ever; they never enter a history (masumi.md 1.2, `provide_input`, and Amendments).
 */
export async function answerQuestion(
  ctx: Ctx,
  signingKey: string | undefined,
  found: FoundJob,
  { lid, inputs }: Answers,
): Promise<InputProvided> {
  const { job, run } = found;
  const question = openQuestion(found);
  const asked = lid ?? question?.lid;
  if (asked === undefined) throw notAwaiting(found);
  const lock = await findLock(ctx.deps.db.pool, job.run_id, asked);
  if (lock === undefined) throw question === undefined ? notAwaiting(found) : stale();
  const values = checked(lock, inputs);
  const hash = inputHash(job.identifier, inputs);
  const receipt = (): InputProvided => ({
    status: 'success',
    input_hash: hash,
    ...signInput(signingKey, { input_hash: hash, job_id: job.run_id, status_id: asked }),
  });
  if (lock.taken_hash === hash) return receipt();
  if (question === undefined) throw notAwaiting(found);
  if (question.lid !== asked || lock.taken_at !== null) throw stale();
  if (Date.now() > question.deadlineMs) throw tooLate();
  await keepAnswers(ctx.deps.db.pool, ctx.deps.sealer, { runId: job.run_id, lid: asked, hash }, values);
  const outcome = await provideInput(ctx, run, { lid: asked, inputHash: hash });
  if (outcome.kind === 'rejected') throw invalidInput(outcome.errors);
  return receipt();
}

function checked({ form }: JobLockRow, inputs: JsonObject): Parameters<typeof keepAnswers>[3] {
  const verdict = checkInputs(form, inputs, { matches });
  if (!verdict.ok) throw invalidInput(verdict.errors);
  return { values: verdict.values, files: verdict.files };
}

const notAwaiting = ({ run }: FoundJob): ApiError =>
  new ApiError('not_awaiting_input', `The job is ${run.status}; it waits for no input.`);

const stale = (): ApiError =>
  new ApiError('stale_status_id', 'This question is not the open one; ask for the status.');

const tooLate = (): ApiError => new ApiError('deadline_passed', 'The time for answers is over.');
