import { Migration } from '@mikro-orm/migrations';

/**
 * Who holds an Idempotency-Key: each claim has a token of its own, and only its holder may write under it. Starts that were
 * called off, until what they may have begun is ended. And a flow's runs that a try launched after it was overtaken.
 */
export class M0012Fences extends Migration {
  override up(): void {
    this.addSql(`alter table idempotency add column token uuid`);
    this.addSql(`
      create table job_surplus (
        fid text primary key,
        run_id text not null,
        at timestamptz(3) not null default clock_timestamp()
      )`);
    this.addSql(`alter table run add column called_off_at timestamptz(3)`);
    this.addSql(
      `create index run_called_off on run (created_at) where called_off_at is not null and finished_at is null`,
    );
  }
}
