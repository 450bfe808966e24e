import { Migration } from '@mikro-orm/migrations';

/**
 * Each claim of an Idempotency-Key has its own token, and only its holder may write under it. `job_surplus` keeps the runs of
 * flows that a try launched after another had overtaken it. The index finds starts that are being called off.
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
