import type { FormElement } from '../../domain/ports/kodosumi.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';
import type { Sealer } from '../sealing.ts';
import type { JobInputs } from './jobs.ts';

/** A question of a running flow. `answers_hash` is of the answers kept for it, `taken_at` when Kodosumi took them. */
export interface JobLockRow {
  lid: string;
  form: FormElement[];
  expires_at: Date | null;
  opened_at: Date;
  answers_hash: string | null;
  taken_at: Date | null;
}

export async function keepLock(
  db: Queryable,
  runId: string,
  lock: { lid: string; form: FormElement[]; expiresAt: Date | null },
): Promise<void> {
  await db.query(
    `insert into job_lock (run_id, lid, form, expires_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [runId, lock.lid, JSON.stringify(lock.form), lock.expiresAt],
  );
}

export async function findLock(db: Queryable, runId: string, lid: string): Promise<JobLockRow | undefined> {
  const { rows } = await db.query<JobLockRow>(
    `select lid, form, expires_at, opened_at, answers_hash, taken_at from job_lock where run_id = $1 and lid = $2`,
    [runId, lid],
  );
  return rows[0];
}

/** Keeps answers until they are handed over; other answers replace those that were not taken. False once taken. */
export async function keepAnswers(
  db: Queryable,
  sealer: Sealer,
  runId: string,
  lid: string,
  { hash, answers }: { hash: string; answers: JobInputs },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update job_lock set answers_hash = $3, answers_sealed = $4 where run_id = $1 and lid = $2 and taken_at is null`,
    [runId, lid, hash, sealer.seal('job.answers', answers as unknown as JsonObject)],
  );
  return rowCount === 1;
}

export async function openAnswers(
  db: Queryable,
  sealer: Sealer,
  runId: string,
  lid: string,
  hash: string,
): Promise<JobInputs | undefined> {
  const { rows } = await db.query<{ answers_sealed: Buffer }>(
    `select answers_sealed from job_lock where run_id = $1 and lid = $2 and answers_hash = $3`,
    [runId, lid, hash],
  );
  return rows[0] && (sealer.open('job.answers', rows[0].answers_sealed) as unknown as JobInputs);
}

export async function markTaken(db: Queryable, runId: string, lid: string): Promise<void> {
  await db.query(
    `update job_lock set taken_at = coalesce(taken_at, clock_timestamp()) where run_id = $1 and lid = $2`,
    [runId, lid],
  );
}
