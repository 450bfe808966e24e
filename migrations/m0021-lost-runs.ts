import { Migration } from '@mikro-orm/migrations';

/**
 * The namespace in which a run's workflow was started. A workflow that is missing there is gone; one that is missing elsewhere
 * proves nothing.
 */
export class M0021LostRuns extends Migration {
  override up(): void {
    this.addSql(`alter table run add column namespace text`);
  }
}
