import { Migration } from '@mikro-orm/migrations';

/** What the API keeps: keys, tickets, idempotency, rate limits, audit, attention (common.md). */
export class M0004Api extends Migration {
  override up(): void {
    this.createAccess();
    this.createRecords();
  }

  private createAccess(): void {
    this.addSql(`
      create table api_key (
        prefix text primary key,
        secret_hash text not null,
        tenant text not null,
        subject text not null,
        name text not null,
        scopes jsonb not null,
        rotated_from text,
        created_at timestamptz(3) not null default now(),
        expires_at timestamptz(3),
        revoked_at timestamptz(3)
      )`);
    this.addSql(`create index api_key_tenant on api_key (tenant, created_at desc)`);
    this.addSql(`
      create table stream_ticket (
        hash text primary key,
        principal jsonb not null,
        expires_at timestamptz(3) not null
      )`);
    this.addSql(`
      create table idempotency (
        tenant text not null,
        caller text not null,
        route text not null,
        key text not null,
        body_hash text not null,
        run_id text,
        answer jsonb,
        created_at timestamptz(3) not null default now(),
        locked_until timestamptz(3),
        expires_at timestamptz(3) not null,
        primary key (tenant, caller, route, key)
      )`);
    this.addSql(`create index idempotency_expiry on idempotency (expires_at)`);
    this.addSql(`
      create table rate_window (
        caller text not null,
        window_start timestamptz(0) not null,
        used integer not null,
        primary key (caller, window_start)
      )`);
  }

  private createRecords(): void {
    this.addSql(`
      create table audit (
        id bigint generated always as identity primary key,
        tenant text not null,
        actor text not null,
        action text not null,
        object text not null,
        data jsonb not null default '{}',
        at timestamptz(3) not null default clock_timestamp(),
        previous_hash text not null,
        hash text not null
      )`);
    this.addSql(`create index audit_tenant on audit (tenant, id desc)`);
    this.addSql(`
      create table attention (
        id text primary key,
        tenant text not null,
        kind text not null,
        run_id text,
        detail text not null,
        data jsonb not null default '{}',
        created_at timestamptz(3) not null default now(),
        resolved_at timestamptz(3),
        resolved_by text,
        note text
      )`);
    this.addSql(
      `create index attention_open on attention (tenant, created_at desc) where resolved_at is null`,
    );
  }
}
