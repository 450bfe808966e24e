import { Migration } from '@mikro-orm/migrations';

/**
 * All flows' runs are followed by one activity, which reads here whom to follow and what their jobs were told last. A launch
 * is sent once: when it was about to leave, and what went wrong with it.
 */
export class M0025Following extends Migration {
  override up(): void {
    this.addSql(`
      alter table job
        add column following boolean not null default false,
        add column told_state text,
        add column trouble_since timestamptz(3),
        add column launch_sent_at timestamptz(3),
        add column launch_problem jsonb`);
    this.addSql(`update job set launch_sent_at = launching_at where launching_at is not null`);
    this.addSql(
      `update job j set following = true from run r where r.id = j.run_id and j.fid is not null and r.finished_at is null`,
    );
    this.addSql(`create index job_following on job (run_id) where following`);
  }
}
