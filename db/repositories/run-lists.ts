import type { JsonObject } from '../../schemas/core/json.ts';
import type { RunStatus } from '../../schemas/core/run.ts';
import type { Queryable } from '../ledger.ts';
import type { Hidden } from './hidden.ts';
import type { RunRow, StepRow } from './runs.ts';

export interface RunFilter {
  family?: string | undefined;
  status?: RunStatus | undefined;
  subject?: string | undefined;
  /** Part of an id, a kind or a subject. */
  q?: string | undefined;
  hidden?: Hidden | undefined;
}

/** Where a newest-first list goes on. */
export interface After {
  at: Date;
  id: string;
}

const COLUMNS = `id, tenant, family, kind, subject, status, settings, view, last_seq, workflow_id, temporal_run_id,
  start_state, created_at, started_at, finished_at, input_sealed`;

/** A tenant's runs, newest first. */
export async function listRuns(
  db: Queryable,
  tenant: string,
  { family, status, subject, q, hidden }: RunFilter,
  after: After | undefined,
  limit: number,
): Promise<RunRow[]> {
  const values: unknown[] = [tenant, limit];
  const where = ['tenant = $1'];
  const and = (sql: (n: string) => string, value: unknown): void => {
    if (value === undefined) return;
    values.push(value);
    where.push(sql(`$${values.length}`));
  };
  and((n) => `family = ${n}`, family);
  and((n) => `status = ${n}`, status);
  and((n) => `subject = ${n}`, subject);
  and(
    (n) => `(id ilike ${n} or kind ilike ${n} or subject ilike ${n})`,
    q && `%${q.replace(/[\\%_]/g, '\\$&')}%`,
  );
  if (hidden) {
    values.push(hidden.shared, hidden.except);
    where.push(`(family = any($${values.length - 1}) or subject = $${values.length})`);
  }
  if (after) {
    values.push(after.at, after.id);
    where.push(`(created_at, id) < ($${values.length - 1}, $${values.length})`);
  }
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from run where ${where.join(' and ')} order by created_at desc, id desc limit $2`,
    values,
  );
  return rows;
}

/** Steps of many runs by run id. */
export async function stepsOf(db: Queryable, runIds: string[]): Promise<Map<string, StepRow[]>> {
  const { rows } = await db.query<StepRow & { run_id: string }>({
    name: 'steps_of_runs',
    text: 'select run_id, step_id, status, data from run_step where run_id = any($1) order by run_id, step_id',
    values: [runIds],
  });
  return Map.groupBy(rows, (row) => row.run_id);
}

/** Runs whose start is open: not attempted within `pendingMs`, attempted with an unknown outcome, or being called off. */
export async function listUnstarted(db: Queryable, pendingMs: number, limit: number): Promise<RunRow[]> {
  const { rows } = await db.query<RunRow>(
    `select ${COLUMNS} from run
     where start_state in ('pending', 'start_unknown')
       and (start_state = 'start_unknown' or created_at < now() - $1 * interval '1 millisecond')
     union all
     select ${COLUMNS} from run where called_off_at is not null and finished_at is null
     order by created_at limit $2`,
    [pendingMs, limit],
  );
  return rows;
}

/** Numbers for health and metrics, over all tenants. Times in seconds. */
export interface RunFigures {
  total: number;
  completed: number;
  failed: number;
  cancelled: number;
  active: number;
  waiting_to_start: number;
  average_seconds: number | null;
  total_seconds: number;
  last_created: Date | null;
}

export async function runFigures(db: Queryable): Promise<RunFigures> {
  const { rows } = await db.query<RunFigures>(
    `select count(*) as total,
       count(*) filter (where status = 'completed') as completed,
       count(*) filter (where status = 'failed') as failed,
       count(*) filter (where status = 'cancelled') as cancelled,
       count(*) filter (where finished_at is null) as active,
       count(*) filter (where start_state in ('pending', 'start_unknown')) as waiting_to_start,
       avg(extract(epoch from finished_at - coalesce(started_at, created_at))) filter (where status = 'completed')::float8 as average_seconds,
       coalesce(sum(extract(epoch from finished_at - coalesce(started_at, created_at))), 0)::float8 as total_seconds,
       max(created_at) as last_created
     from run`,
  );
  return rows[0]!;
}

/** What waits for a person, with the run's fate: what nobody can decide or answer any more is not pending. */
interface Item {
  id: string;
  run_id: string;
  data: JsonObject;
  requested_at: Date;
  decided_at: Date | null;
  decided_by: string | null;
}

/** Consent to a plan. */
export interface ApprovalRow extends Item {
  kind: 'approval';
  status: 'pending' | 'approved' | 'rejected' | 'expired' | 'superseded';
}

/** A question. */
export interface QuestionRow extends Item {
  kind: 'input';
  status: 'pending' | 'answered' | 'expired' | 'superseded';
}

export type InboxRow = ApprovalRow | QuestionRow;

/** Nothing is written when the time of a question is over, so its row says so by its own time. */
const LAPSED = `a.kind = 'input' and (a.data ->> 'expires_at')::timestamptz <= coalesce(r.finished_at, now())`;

export const INBOX = `select a.id, a.run_id, a.kind, a.data, a.requested_at, a.decided_at, a.decided_by,
    case when a.status <> 'pending' then a.status when ${LAPSED} then 'expired'
      when r.finished_at is not null then 'superseded' else a.status end as status
  from approval a join run r on r.id = a.run_id`;

export async function listInbox(
  db: Queryable,
  tenant: string,
  { status, kind }: { status: string | undefined; kind: string | undefined },
  after: After | undefined,
  limit: number,
  hidden?: Hidden,
): Promise<InboxRow[]> {
  const { rows } = await db.query<InboxRow>(
    `select * from (${INBOX} where a.tenant = $1 and ($6::text is null or r.family = any($7) or r.subject = $6)) x
     where ($2::text is null or status = $2) and ($8::text is null or kind = $8) and ($3::timestamptz is null or (requested_at, id) < ($3, $4))
     order by requested_at desc, id desc limit $5`,
    [
      tenant,
      status ?? null,
      after?.at ?? null,
      after?.id ?? null,
      limit,
      hidden?.except ?? null,
      hidden?.shared ?? [],
      kind ?? null,
    ],
  );
  return rows;
}

export async function findInboxItem(
  db: Queryable,
  tenant: string,
  id: string,
): Promise<InboxRow | undefined> {
  const { rows } = await db.query<InboxRow>(`${INBOX} where a.tenant = $1 and a.id = $2`, [tenant, id]);
  return rows[0];
}

/** The last approval asked for, of each run. */
export async function lastApprovals(db: Queryable, runIds: string[]): Promise<Map<string, ApprovalRow>> {
  const { rows } = await db.query<ApprovalRow>({
    name: 'approvals_of_runs',
    text: `select distinct on (x.run_id) x.* from (${INBOX} where a.run_id = any($1) and a.kind = 'approval') x
           order by x.run_id, x.requested_at desc, x.id desc`,
    values: [runIds],
  });
  return new Map(rows.map((row) => [row.run_id, row]));
}

/** Every approval that was asked for, of one run, in order. */
export async function approvalsOf(db: Queryable, runId: string): Promise<ApprovalRow[]> {
  const { rows } = await db.query<ApprovalRow>(
    `${INBOX} where a.run_id = $1 and a.kind = 'approval' order by a.requested_at, a.id`,
    [runId],
  );
  return rows;
}
