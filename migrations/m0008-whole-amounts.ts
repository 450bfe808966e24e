import { Migration } from '@mikro-orm/migrations';

/**
 * Entries are whole minor units; the column would round fractions after their sum was checked, and halves that sum to
 * zero do not when they are rounded. No process sends any, but the database alone must keep the books balanced.
 */
export class M0008WholeAmounts extends Migration {
  override up(): void {
    this.addSql(`
      do $do$ begin
        execute replace(pg_get_functiondef('ledger_record'::regproc), 'having sum(amount) <> 0)',
          'having sum(amount) <> 0 or bool_or(amount <> trunc(amount)))');
      end $do$`);
  }
}
