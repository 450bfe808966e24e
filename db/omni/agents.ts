import type pg from 'pg';
import { OMNI_EVENTS } from '../../domain/omni/events.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import { windowAt } from '../../domain/budgets/windows.ts';
import { databaseNow } from '../clock.ts';
import type { Database } from '../database.ts';
import type { Queryable } from '../ledger.ts';
import { tellTenant } from '../notices.ts';
import { changeBudget, resetBudget } from '../repositories/budget-records.ts';

const FAMILY = 'omni';

/** Tells on the tenant's feed what became of an agent. */
export const tellAgent = (
  db: Queryable,
  tenant: string,
  agentId: string,
  { key, data }: { key: string; data: JsonObject },
): Promise<void> =>
  tellTenant(db, {
    tenant,
    family: FAMILY,
    key,
    type: OMNI_EVENTS.agent,
    data: { agent_id: agentId, ...data },
  });

/** When it was paused, and why; null while it works. */
export interface Pause {
  pausedAt: Date | null;
  reason: string | null;
}

/** Pauses an agent or lets it go on; the first pause stays. Undefined when there is no such agent. */
export async function setPaused(
  db: Database,
  {
    tenant,
    agentId,
    paused,
    reason,
  }: { tenant: string; agentId: string; paused: boolean; reason: string | null },
): Promise<Pause | undefined> {
  return db.transaction(async (client) => {
    const { rows } = await client.query<{ paused_at: Date | null; pause_reason: string | null }>(
      'select paused_at, pause_reason from omni_agent where tenant = $1 and id = $2 and listed for update',
      [tenant, agentId],
    );
    const [before] = rows;
    if (before === undefined) return undefined;
    if ((before.paused_at !== null) === paused)
      return { pausedAt: before.paused_at, reason: before.pause_reason };
    const changed = await client.query<{ paused_at: Date | null; at: Date }>(
      `update omni_agent set paused_at = case when $3 then clock_timestamp()::timestamptz(3) end, pause_reason = $4,
         updated_at = clock_timestamp()
       where tenant = $1 and id = $2 returning paused_at, updated_at as at`,
      [tenant, agentId, paused, paused ? reason : null],
    );
    const { paused_at: pausedAt, at } = changed.rows[0]!;
    const change = paused ? 'paused' : 'resumed';
    await tellAgent(client, tenant, agentId, {
      key: `agent.${change}:${agentId}:${at.toISOString()}`,
      data: { change, reason: paused ? reason : null },
    });
    return { pausedAt, reason: paused ? reason : null };
  });
}

/** What may change of an agent's money; minor units. */
export interface AgentChange {
  dailyBudget?: bigint;
  maxPerCall?: bigint;
  rollover?: { enabled: boolean; cap: bigint | null };
}

/** Changes the engine's budget and the agent's own limit together. Undefined when there is no such agent. */
export async function changeAgent(
  client: pg.PoolClient,
  tenant: string,
  agentId: string,
  { dailyBudget, maxPerCall, rollover }: AgentChange,
): Promise<{ dailyBudget: bigint; maxPerCall: bigint } | undefined> {
  const { rows } = await client.query<{ budget_id: string; max_per_call: string; at: Date }>(
    `update omni_agent set max_per_call = coalesce($3::numeric, max_per_call), updated_at = clock_timestamp()
     where tenant = $1 and id = $2 and listed returning budget_id, max_per_call::text, updated_at as at`,
    [tenant, agentId, maxPerCall?.toString() ?? null],
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  const budget = await changeBudget(
    client,
    { tenant, id: row.budget_id },
    {
      ...(dailyBudget !== undefined && { amount: dailyBudget.toString() }),
      ...(rollover !== undefined && {
        rollover: { enabled: rollover.enabled, cap: rollover.cap?.toString() ?? null },
      }),
    },
  );
  if (budget === undefined) return undefined;
  await tellAgent(client, tenant, agentId, {
    key: `agent.budget:${agentId}:${row.at.toISOString()}`,
    data: { change: 'budget', max_per_call: row.max_per_call, daily_budget: budget.amount },
  });
  return { dailyBudget: BigInt(budget.amount), maxPerCall: BigInt(row.max_per_call) };
}

/**
 * Sets what the agents spent today to 0, through the budgets' own resets. What is paid and not yet final is booked as spent
 * first; what is held for payments under way stays held.
 */
export async function resetDay(
  client: pg.PoolClient,
  tenant: string,
  { actor, note }: { actor: string; note: string },
): Promise<number> {
  const { rows } = await client.query<{ id: string; budget_id: string }>(
    'select id, budget_id from omni_agent where tenant = $1 and listed order by budget_id',
    [tenant],
  );
  const now = await databaseNow(client);
  const { key } = windowAt({ period: 'day', createdAtMs: 0 }, now, '');
  for (const { budget_id: id } of rows) {
    await client.query(
      `select budget_close(h.transfer_id, 'spend') from payment p
         join budget_entry h on h.payment_id = p.id and h.kind = 'hold'
       where h.budget_id = $1 and h.window_key = $2 and p.status = 'settled' and not p.finalized`,
      [id, key],
    );
    await resetBudget(client, { tenant, id }, [key], { actor, note });
  }
  await tellTenant(client, {
    tenant,
    family: FAMILY,
    key: `agents.reset:${now}`,
    type: OMNI_EVENTS.agent,
    data: { agent_id: null, change: 'reset', by: actor },
  });
  return rows.length;
}
