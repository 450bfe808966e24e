import { getJob, type JobRow } from '../../db/masumi/jobs.ts';
import { getRun } from '../../db/repositories/runs.ts';
import { EngineError } from '../../domain/errors.ts';
import type { JobSettings } from '../../domain/masumi/ports/jobs.ts';
import type { MasumiNode } from '../../domain/masumi/ports/masumi-node.ts';
import type { MasumiDeps } from './tools.ts';

/** The job's row; without one there is nothing to do for it. */
export async function requireJob({ db }: Pick<MasumiDeps, 'db'>, runId: string): Promise<JobRow> {
  const job = await getJob(db.pool, runId);
  if (job === undefined) throw new EngineError('run_not_found', `Job ${runId} has no row.`);
  return job;
}

export async function settingsOf({ db }: Pick<MasumiDeps, 'db'>, runId: string): Promise<JobSettings> {
  const run = await getRun(db.pool, runId);
  if (run === undefined) throw new EngineError('run_not_found', `Job ${runId} has no run.`);
  return run.settings as unknown as JobSettings;
}

/** Retried until a worker that has one takes the task. */
export function requireNode({ node }: Pick<MasumiDeps, 'node'>): MasumiNode {
  if (node === undefined) throw new Error('This worker has no payment service: set PAYMENT_SERVICE_URL.');
  return node;
}
