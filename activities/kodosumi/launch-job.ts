import { Context } from '@temporalio/activity';
import {
  claimLaunch,
  isTaken,
  keepFid,
  openInputs,
  type JobInputs,
  type JobRow,
  getJob,
  holdsLaunch,
  markLaunchLost,
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

const LONGEST_REFUSAL_MS = 60_000; // a Kodosumi that was just restarted may not know its flows for this long
const CLOCKS_MS = 60_000; // how far Kodosumi's clock may be behind ours

/**
 * Launches a job's flow once. Kodosumi does not recognise a repeated launch. What a crash leaves behind:
 * - before `claimLaunch`: nothing was launched; files that were handed over are handed over again. A try that was given
 *   up while it fetched files finds here that another try came first.
 * - after it, before or while Kodosumi is asked: a run may exist. The next try looks for a run of this flow with these
 *   inputs that began since and belongs to no other job. It launches again only when none turned up for `lookForMs`
 *   after the last moment in which Kodosumi may have taken the launch.
 * - after the answer, before `keepFid`: the same; the look finds the run, and its files are handed over once more.
 * - after `keepFid`: the next try answers what is kept.
 * A try that was stopped while another took over launches nothing when it goes on. A run that it had launched is ended.
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
    if (job.launching_at !== null) {
      const found = await look(deps, job, url, inputs);
      if (found !== undefined) {
        await deliverAgain(deps, found, inputs);
        return launched(deps, job, found, job.launching_at);
      }
    }
    const ready = await withFiles(requireKodosumi(deps), deps.fetchFile, inputs);
    if ('errors' in ready) return { kind: 'rejected', errors: ready.errors };
    return launch(deps, job, url, ready);
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
  if (job.fid !== null || job.launching_at === null) return job.fid ?? undefined;
  const inputs = await openInputs(deps.db.pool, deps.sealer, runId);
  return inputs && look(deps, job, url, inputs);
}

async function load({ db }: KodosumiDeps, runId: string): Promise<{ job: JobRow; url: string }> {
  const [job, run] = await Promise.all([getJob(db.pool, runId), getRun(db.pool, runId)]);
  if (job === undefined || run === undefined)
    throw new EngineError('run_not_found', `Job ${runId} has no row.`);
  return { job, url: (run.settings as unknown as JobSettings).flowUrl };
}

/** Undefined only when it is certain enough that nothing was launched. */
async function look(
  deps: KodosumiDeps,
  { launching_at: at, launch_lost_at: lostAt }: JobRow,
  url: string,
  inputs: JobInputs,
): Promise<string | undefined> {
  const found = await find(deps, at!, url, inputs);
  const lookUntil = (lostAt?.getTime() ?? at!.getTime() + deps.launchMs) + deps.lookForMs;
  if (found === undefined && Date.now() < lookUntil)
    throw new Error('Whether the flow was launched is not known yet; it is looked for.');
  return found;
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
  if (!(await holdsLaunch(deps.db.pool, runId, at)) || performance.now() > latest) {
    await releaseLaunch(deps.db.pool, runId, at); // this try has sent nothing and will send nothing
    throw new Error('This try of the launch was held up too long; it sends nothing.');
  }
  try {
    const outcome = await requireKodosumi(deps).launch(url, values, limit);
    await deps.checkpoint?.('job.launched');
    if (outcome.kind === 'launched') await deliverRest(deps, outcome.fid, uploads);
    if (outcome.kind === 'launched') return await launched(deps, job, outcome.fid, at);
    return outcome;
  } catch (error) {
    if (!(error instanceof KodosumiError) || error.unknown) {
      await markLaunchLost(deps.db.pool, runId, at);
      throw error;
    }
    // It was refused or never reached Kodosumi: nothing runs, so there is nothing to look for.
    await releaseLaunch(deps.db.pool, runId, at);
    if (error.passing || isEarly(deps)) throw error;
    return { kind: 'refused', message: error.message };
  }
}

/** The run is there: whatever goes wrong now, the next try finds it and never launches another. */
async function deliverRest(deps: KodosumiDeps, fid: string, uploads: readonly string[]): Promise<void> {
  await deliver(deps, fid, uploads.slice(0, -1)).catch((error: unknown) => {
    throw new Error(`Not all files are at run ${fid} yet: ${String(error)}`, { cause: error });
  });
}

/** A Kodosumi that was just restarted does not know its flows yet, so a refusal counts only when it lasts. */
const isEarly = ({ lookForMs }: KodosumiDeps): boolean =>
  Date.now() - Context.current().info.scheduledTimestampMs < Math.min(lookForMs, LONGEST_REFUSAL_MS);

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
