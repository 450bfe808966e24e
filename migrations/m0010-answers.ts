import { Migration } from '@mikro-orm/migrations';

/** What a purchaser who names no question says of the form that its answers are for. */
export class M0010Answers extends Migration {
  override up(): void {
    this.addSql(`alter table job_answer add column schema_hash text`);
  }
}
