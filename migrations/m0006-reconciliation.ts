import { Migration } from '@mikro-orm/migrations';

/** Reports of the three-way check: the last ones are kept, the last is shown. */
export class M0006Reconciliation extends Migration {
  override up(): void {
    this.addSql(`
      create table reconciliation (
        id text primary key,
        checked_at timestamptz(3) not null default clock_timestamp(),
        took_ms integer not null,
        accounts jsonb not null,
        findings jsonb not null
      )`);
    this.addSql(`create index reconciliation_newest on reconciliation (checked_at desc)`);
    this.addSql(`create index transfer_pending on transfer (created_at) where state = 'pending'`);
    this.addSql(`create index run_finished on run (finished_at) where finished_at is not null`);
  }
}
