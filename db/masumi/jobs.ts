import type { Sale, SaleState } from '../../domain/masumi/ports/jobs.ts';
import type { NextAction, OnChainState } from '../../domain/masumi/ports/masumi-node.ts';
import { storableJson } from '../../domain/storable.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Database } from '../database.ts';
import type { Queryable } from '../ledger.ts';
import type { Sealer } from '../sealing.ts';

/** A job about to exist, beside its run. `inputs` are sealed: they may hold passwords. */
export interface NewJob {
  runId: string;
  tenant: string;
  flowKey: string;
  identifier: string;
  inputHash: string;
  inputs: JobInputs;
}

/** What goes to Kodosumi: values by field, and the files to fetch for it first. */
export type JobInputs = { values: JsonObject; files: { name: string; urls: string[] }[] };

/** Why a launch that was sent has no answer that could be used; `raised`: Kodosumi did answer, with a 5xx. */
export type LaunchProblem = { message: string; raised: boolean };

/** A stored job. What belongs to its run is in the run's row. */
export interface JobRow {
  run_id: string;
  tenant: string;
  /** The run's subject. Each purchaser has identifiers of their own. */
  subject: string;
  flow_key: string;
  identifier: string;
  input_hash: string;
  payment_asked_at: Date | null;
  payment: Sale | null;
  blockchain_identifier: string | null;
  /** Which kind of contract holds the money; null where nobody pays. */
  source_type: string | null;
  on_chain_state: OnChainState | null;
  next_action: NextAction | null;
  authorized_at: Date | null;
  /** Since when a run may exist at Kodosumi, and when its answer was found to be lost. */
  launching_at: Date | null;
  launch_lost_at: Date | null;
  /** A launch was about to leave then. It is never sent again. */
  launch_sent_at: Date | null;
  launch_problem: LaunchProblem | null;
  fid: string | null;
}

const COLUMNS = `run_id, tenant, subject, flow_key, identifier, input_hash, payment_asked_at, payment, blockchain_identifier,
  source_type, on_chain_state, next_action, authorized_at, launching_at, launch_lost_at, launch_sent_at,
  launch_problem, fid`;

/** Inserts the job; false when its purchaser already has a living job with this identifier. */
export async function insertJob(db: Queryable, sealer: Sealer, job: NewJob): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into job (run_id, tenant, subject, flow_key, identifier, input_hash, inputs_sealed)
     values ($1, $2, (select subject from run where id = $1), $3, $4, $5, $6)
     on conflict (tenant, subject, flow_key, identifier) where alive do nothing`,
    [
      job.runId,
      job.tenant,
      job.flowKey,
      job.identifier,
      job.inputHash,
      sealer.seal('job.inputs', job.inputs),
    ],
  );
  return rowCount === 1;
}

/**
 * A purchaser's living job with this identifier. A job that has ended, is given up or can no longer be paid gives it up
 * first.
 */
export async function findLivingJob(
  db: Queryable,
  key: { tenant: string; subject: string; flowKey: string; identifier: string },
): Promise<JobRow | undefined> {
  const values = [key.tenant, key.subject, key.flowKey, key.identifier];
  await db.query(
    `update job j set alive = false from run r
     where j.tenant = $1 and j.subject = $2 and j.flow_key = $3 and j.identifier = $4 and j.alive
       and r.id = j.run_id and (r.finished_at is not null or r.status = 'compensating' or (
         r.status = 'awaiting_payment' and (j.payment ->> 'payByTime')::bigint < extract(epoch from now()) * 1000))`,
    values,
  );
  const { rows } = await db.query<JobRow>(
    `select ${COLUMNS} from job where tenant = $1 and subject = $2 and flow_key = $3 and identifier = $4 and alive`,
    values,
  );
  return rows[0];
}

export async function findJob(db: Queryable, tenant: string, runId: string): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(`select ${COLUMNS} from job where run_id = $1 and tenant = $2`, [
    runId,
    tenant,
  ]);
  return rows[0];
}

/** For activities, which act for the job whoever owns it. */
export async function getJob(db: Queryable, runId: string): Promise<JobRow | undefined> {
  const { rows } = await db.query<JobRow>(`select ${COLUMNS} from job where run_id = $1`, [runId]);
  return rows[0];
}

export async function openInputs(
  db: Queryable,
  sealer: Sealer,
  runId: string,
): Promise<JobInputs | undefined> {
  const { rows } = await db.query<{ inputs_sealed: Buffer }>(
    'select inputs_sealed from job where run_id = $1',
    [runId],
  );
  return rows[0] && (sealer.open('job.inputs', rows[0].inputs_sealed) as unknown as JobInputs);
}

/** From here on a payment request may exist. Answers since when. */
export async function markSaleAsked(db: Queryable, runId: string): Promise<Date> {
  const { rows } = await db.query<{ payment_asked_at: Date }>(
    `update job set payment_asked_at = coalesce(payment_asked_at, clock_timestamp()) where run_id = $1
     returning payment_asked_at`,
    [runId],
  );
  return rows[0]!.payment_asked_at;
}

/**
 * The first payment request wins. Answers the kept one, or none for a job that has ended. `watched`: the payment
 * service is watched for it.
 */
export async function keepSale(
  db: Queryable,
  runId: string,
  payment: Sale,
  { onChainState, nextAction }: SaleState,
  watched: boolean,
): Promise<Sale | undefined> {
  const { rows } = await db.query<{ payment: Sale }>(
    `update job j set payment = coalesce(payment, $2), blockchain_identifier = coalesce(blockchain_identifier, $3),
       source_type = coalesce(source_type, $4), on_chain_state = coalesce(on_chain_state, $5),
       next_action = coalesce(next_action, $6), watched = $7
     from run r where j.run_id = $1 and r.id = j.run_id and r.finished_at is null returning payment`,
    [
      runId,
      JSON.stringify(storableJson(payment)),
      payment.blockchainIdentifier,
      payment.sourceType,
      onChainState,
      JSON.stringify(storableJson(nextAction)),
      watched,
    ],
  );
  return rows[0]?.payment;
}

/** What was seen last. Looks come one after the other, so no older look overwrites a newer one. */
export async function markSaleState(
  db: Queryable,
  runId: string,
  { onChainState, nextAction }: SaleState,
): Promise<void> {
  await db.query(
    `update job set on_chain_state = $2, next_action = $3, checked_at = clock_timestamp() where run_id = $1`,
    [runId, onChainState, JSON.stringify(storableJson(nextAction))],
  );
}

/** The last time counts: an authorisation that had no effect is given again. */
export async function markAuthorized(db: Queryable, runId: string): Promise<void> {
  await db.query(`update job set authorized_at = clock_timestamp() where run_id = $1`, [runId]);
}

/**
 * From here on nobody else launches. False when none may be launched: another try of the same launch came first (`seen` is
 * what this one knew) or has sent it, or the job was given up meanwhile.
 */
export async function claimLaunch(
  db: Queryable,
  runId: string,
  { seen, at }: { seen: Date | null; at: Date },
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update job j set launching_at = $3, launch_lost_at = null from run r
     where j.run_id = $1 and r.id = j.run_id and j.fid is null and j.launching_at is not distinct from $2
       and j.launch_sent_at is null and r.finished_at is null and r.status <> 'compensating'`,
    [runId, seen, at],
  );
  return rowCount === 1;
}

/** Nobody waits for the launch's answer any more, and a run may exist. */
export async function markLaunchLost(
  db: Queryable,
  runId: string,
  at: Date,
  problem: LaunchProblem,
): Promise<void> {
  await db.query(
    `update job set launch_lost_at = clock_timestamp(), launch_problem = $3
     where run_id = $1 and launching_at = $2 and fid is null`,
    [runId, at, JSON.stringify(storableJson(problem))],
  );
}

/** It is certain that nothing was launched. */
export async function releaseLaunch(db: Queryable, runId: string, at: Date): Promise<void> {
  await db.query(
    `update job set launching_at = null, launch_sent_at = null where run_id = $1 and launching_at = $2 and fid is null`,
    [runId, at],
  );
}

/**
 * From here on a run of the flow may exist at Kodosumi. True for the one try that may send the launch: no other took over,
 * and the job was not given up.
 */
export async function markLaunchSent(db: Queryable, runId: string, at: Date): Promise<boolean> {
  const { rowCount } = await db.query(
    `update job j set launch_sent_at = clock_timestamp() from run r where r.id = j.run_id
       and j.run_id = $1 and j.launching_at = $2 and j.launch_sent_at is null and j.fid is null and r.finished_at is null and r.status <> 'compensating'`,
    [runId, at],
  );
  return rowCount === 1;
}

/**
 * Keeps the run that the launch claimed at `at` made. False when that run is surplus: another try has launched since,
 * or the job has ended. A surplus run never belongs to a job. Throws (unique) when another job has this run.
 */
export function keepFid(db: Database, runId: string, fid: string, at: Date): Promise<boolean> {
  return db.transaction(async (client) => {
    const { rows } = await client.query<{ kept: boolean; ours: boolean }>(
      `select coalesce(j.fid = $2, false) as kept,
         j.fid is null and j.launching_at = $3 and r.finished_at is null and r.status <> 'compensating' and not exists (select from job_surplus where fid = $2) as ours
       from job j join run r on r.id = j.run_id where j.run_id = $1 for update of j`,
      [runId, fid, at],
    );
    const { kept, ours } = rows[0]!;
    if (kept) return true;
    if (ours) await client.query('update job set fid = $2, following = true where run_id = $1', [runId, fid]);
    else
      await client.query('insert into job_surplus (fid, run_id) values ($1, $2) on conflict do nothing', [
        fid,
        runId,
      ]);
    return ours;
  });
}

/** True when the run is known: a job's, or surplus. */
export async function isTaken(db: Queryable, fid: string): Promise<boolean> {
  const { rowCount } = await db.query(
    'select from job where fid = $1 union all select from job_surplus where fid = $1',
    [fid],
  );
  return (rowCount ?? 0) > 0;
}
