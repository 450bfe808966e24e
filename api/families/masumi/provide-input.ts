import { isDeepStrictEqual } from 'node:util';
import {
  findAnswered,
  findLock,
  findTaken,
  keepAnswers,
  type JobLockRow,
} from '../../../db/masumi/job-locks.ts';
import { findJob } from '../../../db/masumi/jobs.ts';
import type { RunRow } from '../../../db/repositories/runs.ts';
import { checkInputs } from '../../../domain/masumi/forms/check-inputs.ts';
import type { ProvideInputAnswer } from '../../../domain/messages.ts';
import type { InputBody } from '../../../schemas/core/api.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { InputProvided } from '../../../schemas/families/masumi/mip003.ts';
import type { CommandCtx } from '../../context.ts';
import { toApiError } from '../../errors.ts';
import { ApiError, invalidInput } from '../../problem.ts';
import { earlierAnswer, provideInput } from '../../runs/commands.ts';
import { inputHash, signInput } from './hashing.ts';
import type { FoundJob } from './jobs.ts';
import type { MasumiOptions } from './options.ts';
import { matches } from './patterns.ts';
import { kodosumiDown } from './problems.ts';
import { readInputs } from './read-order.ts';
import { missedQuestion, openQuestion } from './status.ts';

/**
 * Answers to a question; without `lid` the open one is meant. `schemaHash` is what some purchasers send instead: a hash
 * of the form, made in their own way.
 */
export interface Answers {
  lid: string | undefined;
  schemaHash?: string | undefined;
  inputs: JsonObject;
}

type AnswerOptions = Pick<MasumiOptions, 'kodosumi' | 'signingKey' | 'mayFetch'>;

/**
 * Hands answers to the flow that asked. The same answers to the same question are taken once, and get the same response
 * ever after. They never enter a history (masumi.md 1.2, `provide_input`, and Amendments).
 */
export async function answerQuestion(
  ctx: CommandCtx,
  options: AnswerOptions,
  found: FoundJob,
  { lid, schemaHash, inputs }: Answers,
): Promise<InputProvided> {
  const { job } = found;
  const question = openQuestion(found);
  const missed = missedQuestion(found);
  const hash = inputHash(job.identifier, inputs);
  const before = lid ?? (await given(ctx, found, hash)) ?? (await earlier(ctx, found, schemaHash));
  const asked = before ?? question?.lid ?? missed?.lid;
  if (asked === undefined) throw notAwaiting(found);
  const lock = await findLock(ctx.deps.db.pool, job.run_id, asked);
  if (lock?.taken_hash !== hash) {
    if (question === undefined) throw asked === missed?.lid ? tooLate() : notAwaiting(found);
    if (lock === undefined || question.lid !== asked || lock.taken_at !== null) throw stale();
    if (Date.now() > question.deadlineMs) throw tooLate();
    await handOver(ctx, options, found, { lock, inputs, hash, schemaHash });
  }
  return {
    status: 'success',
    input_hash: hash,
    ...signInput(options.signingKey, { input_hash: hash, job_id: job.run_id, status_id: asked }),
  };
}

/**
 * A repeated request must not answer the next question, which may ask for more money. The request belongs to an earlier
 * question when that was answered with the same hash of its form and the open one has another form.
 */
async function earlier(
  { deps: { db } }: CommandCtx,
  found: FoundJob,
  schemaHash: string | undefined,
): Promise<string | undefined> {
  if (schemaHash === undefined) return undefined;
  const answered = await findAnswered(db.pool, found.run.id, schemaHash);
  const open = openQuestion(found);
  const form = open && (await findLock(db.pool, found.run.id, open.lid))?.form;
  return isDeepStrictEqual(form, answered?.form) ? undefined : answered?.lid;
}

/** The question that an earlier try of this request answered, when its own answer was lost. */
async function given(ctx: CommandCtx, { run }: FoundJob, hash: string): Promise<string | undefined> {
  const before = await earlierAnswer<ProvideInputAnswer>(ctx, run);
  return before?.kind === 'taken' ? findTaken(ctx.deps.db.pool, run.id, hash) : undefined;
}

interface Handing {
  lock: JobLockRow;
  inputs: JsonObject;
  hash: string;
  schemaHash: string | undefined;
}

async function handOver(
  ctx: CommandCtx,
  { kodosumi, mayFetch }: AnswerOptions,
  found: FoundJob,
  { lock: { lid, form }, inputs, hash, schemaHash }: Handing,
): Promise<void> {
  const { db, sealer } = ctx.deps;
  const { run } = found;
  const verdict = checkInputs(form, inputs, { matches, mayFetch });
  if (!verdict.ok) throw invalidInput(verdict.errors);
  const { values, files } = verdict;
  await keepAnswers(db.pool, sealer, { runId: run.id, lid, hash }, { values, files, schemaHash });
  try {
    const outcome = await provideInput(ctx, run, { id: lid, hash });
    if (outcome.kind === 'rejected') throw invalidInput(outcome.errors);
  } catch (error) {
    // It was refused because the very same answers came a moment earlier: they were taken.
    if ((await findLock(db.pool, run.id, lid))?.taken_hash === hash) return;
    if (isRefusal(error, 'invalid_state')) throw notAwaiting(found);
    const refusal = toApiError(error);
    if (refusal?.code === 'question_not_open') throw new ApiError('stale_status_id', refusal.message);
    if (isRefusal(error, 'unavailable') && !(await kodosumi?.isHealthy())) throw kodosumiDown();
    throw error;
  }
}

/** The engine's own way to give input (`POST /runs/{id}/inputs`, a run's WebSocket): the same as `provide_input`. */
export async function giveInput(
  ctx: CommandCtx,
  options: AnswerOptions,
  run: RunRow,
  { id, data }: InputBody,
): Promise<void> {
  const job = await findJob(ctx.deps.db.pool, run.tenant, run.id);
  if (job === undefined) throw new ApiError('run_not_found', 'There is no such run.');
  await answerQuestion(ctx, options, { job, run }, { lid: id, inputs: readInputs(data, 'data') });
}

const isRefusal = (error: unknown, code: string): boolean => error instanceof ApiError && error.code === code;

const notAwaiting = ({ run }: FoundJob): ApiError =>
  new ApiError('not_awaiting_input', `The job is ${run.status}; it waits for no input.`);

const stale = (): ApiError =>
  new ApiError('stale_status_id', 'This question is not the open one; ask for the status.');

const tooLate = (): ApiError => new ApiError('deadline_passed', 'The time for answers is over.');
