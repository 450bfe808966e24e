import { Migration } from '@mikro-orm/migrations';

/**
 * Jobs that are paid in advance (masumi). A row belongs to a run of the same id. The database alone decides that a
 * purchaser's identifier has one living job, that a payment request belongs to one job, and a flow's run to one job.
 */
export class M0009Jobs extends Migration {
  override up(): void {
    this.addSql(`
      create table job (
        run_id text primary key,
        tenant text not null,
        flow_key text not null,
        identifier text not null,
        input_hash text not null,
        inputs_sealed bytea not null,
        alive boolean not null default true,
        payment_asked_at timestamptz(3),
        payment jsonb,
        blockchain_identifier text unique,
        source_type text,
        on_chain_state text,
        next_action jsonb,
        authorized_at timestamptz(3),
        watched boolean not null default false,
        checked_at timestamptz(3),
        launching_at timestamptz(3),
        fid text unique,
        created_at timestamptz(3) not null default clock_timestamp()
      )`);
    this.addSql(`create unique index job_alive on job (tenant, flow_key, identifier) where alive`);
    this.addSql(`create index job_watched on job (checked_at nulls first) where watched`);
    this.addSql(`
      create table job_lock (
        run_id text not null,
        lid text not null,
        form jsonb not null,
        expires_at timestamptz(3),
        opened_at timestamptz(3) not null default clock_timestamp(),
        handed_hash text,
        taken_hash text,
        taken_at timestamptz(3),
        primary key (run_id, lid)
      )`);
    this.addSql(`
      create table job_answer (
        run_id text not null,
        lid text not null,
        hash text not null,
        sealed bytea not null,
        primary key (run_id, lid, hash)
      )`);
  }
}
