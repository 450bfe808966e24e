import type { FormElement } from '../../domain/masumi/ports/kodosumi.ts';
import { toStored } from '../../domain/exact-json.ts';
import { storableJson } from '../../domain/storable.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';
import type { Sealer } from '../sealing.ts';
import type { JobInputs } from './jobs.ts';

/**
 * A question of a running flow. `taken_hash` is the hash of the answers that Kodosumi took, null where its own panel
 * gave them.
 */
export interface JobLockRow {
  lid: string;
  form: FormElement[];
  taken_hash: string | null;
  taken_at: Date | null;
}

/** Which answers to which question. */
export interface AnswerKey {
  runId: string;
  lid: string;
  hash: string;
}

export async function keepLock(
  db: Queryable,
  runId: string,
  lock: { lid: string; form: FormElement[]; expiresAt: Date | null },
): Promise<void> {
  await db.query(
    `insert into job_lock (run_id, lid, form, expires_at) values ($1, $2, $3, $4) on conflict do nothing`,
    [runId, lock.lid, JSON.stringify(toStored(storableJson(lock.form))), lock.expiresAt],
  );
}

export async function findLock(db: Queryable, runId: string, lid: string): Promise<JobLockRow | undefined> {
  const { rows } = await db.query<JobLockRow>(
    `select lid, form, taken_hash, taken_at from job_lock where run_id = $1 and lid = $2`,
    [runId, lid],
  );
  return rows[0];
}

/** Keeps answers, sealed, until they are handed over. The same answers are kept once. */
export async function keepAnswers(
  db: Queryable,
  sealer: Sealer,
  { runId, lid, hash }: AnswerKey,
  { schemaHash, ...answers }: JobInputs & { schemaHash: string | undefined },
): Promise<void> {
  await db.query(
    `insert into job_answer as a (run_id, lid, hash, sealed, schema_hash) values ($1, $2, $3, $4, $5)
     on conflict (run_id, lid, hash) do update set schema_hash = coalesce(a.schema_hash, excluded.schema_hash)`,
    [runId, lid, hash, sealer.seal('job.answers', answers as unknown as JsonObject), schemaHash ?? null],
  );
}

/** The question that was last answered with this hash of its form. */
export async function findAnswered(
  db: Queryable,
  runId: string,
  schemaHash: string,
): Promise<Pick<JobLockRow, 'lid' | 'form'> | undefined> {
  const { rows } = await db.query<Pick<JobLockRow, 'lid' | 'form'>>(
    `select l.lid, l.form from job_answer a join job_lock l on l.run_id = a.run_id and l.lid = a.lid
     where a.run_id = $1 and a.schema_hash = $2 and l.taken_hash = a.hash order by l.taken_at desc limit 1`,
    [runId, schemaHash],
  );
  return rows[0];
}

/** The question that last took these answers. */
export async function findTaken(db: Queryable, runId: string, hash: string): Promise<string | undefined> {
  const { rows } = await db.query<{ lid: string }>(
    'select lid from job_lock where run_id = $1 and taken_hash = $2 order by taken_at desc limit 1',
    [runId, hash],
  );
  return rows[0]?.lid;
}

export async function openAnswers(
  db: Queryable,
  sealer: Sealer,
  { runId, lid, hash }: AnswerKey,
): Promise<JobInputs | undefined> {
  const { rows } = await db.query<{ sealed: Buffer }>(
    `select sealed from job_answer where run_id = $1 and lid = $2 and hash = $3`,
    [runId, lid, hash],
  );
  return rows[0] && (sealer.open('job.answers', rows[0].sealed) as unknown as JobInputs);
}

export async function markTaken(db: Queryable, { runId, lid, hash }: AnswerKey): Promise<void> {
  await db.query(
    `update job_lock set taken_at = clock_timestamp(), taken_hash = $3
     where run_id = $1 and lid = $2 and taken_at is null`,
    [runId, lid, hash],
  );
}

/**
 * From here on Kodosumi may have these answers. Answers which ones it may have had before: when an earlier try was cut
 * off, they are the same, and a lock that is gone then has taken them.
 */
export async function markHanded(db: Queryable, { runId, lid, hash }: AnswerKey): Promise<string | null> {
  const { rows } = await db.query<{ before: string | null }>(
    `update job_lock l set handed_hash = $3
     from (select handed_hash as before from job_lock where run_id = $1 and lid = $2 for update) b
     where l.run_id = $1 and l.lid = $2 returning b.before`,
    [runId, lid, hash],
  );
  return rows[0]?.before ?? null;
}

/** Kodosumi has refused the answers, so it has none. */
export async function forgetHanded(db: Queryable, { runId, lid }: AnswerKey): Promise<void> {
  await db.query('update job_lock set handed_hash = null where run_id = $1 and lid = $2', [runId, lid]);
}
