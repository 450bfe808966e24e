import { Migration } from '@mikro-orm/migrations';

/** Payment intents, escrow users, deposits and withdrawals. Signed bytes are bearer money: sealed (decision 11). */
export class M0003Payments extends Migration {
  override up(): void {
    this.createPayments();
    this.createEscrow();
  }

  private createPayments(): void {
    this.addSql(`
      create table payment (
        id text primary key,
        tenant text not null,
        run_id text not null,
        step_id text not null,
        generation integer not null,
        rail text not null,
        network text not null,
        asset text not null,
        amount numeric(78, 0) not null check (amount > 0),
        pay_to text not null,
        status text not null check (status in ('quoted', 'prepared', 'signed', 'submitted', 'settled', 'rejected', 'void', 'unknown')),
        quote_sealed bytea not null,
        signed_sealed bytea,
        fingerprint text unique,
        proof jsonb not null default '{}',
        tx_hash text,
        finalized boolean not null default false,
        reason text,
        created_at timestamptz(3) not null default clock_timestamp(),
        updated_at timestamptz(3) not null default clock_timestamp(),
        constraint payment_once unique (run_id, step_id, generation)
      )`);
    this.addSql(`create index payment_status on payment (tenant, status, created_at desc)`);
    this.addSql(`create index payment_open on payment (updated_at)
      where status in ('signed', 'submitted', 'unknown') or (status = 'settled' and not finalized)`);
  }

  private createEscrow(): void {
    this.addSql(`
      create table escrow_user (
        tenant text not null,
        user_id text not null,
        wallet text not null,
        created_at timestamptz(3) not null default now(),
        last_top_up_at timestamptz(3),
        primary key (tenant, user_id)
      )`);
    this.addSql(`
      create table deposit (
        signature text primary key,
        tenant text not null,
        user_id text not null,
        asset text not null,
        amount numeric(78, 0) not null check (amount > 0),
        status text not null default 'pending' check (status in ('pending', 'credited', 'refused')),
        reason text,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now()
      )`);
    this.addSql(`
      create table withdrawal (
        id text primary key,
        tenant text not null,
        user_id text not null,
        asset text not null,
        amount numeric(78, 0) not null check (amount > 0),
        destination text not null,
        status text not null default 'held' check (status in ('held', 'signed', 'submitted', 'finalized', 'released', 'unknown')),
        signed_sealed bytea,
        signature text unique,
        last_valid_height bigint,
        reason text,
        created_at timestamptz(3) not null default now(),
        updated_at timestamptz(3) not null default now()
      )`);
    this.addSql(`create index withdrawal_user on withdrawal (tenant, user_id, created_at desc)`);
    this.addSql(`create unique index withdrawal_open on withdrawal (tenant, user_id, asset, amount, destination)
      where status not in ('finalized', 'released')`);
    this.addSql(
      `create table chain_proof (id text primary key, kind text not null, used_by text not null, at timestamptz(3) not null default now())`,
    );
  }
}
