import type { JsonObject, Json } from '../../schemas/core/json.ts';
import type { Amount } from '../../schemas/core/money.ts';
import type { Purse } from '../../domain/payments/purse.ts';
import type { RunStatus, StepStatus } from '../../schemas/core/run.ts';
import type { Queryable } from '../ledger.ts';
import type { Sealer } from '../sealing.ts';

/** A run that is about to exist. `settings` is what the workflow gets; `input` may hold a prompt and is sealed. */
export interface NewRun {
  id: string;
  tenant: string;
  family: string;
  kind: string;
  subject: string;
  workflowId: string;
  input: Json;
  settings: JsonObject;
  view?: JsonObject;
  /** Default: the escrow of its subject. */
  purse?: Purse;
}

/** A run as the projection shows it. */
export interface RunRow {
  id: string;
  tenant: string;
  family: string;
  kind: string;
  subject: string;
  status: RunStatus;
  settings: JsonObject;
  view: JsonObject;
  purse: Purse;
  last_seq: number;
  workflow_id: string;
  temporal_run_id: string | null;
  start_state: 'pending' | 'started' | 'start_unknown' | 'abandoned';
  created_at: Date;
  updated_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  input_sealed: Buffer;
}

export interface StepRow {
  step_id: string;
  status: StepStatus;
  data: JsonObject;
}

const COLUMNS = `id, tenant, family, kind, subject, status, settings, view, purse, last_seq, workflow_id, temporal_run_id,
  start_state, created_at, updated_at, started_at, finished_at, input_sealed`;

/** Inserts the row; false when the id is there already. */
export async function insertRun(db: Queryable, sealer: Sealer, run: NewRun): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'run_insert',
    text: `insert into run (id, tenant, family, kind, subject, workflow_id, input_sealed, settings, view, purse)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (id) do nothing`,
    values: [
      run.id,
      run.tenant,
      run.family,
      run.kind,
      run.subject,
      run.workflowId,
      sealer.seal('run.input', run.input),
      JSON.stringify(run.settings),
      JSON.stringify(run.view ?? {}),
      JSON.stringify(run.purse ?? { kind: 'escrow' }),
    ],
  });
  return rowCount === 1;
}

/** One run by primary key, of this tenant only; undefined when there is none. */
export async function findRun(db: Queryable, tenant: string, id: string): Promise<RunRow | undefined> {
  const { rows } = await db.query<RunRow>({
    name: 'run_find',
    text: `select ${COLUMNS} from run where id = $1 and tenant = $2`,
    values: [id, tenant],
  });
  return rows[0];
}

/** For activities, which act for the run whoever owns it. */
export async function getRun(db: Queryable, id: string): Promise<RunRow | undefined> {
  const { rows } = await db.query<RunRow>({
    name: 'run_get',
    text: `select ${COLUMNS} from run where id = $1`,
    values: [id],
  });
  return rows[0];
}

/** Whoever tells the run something meanwhile waits until the transaction ends. It comes after all other locks. */
export async function lockRun(client: Queryable, id: string): Promise<void> {
  await client.query('select from run where id = $1 for update', [id]);
}

/** What an ended run said it had cost, in whole units. */
export async function toldCost(db: Queryable, id: string): Promise<Amount[]> {
  const { rows } = await db.query<{ cost: Amount[] | null }>(
    `select view -> 'cost' as cost from run where id = $1`,
    [id],
  );
  return rows[0]?.cost ?? [];
}

/** True for a run that is being undone, or is over. */
export async function isEnding(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'run_ending',
    text: `select from run where id = $1 and (finished_at is not null or status = 'compensating')`,
    values: [id],
  });
  return rowCount === 1;
}

export async function listSteps(db: Queryable, runId: string): Promise<StepRow[]> {
  const { rows } = await db.query<StepRow>({
    name: 'run_steps',
    text: 'select step_id, status, data from run_step where run_id = $1 order by step_id',
    values: [runId],
  });
  return rows;
}

/** The event that ends a run whose start was called off. */
export const NEVER_STARTED = 'run.cancelled:never-started';

/**
 * Records that Temporal has the workflow, or that this is not known. A run that is 'started' or called off stays so.
 * Answers the state that holds now.
 */
export async function markStart(
  db: Queryable,
  id: string,
  state: 'started' | 'start_unknown',
  temporalRunId: string | null,
  namespace: string | null = null,
): Promise<RunRow['start_state']> {
  const { rows } = await db.query<{ start_state: RunRow['start_state'] }>({
    name: 'run_mark_start',
    text: `update run set start_state = case when start_state in ('started', 'abandoned') then start_state else $2 end,
             temporal_run_id = coalesce($3, temporal_run_id), namespace = coalesce($4, namespace)
           where id = $1
           returning case when called_off_at is null then start_state else 'abandoned' end as start_state`,
    values: [id, state, temporalRunId, namespace],
  });
  return rows[0]?.start_state ?? 'abandoned';
}

/**
 * Calls off a start whose outcome is unknown, for good: whatever the run's workflow does afterwards, it is told to end.
 * False when the outcome is known by now.
 */
export async function abandonStart(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update run set start_state = 'abandoned', called_off_at = coalesce(called_off_at, clock_timestamp())
     where id = $1 and (start_state = 'start_unknown' or called_off_at is not null)`,
    [id],
  );
  return rowCount === 1;
}

/**
 * For a start that was called off although its workflow exists. That workflow was told to end, and ends its run itself.
 */
export async function keepAbandoned(db: Queryable, id: string, temporalRunId: string): Promise<void> {
  await db.query(`update run set temporal_run_id = $2 where id = $1`, [id, temporalRunId]);
}
