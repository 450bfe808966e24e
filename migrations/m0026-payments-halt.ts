import { Migration } from '@mikro-orm/migrations';

/**
 * One switch that stops all payments. Whoever stores a signature shares a lock with the others who do and reads the switch
 * under it; whoever throws the switch waits for them. So nothing is signed after the switch was thrown, in no process.
 */
export class M0026PaymentsHalt extends Migration {
  override up(): void {
    this.addSql(`
      create table payments_halt (
        id boolean primary key default true check (id),
        halted boolean not null default false,
        changed_by text,
        reason text,
        at timestamptz(3) not null default clock_timestamp()
      )`);
    this.addSql(`insert into payments_halt default values`);
    this.addSql(`
      create function refuse_halted_signature() returns trigger
      language plpgsql as $$
      begin
        perform pg_advisory_xact_lock_shared(hashtextextended('payments-halt', 0));
        if (select halted from payments_halt) then
          raise exception 'payments are halted' using errcode = 'ST002';
        end if;
        return new;
      end $$`);
    this.addSql(`
      create trigger payment_halted before update of status on payment
      for each row when (new.status = 'signed' and old.status <> 'signed')
      execute function refuse_halted_signature()`);
  }
}
