import { findLock } from '../../../db/masumi/job-locks.ts';
import { createValues } from '../../../db/values.ts';
import { toFields } from '../../../domain/masumi/forms/to-fields.ts';
import type { JobPricing, JobSettings } from '../../../domain/masumi/ports/jobs.ts';
import type { FlowResult } from '../../../domain/masumi/ports/kodosumi.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import type { JobStatusAnswer } from '../../../schemas/families/masumi/mip003.ts';
import type { ApiDeps } from '../../context.ts';
import { readOutput } from '../../runs/to-wire.ts';
import { statusId } from './hashing.ts';
import type { FoundJob } from './jobs.ts';
import { errorOf, statusWord } from './to-wire.ts';
import { isObject } from '../../../domain/json.ts';

export interface Question {
  lid: string;
  deadlineMs: number;
}

/** The open question of a job, as its projection knows it. */
export const openQuestion = ({ run }: FoundJob): Question | undefined =>
  run.status === 'awaiting_input' ? lastQuestion(run.view) : undefined;

/** The question that a job failed on, because nobody answered it in time. */
export const missedQuestion = (found: FoundJob): Question | undefined =>
  errorOf(found)?.code === 'input_deadline_exceeded' ? lastQuestion(found.run.view) : undefined;

const lastQuestion = ({ lock }: JsonObject): Question | undefined =>
  isObject(lock) ? { lid: String(lock['lid']), deadlineMs: Number(lock['deadlineMs']) } : undefined;

/** What the flow made; null until the job is completed (masumi.md section 2). */
export async function resultOf({ db, sealer }: ApiDeps, { run }: FoundJob): Promise<FlowResult | null> {
  if (run.status !== 'completed') return null;
  return (await readOutput(createValues(db.pool, sealer), run.view)) as unknown as FlowResult;
}

/** A job as `status` answers it. */
export async function describeJob(deps: ApiDeps, found: FoundJob): Promise<JobStatusAnswer> {
  const status = statusWord(found.run.status);
  const question = openQuestion(found);
  const error = status === 'failed' ? errorOf(found) : undefined;
  const result = await resultOf(deps, found);
  return {
    id: question?.lid ?? statusId(found.job.run_id, status),
    job_id: found.job.run_id,
    status,
    message: messageOf(found, status, error?.message),
    ...(result !== null && { result: result.output }),
    ...(question !== undefined && (await asked(deps, found, question))),
    ...(error !== undefined && { error_code: error.code }),
  };
}

async function asked(
  { db }: ApiDeps,
  { job }: FoundJob,
  { lid, deadlineMs }: Question,
): Promise<Pick<JobStatusAnswer, 'input_schema' | 'input_deadline'>> {
  const lock = await findLock(db.pool, job.run_id, lid);
  return { input_schema: { input_data: toFields(lock?.form ?? []) }, input_deadline: deadlineMs };
}

function messageOf({ run }: FoundJob, status: JobStatusAnswer['status'], failure?: string): string {
  const { pricing } = run.settings as unknown as JobSettings;
  const done = status === 'completed' ? UNSUBMITTED[pricing] : undefined;
  const message = failure ?? done ?? MESSAGES[status];
  return pricing === 'simulated' ? `SIMULATED payment: ${message}` : message;
}

/** Where nobody pays, no chain waits for a hash. */
const UNSUBMITTED: { readonly [pricing in JobPricing]?: string } = {
  Free: 'Done; the agent is free, so no hash is submitted.',
  simulated: 'Done; nobody paid, so no hash is submitted.',
};

const MESSAGES: Record<JobStatusAnswer['status'], string> = {
  pending: 'The order is taken.',
  awaiting_payment: 'Waiting for payment; the job begins when it is on the chain.',
  awaiting_input: 'The agent asks; answer with provide_input.',
  running: 'The agent works.',
  completed: 'Done; the hash of the result is submitted.',
  failed: 'The job failed.',
};
