import { Migration } from '@mikro-orm/migrations';

/** Values too large for a history, and caches (decision 11). Sealed: outputs of services may be private. */
export class M0005Values extends Migration {
  override up(): void {
    this.addSql(`
      create table blob (
        ref text primary key,
        run_id text not null references run (id) on delete cascade,
        sha256 text not null,
        size integer not null,
        sealed bytea not null,
        created_at timestamptz(3) not null default now()
      )`);
    this.addSql(`create index blob_run on blob (run_id)`);
    this.addSql(`
      create table cache (
        kind text not null,
        key text not null,
        sealed bytea not null,
        expires_at timestamptz(3) not null,
        primary key (kind, key)
      )`);
  }
}
