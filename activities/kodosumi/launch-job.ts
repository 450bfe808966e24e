import { Context } from '@temporalio/activity';
import {
  claimLaunch,
  keepFid,
  openInputs,
  type JobInputs,
  type JobRow,
  getJob,
  markLaunchLost,
  markLaunchSent,
  releaseLaunch,
} from '../../db/masumi/jobs.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { EngineError } from '../../domain/errors.ts';
import { KodosumiError } from '../../domain/masumi/outside-errors.ts';
import type { JobSettings, LaunchJobOutcome } from '../../domain/masumi/ports/jobs.ts';
import type { Ride } from '../../domain/ports/journal.ts';
import { withRide } from '../journal/ride.ts';
import type { KodosumiDeps } from './tools.ts';
import { withFiles, type Ready } from './fetch-files.ts';
import { requireKodosumi } from './job.ts';
import { lookForRun, wordsOfLoss } from './lost-launch.ts';

const LONGEST_REFUSAL_MS = 60_000; // a Kodosumi that was just restarted may not know its flows for this long

/**
 * Sends a job's launch once. Kodosumi does not recognise a repeated launch. What a crash leaves behind:
 * - before `claimLaunch`: nothing was launched; files that were handed over are handed over again. A try that was given
 *   up while it fetched files finds here that another try came first.
 * - after it, before `markLaunchSent`: nothing was sent, and this try can send nothing any more once another has claimed.
 * - after that, before or while Kodosumi is asked: a run may exist. The next try looks for a run of this flow with these
 *   inputs that began since and belongs to no other job. When none turned up for `lookForMs` after the last moment in
 *   which Kodosumi may have taken the launch, the launch is lost. It is never sent again.
 * - after the answer, before `keepFid`: the same; the look finds the run, and its files are handed over once more.
 * - after `keepFid`: the next try answers what is kept.
 * A run that a lost launch made after all is ended.
 */
export async function launchJob(
  deps: KodosumiDeps,
  { ride, runId }: { ride: Ride; runId: string },
): Promise<LaunchJobOutcome> {
  return withRide(deps.journal, ride, async () => {
    const { job, url } = await load(deps, runId);
    if (job.fid !== null) return { kind: 'launched', fid: job.fid };
    const inputs = await openInputs(deps.db.pool, deps.sealer, runId);
    if (inputs === undefined) throw new EngineError('value_lost', `Job ${runId} has no inputs.`);
    if (job.launch_sent_at !== null) {
      const found = await lookForRun(deps, job, url, inputs);
      if (found === undefined) return { kind: 'lost', message: wordsOfLoss(job) };
      await deliverAgain(deps, found, inputs);
      return launched(deps, job, found, job.launching_at!);
    }
    try {
      const ready = await withFiles(requireKodosumi(deps), deps.fetchFile, inputs);
      if ('errors' in ready) return { kind: 'rejected', errors: ready.errors };
      return await launch(deps, job, url, ready);
    } catch (error) {
      return orRefused(deps, error);
    }
  });
}

/** Whoever launched it may have been stopped before all of its files were there. */
async function deliverAgain(deps: KodosumiDeps, fid: string, inputs: JobInputs): Promise<void> {
  if (inputs.files.length < 2) return; // Kodosumi moved them with the launch
  const ready = await withFiles(requireKodosumi(deps), deps.fetchFile, inputs);
  if ('uploads' in ready) await deliver(deps, fid, ready.uploads);
}

const deliver = async (deps: KodosumiDeps, fid: string, uploads: readonly string[]): Promise<void> => {
  for (const upload of uploads) await requireKodosumi(deps).deliver(fid, upload);
};

/** The job's run, if there is one, for whoever must end it. Throws while that is not known. */
export async function findRunOf(deps: KodosumiDeps, runId: string): Promise<string | undefined> {
  const { job, url } = await load(deps, runId);
  if (job.fid !== null || job.launch_sent_at === null) return job.fid ?? undefined;
  const inputs = await openInputs(deps.db.pool, deps.sealer, runId);
  return inputs && lookForRun(deps, job, url, inputs);
}

async function load({ db }: KodosumiDeps, runId: string): Promise<{ job: JobRow; url: string }> {
  const [job, run] = await Promise.all([getJob(db.pool, runId), getRun(db.pool, runId)]);
  if (job === undefined || run === undefined)
    throw new EngineError('run_not_found', `Job ${runId} has no row.`);
  return { job, url: (run.settings as unknown as JobSettings).flowUrl };
}

async function launch(
  deps: KodosumiDeps,
  job: JobRow,
  url: string,
  { values, uploads }: Ready,
): Promise<LaunchJobOutcome> {
  const { run_id: runId, launching_at: seen } = job;
  const at = new Date();
  const limit = AbortSignal.timeout(deps.launchMs); // the search for a lost launch is timed from the claim
  const latest = performance.now() + deps.launchMs;
  if (!(await claimLaunch(deps.db.pool, runId, { seen, at })))
    throw new Error('Another try launches this job, or it was given up.');
  await deps.checkpoint?.('job.launching');
  if (performance.now() > latest || !(await markLaunchSent(deps.db.pool, runId, at)))
    throw new Error('This try of the launch was held up too long; it sends nothing.');
  try {
    const outcome = await requireKodosumi(deps).launch(url, values, limit);
    await deps.checkpoint?.('job.launched');
    if (outcome.kind === 'launched') await deliverRest(deps, outcome.fid, uploads);
    if (outcome.kind === 'launched') return await launched(deps, job, outcome.fid, at);
    await releaseLaunch(deps.db.pool, runId, at);
    return outcome;
  } catch (error) {
    if (!(error instanceof KodosumiError) || error.unknown) {
      await markLaunchLost(deps.db.pool, runId, at, problemOf(error));
      throw error;
    }
    // It was refused or never reached Kodosumi: nothing runs, so there is nothing to look for.
    await releaseLaunch(deps.db.pool, runId, at);
    throw error;
  }
}

/** The run is there: whatever goes wrong now, the next try finds it and never launches another. */
async function deliverRest(deps: KodosumiDeps, fid: string, uploads: readonly string[]): Promise<void> {
  await deliver(deps, fid, uploads.slice(0, -1)).catch((error: unknown) => {
    throw new Error(`Not all files are at run ${fid} yet: ${String(error)}`, { cause: error });
  });
}

const problemOf = (error: unknown): { message: string; raised: boolean } => ({
  message: error instanceof KodosumiError ? error.message : 'The launch was cut off.',
  raised: error instanceof KodosumiError && error.status !== undefined,
});

/** What Kodosumi refuses for good is not asked again. It may be restarting, so a refusal counts only when it lasts. */
function orRefused({ lookForMs }: KodosumiDeps, error: unknown): LaunchJobOutcome {
  if (!(error instanceof KodosumiError) || error.unknown || error.passing) throw error;
  const sinceMs = Date.now() - Context.current().info.scheduledTimestampMs;
  if (sinceMs < Math.min(lookForMs, LONGEST_REFUSAL_MS)) throw error;
  return { kind: 'refused', message: error.message };
}

async function launched(deps: KodosumiDeps, job: JobRow, fid: string, at: Date): Promise<LaunchJobOutcome> {
  if (await keepFid(deps.db, job.run_id, fid, at)) return { kind: 'launched', fid };
  await endSurplus(deps, job, fid);
  throw new Error(
    `Another try launched this job, or the job has ended, so run ${fid} of this try was ended.`,
  );
}

/** Temporal has given this try up and will not repeat it, so a person is told when ending the run fails. */
async function endSurplus(deps: KodosumiDeps, { run_id: runId, tenant }: JobRow, fid: string): Promise<void> {
  await requireKodosumi(deps)
    .kill(fid)
    .catch((error: unknown) =>
      raiseAttention(deps.db.pool, {
        id: `flow_surplus:${fid}`,
        tenant,
        kind: 'flow_surplus',
        runId,
        detail: `Run ${fid} at Kodosumi belongs to no job and could not be ended: ${String(error)}. End it there.`,
        data: { fid },
      }),
    );
}
