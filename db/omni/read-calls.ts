import type { Queryable } from '../ledger.ts';
import { CALL_COLUMNS, type CallRow } from './calls.ts';

/** A call that was to be paid, with what became of its payment. */
export interface TransactionRow extends CallRow {
  payment_id: string;
  service_call_hash: string;
  payment_status: string;
  tx_hash: string | null;
  rail: string;
}

/** How transactions are told, as SQL over `payment` p. */
const STATUS = `case
  when p.status = 'settled' then case when p.rail = 'mock' then 'MOCK' else 'SUCCESS' end
  when p.status in ('void', 'rejected') then 'FAILED'
  else 'PENDING' end`;

export type TransactionStatus = 'SUCCESS' | 'FAILED' | 'MOCK' | 'PENDING';

export interface CallFilter {
  agentId?: string | undefined;
  serviceId?: string | undefined;
  status?: TransactionStatus | undefined;
  action?: CallRow['action'] | undefined;
  taskId?: string | undefined;
}

/** The last transactions, oldest first. */
export async function listTransactions(
  db: Queryable,
  tenant: string,
  { agentId, serviceId, status, taskId }: CallFilter,
  limit: number,
): Promise<(TransactionRow & { told: TransactionStatus })[]> {
  const { rows } = await db.query<TransactionRow & { told: TransactionStatus }>(
    `select ${CALL_COLUMNS}, p.status as payment_status, p.tx_hash, p.rail, ${STATUS} as told
     from omni_call c join payment p on p.id = c.payment_id
     where c.tenant = $1 and ($2::text is null or c.agent_id = $2) and ($3::text is null or c.service_id = $3)
       and ($4::text is null or ${STATUS} = $4) and ($5::text is null or c.task_id = $5)
     order by c.id desc limit $6`,
    [tenant, agentId ?? null, serviceId ?? null, status ?? null, taskId ?? null, limit],
  );
  return rows.toReversed();
}

/** The last decisions, oldest first. */
export async function listDecisions(
  db: Queryable,
  tenant: string,
  { agentId, serviceId, action }: CallFilter,
  limit: number,
): Promise<CallRow[]> {
  const { rows } = await db.query<CallRow>(
    `select ${CALL_COLUMNS} from omni_call c
     where c.tenant = $1 and ($2::text is null or c.agent_id = $2)
       and ($3::text is null or c.service_id = $3 or c.effective_service_id = $3) and ($4::text is null or c.action = $4)
     order by c.id desc limit $5`,
    [tenant, agentId ?? null, serviceId ?? null, action ?? null, limit],
  );
  return rows.toReversed();
}

/** A page of recorded decisions in their order, with whether they were paid; for replays. */
export async function readDecisions(
  db: Queryable,
  tenant: string,
  { after, from, to, limit }: { after: number; from: Date | null; to: Date | null; limit: number },
): Promise<(CallRow & { paid: boolean })[]> {
  const { rows } = await db.query<CallRow & { paid: boolean }>({
    name: 'omni_decisions_page',
    text: `select ${CALL_COLUMNS}, coalesce(p.status not in ('void', 'rejected'), false) as paid
           from omni_call c left join payment p on p.id = c.payment_id
           where c.tenant = $1 and c.id > $2 and ($3::timestamptz is null or c.at >= $3)
             and ($4::timestamptz is null or c.at <= $4)
           order by c.id limit $5`,
    values: [tenant, after, from, to, limit],
  });
  return rows;
}

/** What an agent, or a service, was paid for in all; minor units. */
export async function totalPaid(
  db: Queryable,
  tenant: string,
  of: { agentId: string } | { serviceId: string },
): Promise<bigint> {
  const [column, id] = 'agentId' in of ? ['agent_id', of.agentId] : ['service_id', of.serviceId];
  const { rows } = await db.query<{ sum: string }>(
    `select coalesce(sum(c.cost), 0)::text as sum from omni_call c join payment p on p.id = c.payment_id
     where c.tenant = $1 and c.${column} = $2 and p.status = 'settled'`,
    [tenant, id],
  );
  return BigInt(rows[0]!.sum);
}

export interface CallCounts {
  transactions: Record<TransactionStatus, number>;
  actions: Record<CallRow['action'], number>;
  /** Minor units that were ever paid. */
  spent: bigint;
}

/** How many there are of each. */
export async function countCalls(db: Queryable, tenant: string): Promise<CallCounts> {
  const { rows } = await db.query<{
    action: CallRow['action'];
    told: TransactionStatus | null;
    n: number;
    sum: string;
  }>(
    `select c.action, case when p.id is not null then ${STATUS} end as told, count(*)::int as n,
       coalesce(sum(c.cost) filter (where p.status = 'settled'), 0)::text as sum
     from omni_call c left join payment p on p.id = c.payment_id where c.tenant = $1 group by 1, 2`,
    [tenant],
  );
  const counts: CallCounts = {
    transactions: { SUCCESS: 0, FAILED: 0, MOCK: 0, PENDING: 0 },
    actions: { ALLOWED: 0, REJECTED: 0, DOWNGRADED: 0 },
    spent: 0n,
  };
  for (const { action, told, n, sum } of rows) {
    counts.actions[action] += n;
    if (told !== null) counts.transactions[told] += n;
    counts.spent += BigInt(sum);
  }
  return counts;
}

export interface TrendRow {
  start: Date;
  agent_id: string;
  service_id: string;
  action: CallRow['action'];
  n: number;
  transactions: number;
  spent: string;
}

/** Decisions and what was paid, by hour or day (UTC), agent, service and action. */
export async function readTrends(
  db: Queryable,
  tenant: string,
  bucket: 'hour' | 'day',
  { from, to }: { from: Date; to: Date },
): Promise<TrendRow[]> {
  const { rows } = await db.query<TrendRow>(
    `select date_trunc($2, c.at, 'UTC') as start, c.agent_id, c.service_id, c.action, count(*)::int as n,
       count(p.id)::int as transactions,
       coalesce(sum(c.cost) filter (where p.status = 'settled'), 0)::text as spent
     from omni_call c left join payment p on p.id = c.payment_id
     where c.tenant = $1 and c.at >= $3 and c.at <= $4 group by 1, 2, 3, 4 order by 1`,
    [tenant, bucket, from, to],
  );
  return rows;
}

export interface AlertRow {
  id: string;
  data: { budget: string; window: string; share: number; used: string; cap: string };
  agent_id: string;
  created_at: Date;
  resolved_at: Date | null;
  resolved_by: string | null;
}

/** What was told of agents' budgets, newest first. One that closed because more room came counts as seen. */
export async function listAlerts(
  db: Queryable,
  tenant: string,
  { id = null, limit }: { id?: string | null; limit: number },
): Promise<AlertRow[]> {
  const { rows } = await db.query<AlertRow>(
    `select t.id, t.data, t.created_at, t.resolved_at, t.resolved_by, a.id as agent_id
     from attention t join omni_agent a on a.tenant = t.tenant and a.budget_id = t.data ->> 'budget'
     where t.tenant = $1 and t.kind = 'budget_alert' and ($2::text is null or t.id = $2)
     order by t.created_at desc limit $3`,
    [tenant, id, limit],
  );
  return rows;
}

/** Chats that wait for a place, or for a worker. */
export async function countQueued(db: Queryable, tenant: string): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::int as n from omni_chat c join run r on r.id = c.run_id
     where c.tenant = $1 and r.status in ('created', 'planning')`,
    [tenant],
  );
  return rows[0]!.n;
}
