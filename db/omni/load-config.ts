import { createHash } from 'node:crypto';
import type pg from 'pg';
import {
  MNEE,
  MNEE_DECIMALS,
  type AgentConfig,
  type OmniConfig,
  type OmniMode,
  type ServiceConfig,
} from '../../domain/omni/config.ts';
import { toMnee } from '../../domain/omni/money.ts';
import {
  changeBudget,
  deleteBudget,
  insertBudget,
  type BudgetRecord,
} from '../repositories/budget-records.ts';

/** A value that was changed over the API and therefore stays, beside what the file says. Whole units. */
export interface Kept {
  agent_id: string;
  field: 'dailyBudget' | 'maxPerCall' | 'rollover';
  value: string;
  file: string;
}

const FAMILY = 'omni';
const ACTOR = 'agents.yaml';

/** Ids of budgets are made from what they are for, so that a repetition finds its own. */
export function budgetIdOf(kind: 'agent' | 'service', tenant: string, id: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant, kind, id]))
    .digest('hex');
  return `bud_${FAMILY}_${kind}_${digest.slice(0, 16)}`;
}

/** What a file said of an agent, as it is kept to tell later whether somebody changed it since. */
interface AgentFile {
  dailyBudget: string;
  maxPerCall: string;
  rollover: { enabled: boolean; cap: string | null };
}

/**
 * Makes the files' agents and services those that count, with the engine's budgets of their days. What was changed over the API
 * since the last load stays. The caller's transaction makes it all or nothing, and one load comes after the other.
 */
export async function loadConfig(
  client: pg.PoolClient,
  tenant: string,
  { config, hash, mode }: { config: OmniConfig; hash: string; mode: OmniMode },
): Promise<Kept[]> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('omni-config:' || $1, 0))`, [tenant]);
  const { treasury, burst } = config;
  await client.query(
    `insert into omni_state as s (tenant, mode, low_balance, high_reserve, mock_balance, burst, files_hash)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant) do update set low_balance = $3, high_reserve = $4, mock_balance = $5, burst = $6, files_hash = $7,
       version = s.version + 1, loaded_at = clock_timestamp()`,
    [
      tenant,
      mode,
      treasury.lowBalance.toString(),
      treasury.highReserve,
      treasury.mockBalance.toString(),
      burst,
      hash,
    ],
  );
  await client.query('update omni_agent set listed = false where tenant = $1', [tenant]);
  await client.query('update omni_service set listed = false where tenant = $1', [tenant]);
  const kept: Kept[] = [];
  for (const [position, agent] of config.agents.entries())
    kept.push(...(await loadAgent(client, tenant, position, agent)));
  for (const [position, service] of config.services.entries())
    await loadService(client, tenant, position, service);
  return kept;
}

const fileOf = ({ dailyBudget, maxPerCall, rollover: { enabled, cap } }: AgentConfig): AgentFile => ({
  dailyBudget: dailyBudget.toString(),
  maxPerCall: maxPerCall.toString(),
  rollover: { enabled, cap: cap?.toString() ?? null },
});

async function loadAgent(
  client: pg.PoolClient,
  tenant: string,
  position: number,
  agent: AgentConfig,
): Promise<Kept[]> {
  const { rows } = await client.query<{ file: AgentFile; max_per_call: string }>(
    'select file, max_per_call::text from omni_agent where tenant = $1 and id = $2',
    [tenant, agent.id],
  );
  const [before] = rows;
  const file = fileOf(agent);
  const isMaxKept = before !== undefined && before.max_per_call !== before.file.maxPerCall;
  const id = budgetIdOf('agent', tenant, agent.id);
  const kept = await loadAgentBudget(client, { tenant, id }, agent, before?.file);
  await client.query(
    `insert into omni_agent (tenant, id, position, priority, max_per_call, budget_id, file)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (tenant, id) do update set position = $3, listed = true, priority = $4, max_per_call = $5, file = $7,
       updated_at = clock_timestamp()`,
    [
      tenant,
      agent.id,
      position,
      agent.priority,
      isMaxKept ? before.max_per_call : file.maxPerCall,
      id,
      JSON.stringify(file),
    ],
  );
  if (!isMaxKept) return kept;
  const value = toMnee(BigInt(before.max_per_call));
  return [...kept, { agent_id: agent.id, field: 'maxPerCall', value, file: toMnee(agent.maxPerCall) }];
}

/** Makes or changes the budget of an agent's day; what differs from the last file was changed by somebody, and stays. */
async function loadAgentBudget(
  client: pg.PoolClient,
  { tenant, id }: { tenant: string; id: string },
  agent: AgentConfig,
  before: AgentFile | undefined,
): Promise<Kept[]> {
  const file = fileOf(agent);
  const now = await livingBudget(client, id);
  if (now === undefined) {
    await insertDayBudget(
      client,
      { tenant, id, name: `Agent ${agent.id}, a day`, scope: { agent: agent.id } },
      file.dailyBudget,
      {
        rollover: file.rollover,
        alerts: agent.alerts,
      },
    );
    return [];
  }
  const isAmountKept = before !== undefined && now.amount !== before.dailyBudget;
  const isRolloverKept = before !== undefined && !sameRollover(now.rollover, before.rollover);
  await changeBudget(
    client,
    { tenant, id },
    {
      alerts: agent.alerts,
      ...(!isAmountKept && { amount: file.dailyBudget }),
      ...(!isRolloverKept && { rollover: file.rollover }),
    },
  );
  return [
    ...(isAmountKept
      ? [
          {
            agent_id: agent.id,
            field: 'dailyBudget' as const,
            value: toMnee(BigInt(now.amount)),
            file: toMnee(agent.dailyBudget),
          },
        ]
      : []),
    ...(isRolloverKept
      ? [
          {
            agent_id: agent.id,
            field: 'rollover' as const,
            value: JSON.stringify(now.rollover),
            file: JSON.stringify(file.rollover),
          },
        ]
      : []),
  ];
}

const sameRollover = (one: BudgetRecord['rollover'], other: AgentFile['rollover']): boolean =>
  (one?.enabled ?? false) === other.enabled && (one?.cap ?? null) === other.cap;

async function livingBudget(
  client: pg.PoolClient,
  id: string,
): Promise<Pick<BudgetRecord, 'amount' | 'rollover'> | undefined> {
  const { rows } = await client.query<Pick<BudgetRecord, 'amount' | 'rollover'>>(
    'select amount::text, rollover from budget where id = $1 and deleted_at is null for update',
    [id],
  );
  return rows[0];
}

interface DayBudget {
  tenant: string;
  id: string;
  name: string;
  scope: { agent: string } | { service: string };
}

/** A budget of this id that was deleted lives again. */
async function insertDayBudget(
  client: pg.PoolClient,
  { tenant, id, name, scope }: DayBudget,
  amount: string,
  { rollover, alerts }: Pick<BudgetRecord, 'rollover' | 'alerts'>,
): Promise<void> {
  const { rowCount } = await client.query(
    `update budget set deleted_at = null, amount = $2, rollover = $3, alerts = $4, updated_at = clock_timestamp()
     where id = $1`,
    [id, amount, rollover && JSON.stringify(rollover), alerts.map(String)],
  );
  if (rowCount === 1) return;
  await insertBudget(client, {
    id,
    tenant,
    name,
    applies_to: { ...scope, family: FAMILY },
    asset: null,
    unit: MNEE,
    decimals: MNEE_DECIMALS,
    amount,
    period: 'day',
    mode: 'hard',
    rollover,
    alerts,
    approve_above: null,
    created_by: ACTOR,
  });
}

async function loadService(
  client: pg.PoolClient,
  tenant: string,
  position: number,
  service: ServiceConfig,
): Promise<void> {
  const budget = await loadServiceBudget(client, tenant, service);
  await client.query(
    `insert into omni_service as s (tenant, id, position, unit_price, provider_address, active, url, is_verified, metadata_uri,
       max_daily, budget_id, allowed_agents, blocked_agents, tool)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
     on conflict (tenant, id) do update set position = $3, listed = true, unit_price = $4, provider_address = $5, active = $6,
       url = $7, is_verified = $8, metadata_uri = $9, max_daily = $10, budget_id = $11, allowed_agents = $12,
       blocked_agents = $13, tool = $14, updated_at = clock_timestamp(),
       health = case when s.url = $7 then s.health else 'unknown' end`,
    [
      tenant,
      service.id,
      position,
      service.unitPrice.toString(),
      service.providerAddress,
      service.active,
      service.url,
      service.isVerified,
      service.metadataURI,
      service.maxDailySpending?.toString() ?? null,
      budget,
      service.allowedAgents ?? null,
      service.blockedAgents,
      service.tool === undefined ? null : JSON.stringify(service.tool),
    ],
  );
}

/** A service without a cap has no budget. One that lost its cap while something is held keeps the old one until nothing is. */
async function loadServiceBudget(
  client: pg.PoolClient,
  tenant: string,
  { id: service, maxDailySpending }: ServiceConfig,
): Promise<string | null> {
  const id = budgetIdOf('service', tenant, service);
  const living = await livingBudget(client, id);
  if (maxDailySpending === undefined) {
    if (living === undefined) return null;
    const { kind } = await deleteBudget(client, { tenant, id });
    return kind === 'in_use' ? id : null;
  }
  const amount = maxDailySpending.toString();
  if (living === undefined)
    await insertDayBudget(
      client,
      { tenant, id, name: `Service ${service}, a day`, scope: { service } },
      amount,
      {
        rollover: null,
        alerts: [],
      },
    );
  else await changeBudget(client, { tenant, id }, { amount });
  return id;
}
