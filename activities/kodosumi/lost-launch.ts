import { isTaken, type JobInputs, type JobRow } from '../../db/masumi/jobs.ts';
import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import { requireKodosumi } from './job.ts';
import type { KodosumiDeps } from './tools.ts';

const CLOCKS_MS = 60_000; // how far Kodosumi's clock may be behind ours
const RAISED_MS = 20_000; // an answer says that nothing is under way any more, so a run shows soon or never

/** The run of a launch that was sent. Undefined only when it is certain enough that there is none. */
export async function lookForRun(
  deps: KodosumiDeps,
  job: JobRow,
  url: string,
  inputs: JobInputs,
): Promise<string | undefined> {
  const isTimeOver = Date.now() >= lookUntil(deps, job);
  const found = await find(deps, job.launching_at!, url, inputs).catch((error: unknown) => {
    if (isTimeOver && error instanceof KodosumiError && !error.passing) return undefined; // it will never say
    throw error;
  });
  if (found === undefined && !isTimeOver)
    throw new Error('Whether the flow was launched is not known yet; it is looked for.');
  return found;
}

function lookUntil({ launchMs, lookForMs }: KodosumiDeps, job: JobRow): number {
  const { launching_at: at, launch_lost_at: lostAt, launch_problem: problem } = job;
  if (lostAt === null) return at!.getTime() + launchMs + lookForMs;
  return lostAt.getTime() + (problem?.raised === true ? Math.min(RAISED_MS, lookForMs) : lookForMs);
}

const find = (
  deps: KodosumiDeps,
  at: Date,
  url: string,
  { values, files }: JobInputs,
): Promise<string | undefined> =>
  requireKodosumi(deps).findLaunched({
    url,
    inputs: values,
    files: files.map(({ name }) => name),
    sinceMs: at.getTime() - CLOCKS_MS,
    taken: (fid) => isTaken(deps.db.pool, fid),
  });

/** What the purchaser is told of a launch without a run. */
export function wordsOfLoss({ launch_problem: problem }: JobRow): string {
  if (problem === null) return `Whether the flow was launched is not known. ${NOT_AGAIN}`;
  const why = problem.message.replace(/[.\s]*$/, '.');
  return problem.raised
    ? `The flow raised an error when it was launched: ${why} ${NOT_AGAIN}`
    : `The launch was not answered: ${why} ${NOT_AGAIN}`;
}

const NOT_AGAIN = 'No run of it was found, and a launch is not sent twice.';
