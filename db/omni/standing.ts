import type { Priority, ToolConfig } from '../../domain/omni/config.ts';
import { carriedInto } from '../../domain/budgets/room.ts';
import { windowAt, type Window } from '../../domain/budgets/windows.ts';
import { databaseNow } from '../clock.ts';
import type { Queryable } from '../ledger.ts';
import { readWindows, type WindowRow } from '../repositories/budget-windows.ts';

/**
 * An agent and its day, read from the engine's budget. Minor units. `spent` counts payments that are settled, final or not;
 * `reserved` is held by the others.
 */
export interface AgentStanding {
  id: string;
  priority: Priority;
  maxPerCall: bigint;
  budgetId: string;
  dailyBudget: bigint;
  /** Carried over from the day before. */
  rolloverBudget: bigint;
  rollover: { enabled: boolean; cap: bigint | null };
  alerts: number[];
  spent: bigint;
  reserved: bigint;
  pausedAt: Date | null;
  pauseReason: string | null;
}

/** A service; `dayUse` is spent and held today where there is a cap, else null. Minor units. */
export interface ServiceStanding {
  id: string;
  unitPrice: bigint;
  providerAddress: string;
  active: boolean;
  url: string;
  isVerified: boolean;
  metadataURI: string;
  maxDailySpending: bigint | null;
  budgetId: string | null;
  dayUse: bigint | null;
  allowedAgents: string[] | null;
  blockedAgents: string[];
  tool: ToolConfig | null;
  health: 'healthy' | 'unhealthy' | 'unknown';
  latencyMs: number | null;
  checkedAt: Date | null;
  failures: number;
}

interface AgentRow {
  id: string;
  priority: Priority;
  max_per_call: string;
  budget_id: string;
  amount: string | null;
  rollover: { enabled: boolean; cap: string | null } | null;
  alerts: string[] | null;
  created_at: Date | null;
  paused_at: Date | null;
  pause_reason: string | null;
}

/** The agents of the files, in their order. `nowMs` decides which day it is: the database's clock unless it is given. */
export async function listAgents(db: Queryable, tenant: string, nowMs?: number): Promise<AgentStanding[]> {
  const { rows } = await db.query<AgentRow>({
    name: 'omni_agents',
    text: `select a.id, a.priority, a.max_per_call::text, a.budget_id, a.paused_at, a.pause_reason,
             b.amount::text, b.rollover, b.alerts::text[], b.created_at
           from omni_agent a left join budget b on b.id = a.budget_id and b.deleted_at is null
           where a.tenant = $1 and a.listed order by a.position`,
    values: [tenant],
  });
  const now = nowMs ?? (await databaseNow(db));
  const uses = await dayUses(db, tenant, rows.map(toBudget), now);
  return rows.map((row) => toAgent(row, uses.get(row.budget_id) ?? NOTHING));
}

export async function findAgent(
  db: Queryable,
  tenant: string,
  id: string,
): Promise<AgentStanding | undefined> {
  return (await listAgents(db, tenant)).find((agent) => agent.id === id);
}

interface DayBudget {
  id: string;
  amount: bigint;
  rollover: { enabled: boolean; cap: string | null } | null;
  createdAtMs: number;
}

const toBudget = ({ budget_id: id, amount, rollover, created_at }: AgentRow): DayBudget => ({
  id,
  amount: BigInt(amount ?? 0),
  rollover,
  createdAtMs: created_at?.getTime() ?? 0,
});

interface DayUse {
  carried: bigint;
  spent: bigint;
  held: bigint;
  /** Part of `held`: it is paid, and not yet final. */
  settled: bigint;
}

const NOTHING: DayUse = { carried: 0n, spent: 0n, held: 0n, settled: 0n };

/** How budgets of a day stand today. */
async function dayUses(
  db: Queryable,
  tenant: string,
  budgets: readonly DayBudget[],
  nowMs: number,
): Promise<Map<string, DayUse>> {
  if (budgets.length === 0) return new Map();
  const windows = new Map(
    budgets.map(({ id, createdAtMs }) => [id, windowAt({ period: 'day', createdAtMs }, nowMs, '')]),
  );
  const asked = budgets.map(({ id }) => ({ id, window: windows.get(id)! }));
  const [rows, settled] = [await readWindows(db, tenant, asked), await settledHolds(db, asked)];
  const byBudget = new Map(rows.map((row) => [row.budget_id, row]));
  return new Map(
    budgets.map((budget) => [
      budget.id,
      {
        ...useIn(budget, windows.get(budget.id)!, byBudget.get(budget.id)),
        settled: settled.get(budget.id) ?? 0n,
      },
    ]),
  );
}

function useIn(
  { amount, rollover, createdAtMs }: DayBudget,
  window: Window,
  row: WindowRow | undefined,
): Omit<DayUse, 'settled'> {
  const figures = row && {
    carried: BigInt(row.carried),
    spent: BigInt(row.spent),
    held: BigInt(row.held),
    startsAtMs: row.starts_at.getTime(),
  };
  if (figures !== undefined && row?.key === window.key) return figures;
  const rolls = rollover?.enabled ? rollover : undefined;
  const budget = {
    amount,
    period: 'day' as const,
    createdAtMs,
    ...(rolls && { rollover: rolls.cap === null ? {} : { cap: BigInt(rolls.cap) } }),
  };
  return { carried: carriedInto(budget, window, figures), spent: 0n, held: 0n };
}

/** What is still held for payments that are made, by budget. Their number is small: they wait for finality. */
async function settledHolds(
  db: Queryable,
  asked: readonly { id: string; window: Window }[],
): Promise<Map<string, bigint>> {
  const { rows } = await db.query<{ budget_id: string; amount: string }>({
    name: 'omni_settled_holds',
    text: `select h.budget_id, sum(h.amount)::text as amount
           from payment p join budget_entry h on h.payment_id = p.id and h.kind = 'hold'
             join unnest($1::text[], $2::text[]) as a (id, key) on a.id = h.budget_id and a.key = h.window_key
           where p.status = 'settled' and not p.finalized
             and not exists (select from budget_entry c
               where c.transfer_id = h.transfer_id and c.budget_id = h.budget_id and c.kind in ('spend', 'release'))
           group by 1`,
    values: [asked.map(({ id }) => id), asked.map(({ window }) => window.key)],
  });
  return new Map(rows.map(({ budget_id, amount }) => [budget_id, BigInt(amount)]));
}

function toAgent(row: AgentRow, { carried, spent, held, settled }: DayUse): AgentStanding {
  const { rollover } = row;
  return {
    id: row.id,
    priority: row.priority,
    maxPerCall: BigInt(row.max_per_call),
    budgetId: row.budget_id,
    dailyBudget: BigInt(row.amount ?? 0),
    rolloverBudget: carried,
    rollover: {
      enabled: rollover?.enabled ?? false,
      cap: rollover?.cap == null ? null : BigInt(rollover.cap),
    },
    alerts: (row.alerts ?? []).map(Number),
    spent: spent + settled,
    reserved: held - settled,
    pausedAt: row.paused_at,
    pauseReason: row.pause_reason,
  };
}

interface ServiceRow {
  id: string;
  unit_price: string;
  provider_address: string;
  active: boolean;
  url: string;
  is_verified: boolean;
  metadata_uri: string;
  max_daily: string | null;
  budget_id: string | null;
  created_at: Date | null;
  allowed_agents: string[] | null;
  blocked_agents: string[];
  tool: ToolConfig | null;
  health: ServiceStanding['health'];
  latency_ms: number | null;
  checked_at: Date | null;
  failures: number;
}

/** The services of the files, in their order. */
export async function listServices(
  db: Queryable,
  tenant: string,
  nowMs?: number,
): Promise<ServiceStanding[]> {
  const { rows } = await db.query<ServiceRow>({
    name: 'omni_services',
    text: `select s.id, s.unit_price::text, s.provider_address, s.active, s.url, s.is_verified, s.metadata_uri,
             b.amount::text as max_daily, b.id as budget_id, b.created_at, s.allowed_agents, s.blocked_agents, s.tool,
             s.health, s.latency_ms, s.checked_at, s.failures
           from omni_service s left join budget b on b.id = s.budget_id and b.deleted_at is null
           where s.tenant = $1 and s.listed order by s.position`,
    values: [tenant],
  });
  const capped = rows.flatMap(({ budget_id: id, max_daily, created_at }) =>
    id === null
      ? []
      : [{ id, amount: BigInt(max_daily ?? 0), rollover: null, createdAtMs: created_at?.getTime() ?? 0 }],
  );
  const now = nowMs ?? (capped.length > 0 ? await databaseNow(db) : 0);
  const uses = await dayUses(db, tenant, capped, now);
  return rows.map((row) => toService(row, row.budget_id === null ? undefined : uses.get(row.budget_id)));
}

export async function findService(
  db: Queryable,
  tenant: string,
  id: string,
): Promise<ServiceStanding | undefined> {
  return (await listServices(db, tenant)).find((service) => service.id === id);
}

const toService = (row: ServiceRow, use: DayUse | undefined): ServiceStanding => ({
  id: row.id,
  unitPrice: BigInt(row.unit_price),
  providerAddress: row.provider_address,
  active: row.active,
  url: row.url,
  isVerified: row.is_verified,
  metadataURI: row.metadata_uri,
  maxDailySpending: row.budget_id === null ? null : BigInt(row.max_daily ?? 0),
  budgetId: row.budget_id,
  dayUse: use === undefined ? null : use.spent + use.held,
  allowedAgents: row.allowed_agents,
  blockedAgents: row.blocked_agents,
  tool: row.tool,
  health: row.health,
  latencyMs: row.latency_ms,
  checkedAt: row.checked_at,
  failures: row.failures,
});
