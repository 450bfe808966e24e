import { Migration } from '@mikro-orm/migrations';

/**
 * Withdrawals are payments, too: a payment has a kind, and only those of steps belong to a run. A withdrawal and its payment
 * share one id. What an earlier version signed cannot be taken over, because it would be signed a second time: such a
 * withdrawal must have ended before.
 */
export class M0017PaymentKinds extends Migration {
  override up(): void {
    this.addSql(`
      do $$ begin
        if exists (select from withdrawal where status in ('signed', 'submitted', 'unknown')) then
          raise exception 'Withdrawals that were signed are still open (table withdrawal): let the version that signed them finish them, then migrate.';
        end if;
      end $$`);
    this.addSql(`alter table payment add column kind text not null default 'step'
      check (kind in ('step', 'withdrawal', 'refund'))`);
    this.addSql(`alter table payment alter column run_id drop not null, alter column step_id drop not null`);
    this.addSql(`alter table payment add constraint payment_of_step
      check ((kind = 'step') = (run_id is not null) and (kind = 'step') = (step_id is not null))`);
    this.addSql(`alter table withdrawal drop column signed_sealed, drop column last_valid_height`);
    this.addSql(`alter table withdrawal drop constraint withdrawal_status_check`);
    this.addSql(
      `alter table withdrawal add constraint withdrawal_status_check check (status in ('held', 'finalized', 'released'))`,
    );
  }
}
