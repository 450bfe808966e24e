import { Migration } from '@mikro-orm/migrations';

/**
 * Agents and services as their files have them, chats, and one row for each decision of the policy with the call that it is
 * about. Amounts are minor units (10^-18 MNEE). What agents spend is in the engine's budgets, and nowhere else.
 */
export class M0030Omni extends Migration {
  override up(): void {
    this.addSql(`
      create table omni_state (
        tenant text primary key,
        mode text not null check (mode in ('live', 'mock')),
        token text,
        treasury_address text,
        chain_balance numeric(78, 0),
        chain_seen_at timestamptz(3),
        gas_balance numeric(78, 0),
        low_balance numeric(78, 0) not null,
        high_reserve integer not null,
        mock_balance numeric(78, 0) not null,
        burst boolean not null default false,
        files_hash text not null,
        version integer not null default 1,
        loaded_at timestamptz(3) not null default clock_timestamp()
      )`);
    this.addSql(`
      create table omni_agent (
        tenant text not null,
        id text not null,
        position integer not null,
        listed boolean not null default true,
        priority text not null check (priority in ('HIGH', 'MEDIUM', 'LOW')),
        max_per_call numeric(78, 0) not null,
        budget_id text not null,
        file jsonb not null,
        paused_at timestamptz(3),
        pause_reason text,
        updated_at timestamptz(3) not null default clock_timestamp(),
        primary key (tenant, id)
      )`);
    this.addSql(`
      create table omni_service (
        tenant text not null,
        id text not null,
        position integer not null,
        listed boolean not null default true,
        unit_price numeric(78, 0) not null,
        provider_address text not null,
        active boolean not null,
        url text not null,
        is_verified boolean not null,
        metadata_uri text not null,
        max_daily numeric(78, 0),
        budget_id text,
        allowed_agents text[],
        blocked_agents text[] not null default '{}',
        tool jsonb,
        health text not null default 'unknown' check (health in ('healthy', 'unhealthy', 'unknown')),
        latency_ms integer,
        checked_at timestamptz(3),
        failures integer not null default 0,
        updated_at timestamptz(3) not null default clock_timestamp(),
        primary key (tenant, id)
      )`);
    this.addChats();
  }

  private addChats(): void {
    this.addSql(`
      create table omni_chat (
        run_id text primary key,
        tenant text not null,
        agent_id text not null,
        session_id text,
        created_at timestamptz(3) not null default clock_timestamp()
      )`);
    this.addSql(`
      create table omni_turn (
        run_id text not null,
        round integer not null,
        sealed bytea not null,
        at timestamptz(3) not null default clock_timestamp(),
        primary key (run_id, round)
      )`);
    this.addSql(
      `create index omni_chat_session on omni_chat (tenant, agent_id, session_id, created_at desc) where session_id is not null`,
    );
    this.addSql(`
      create table omni_call (
        id bigint generated always as identity primary key,
        tenant text not null,
        run_id text not null,
        step_id text not null,
        at timestamptz(3) not null default clock_timestamp(),
        agent_id text not null,
        service_id text not null,
        effective_service_id text not null,
        quantity integer not null,
        action text not null check (action in ('ALLOWED', 'REJECTED', 'DOWNGRADED')),
        reason_code text not null,
        reason text not null,
        cost numeric(78, 0) not null,
        risk_level text not null,
        facts jsonb not null,
        task_id text not null,
        service_call_hash text,
        payment_id text,
        alerts jsonb not null default '[]',
        unique (run_id, step_id)
      )`);
    this.addSql(`create index omni_call_newest on omni_call (tenant, id desc)`);
    this.addSql(`create index omni_call_agent on omni_call (tenant, agent_id, id desc)`);
    this.addSql(`create index omni_call_service on omni_call (tenant, effective_service_id, id desc)`);
    this.addSql(`create index omni_call_at on omni_call (tenant, at)`);
    this.addSql(`create index omni_call_task on omni_call (tenant, task_id)`);
    this.addSql(`create index omni_call_payment on omni_call (payment_id) where payment_id is not null`);
  }
}
