import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';

/** A decision of the policy, with the call that it is about. Amounts are minor units as text. */
export interface CallRow {
  id: number;
  tenant: string;
  run_id: string;
  step_id: string;
  at: Date;
  agent_id: string;
  service_id: string;
  effective_service_id: string;
  quantity: number;
  action: 'ALLOWED' | 'REJECTED' | 'DOWNGRADED';
  reason_code: string;
  reason: string;
  cost: string;
  risk_level: string;
  facts: JsonObject;
  task_id: string;
  service_call_hash: string | null;
  payment_id: string | null;
  alerts: JsonObject[];
}

export type NewCall = Omit<CallRow, 'id' | 'at'>;

export const CALL_COLUMNS = `c.id, c.tenant, c.run_id, c.step_id, c.at, c.agent_id, c.service_id, c.effective_service_id, c.quantity,
  c.action, c.reason_code, c.reason, c.cost::text, c.risk_level, c.facts, c.task_id, c.service_call_hash, c.payment_id,
  c.alerts`;

/** Writes a decision down, once for each step of a run. */
export async function insertCall(db: Queryable, call: NewCall): Promise<void> {
  await db.query({
    name: 'omni_call_insert',
    text: `insert into omni_call (tenant, run_id, step_id, agent_id, service_id, effective_service_id, quantity, action,
             reason_code, reason, cost, risk_level, facts, task_id, service_call_hash, payment_id, alerts)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
           on conflict (run_id, step_id) do nothing`,
    values: [
      call.tenant,
      call.run_id,
      call.step_id,
      call.agent_id,
      call.service_id,
      call.effective_service_id,
      call.quantity,
      call.action,
      call.reason_code,
      call.reason,
      call.cost,
      call.risk_level,
      JSON.stringify(call.facts),
      call.task_id,
      call.service_call_hash,
      call.payment_id,
      JSON.stringify(call.alerts),
    ],
  });
}

export async function findCall(db: Queryable, runId: string, stepId: string): Promise<CallRow | undefined> {
  const { rows } = await db.query<CallRow>({
    name: 'omni_call_find',
    text: `select ${CALL_COLUMNS} from omni_call c where c.run_id = $1 and c.step_id = $2`,
    values: [runId, stepId],
  });
  return rows[0];
}

/** The calls of a run with what became of their payments, in their order. */
export async function callsOfRun(
  db: Queryable,
  runId: string,
): Promise<(CallRow & { status: string | null; tx_hash: string | null; rail: string | null })[]> {
  const { rows } = await db.query<
    CallRow & { status: string | null; tx_hash: string | null; rail: string | null }
  >({
    name: 'omni_calls_of_run',
    text: `select ${CALL_COLUMNS}, p.status, p.tx_hash, p.rail from omni_call c left join payment p on p.id = c.payment_id
           where c.run_id = $1 order by c.id`,
    values: [runId],
  });
  return rows;
}

/** Allowed calls of an agent in the last 60 s: how many, and for how much (minor units). */
export async function burstOf(
  db: Queryable,
  tenant: string,
  agentId: string,
): Promise<{ calls: number; amount: bigint }> {
  const { rows } = await db.query<{ calls: number; amount: string }>({
    name: 'omni_burst',
    text: `select count(*)::int as calls, coalesce(sum(cost) filter (where action = 'ALLOWED'), 0)::text as amount
           from omni_call where tenant = $1 and agent_id = $2 and at > clock_timestamp() - interval '60 s'`,
    values: [tenant, agentId],
  });
  return { calls: rows[0]!.calls, amount: BigInt(rows[0]!.amount) };
}
