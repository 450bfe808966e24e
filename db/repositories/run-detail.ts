import type { Queryable } from '../ledger.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { PaymentStatus } from '../../schemas/core/payment.ts';
import type { RunRow, StepRow } from './runs.ts';

/** What a workflow's view needs to know of one payment. `amount` is minor units, `asset` CAIP-19. */
export interface PaymentFact {
  id: string;
  step_id: string;
  status: PaymentStatus;
  network: string;
  asset: string;
  amount: string;
  pay_to: string;
  tx_hash: string | null;
}

/** A run with all its parts, read in one round trip. `steps` is empty in lists. */
export interface RunDetail extends Omit<RunRow, 'input_sealed'> {
  input_sealed: Buffer;
  steps: StepRow[];
  payments: PaymentFact[];
  attention: string[];
}

const RUN = `r.id, r.tenant, r.family, r.kind, r.subject, r.status, r.settings, r.view, r.last_seq, r.workflow_id,
  r.temporal_run_id, r.start_state, r.created_at, r.started_at, r.finished_at, r.input_sealed`;

const STEPS = `(select coalesce(json_agg(json_build_object('step_id', s.step_id, 'status', s.status, 'data', s.data)
  order by s.step_id), '[]') from run_step s where s.run_id = r.id) as steps`;

// The last generation of a step's payment counts. Payments of earlier generations never settled.
const PAYMENTS = `(select coalesce(json_agg(json_build_object('id', p.id, 'step_id', p.step_id, 'status', p.status,
    'network', p.network, 'asset', p.asset, 'amount', p.amount::text, 'pay_to', p.pay_to, 'tx_hash', p.tx_hash)
  order by p.created_at, p.step_id, p.generation), '[]') from payment p where p.run_id = r.id) as payments`;

const ATTENTION = `(select coalesce(json_agg(a.detail order by a.created_at, a.id), '[]')
  from attention a where a.tenant = r.tenant and a.run_id = r.id and a.resolved_at is null) as attention`;

/** One run of this tenant and family; undefined when there is none. */
export async function findWorkflow(
  db: Queryable,
  tenant: string,
  family: string,
  id: string,
): Promise<RunDetail | undefined> {
  const { rows } = await db.query<RunDetail>({
    name: 'workflow_view',
    text: `select ${RUN}, ${STEPS}, ${PAYMENTS}, ${ATTENTION} from run r where r.id = $1 and r.tenant = $2 and r.family = $3`,
    values: [id, tenant, family],
  });
  return rows[0];
}

/** The subjects whose runs are listed. */
export interface SubjectRuns {
  tenant: string;
  family: string;
  subject: string;
}

/** Runs of one subject, newest first, after a position; at most `limit`. */
export async function listWorkflows(
  db: Queryable,
  { tenant, family, subject }: SubjectRuns,
  limit: number,
  after?: { at: Date; id: string },
): Promise<RunDetail[]> {
  const { rows } = await db.query<RunDetail>({
    name: 'workflow_list',
    text: `select ${RUN}, '[]'::json as steps, ${PAYMENTS}, ${ATTENTION} from run r
           where r.tenant = $1 and r.family = $2 and r.subject = $3
             and ($5::timestamptz is null or (r.created_at, r.id) < ($5, $6))
           order by r.created_at desc, r.id desc limit $4`,
    values: [tenant, family, subject, limit, after?.at ?? null, after?.id ?? null],
  });
  return rows;
}

export async function countWorkflows(
  db: Queryable,
  { tenant, family, subject }: SubjectRuns,
): Promise<number> {
  const { rows } = await db.query<{ n: number }>({
    name: 'workflow_count',
    text: 'select count(*) as n from run where tenant = $1 and family = $2 and subject = $3',
    values: [tenant, family, subject],
  });
  return rows[0]!.n;
}

/** The figures of the last day that `/health` shows, over all tenants. Rates are null when nothing ended. */
export interface RunMetrics {
  completed: number;
  failed: number;
  cancelled: number;
  average_ms: number | null;
  active: number;
  errors: { [code: string]: number };
  paid: { asset: string; amount: string }[];
  payments_unknown: number;
}

export async function readRunMetrics(db: Queryable, family: string): Promise<RunMetrics> {
  const { rows } = await db.query<RunMetrics & { errors: JsonObject }>({
    name: 'workflow_metrics',
    text: `with day as (
        select status, view, started_at, finished_at from run
        where family = $1 and finished_at > now() - interval '24 hours'
      )
      select
        (select count(*) from day where status = 'completed') as completed,
        (select count(*) from day where status = 'failed') as failed,
        (select count(*) from day where status = 'cancelled') as cancelled,
        (select avg(extract(epoch from finished_at - started_at) * 1000)::float8 from day
          where status = 'completed' and started_at is not null) as average_ms,
        (select count(*) from run where family = $1 and finished_at is null and start_state <> 'abandoned') as active,
        (select coalesce(json_object_agg(code, n), '{}') from (
          select coalesce(view -> 'error' ->> 'code', 'UNKNOWN') as code, count(*) as n from day where status = 'failed' group by 1
        ) e) as errors,
        (select coalesce(json_agg(json_build_object('asset', asset, 'amount', amount::text)), '[]') from (
          select p.asset, sum(p.amount) as amount from payment p where p.status = 'settled'
            and p.updated_at > now() - interval '24 hours'
            and exists (select from run r where r.id = p.run_id and r.family = $1) group by p.asset
        ) s) as paid,
        (select count(*) from payment p where p.kind = 'step' and p.status = 'unknown') as payments_unknown`,
    values: [family],
  });
  return rows[0]!;
}
