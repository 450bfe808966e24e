import { Migration } from '@mikro-orm/migrations';

/**
 * What a purchaser who names no question says of the form that its answers are for, and when a launch ended whose answer
 * was lost.
 */
export class M0010Lost extends Migration {
  override up(): void {
    this.addSql(`alter table job_answer add column schema_hash text`);
    this.addSql(`alter table job add column launch_lost_at timestamptz(3)`);
  }
}
