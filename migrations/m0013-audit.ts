import { Migration } from '@mikro-orm/migrations';

/**
 * Lines are only added to the audit trail. The application's role has no right to more (db/roles.ts); the triggers stop a
 * slip of the owner, who can still drop them on purpose. `audit_anchor` keeps signed heads of the chains. `receipt_anchor`
 * keeps the head that a run's final receipt names.
 */
export class M0013Audit extends Migration {
  override up(): void {
    this.addSql(`
      create table audit_anchor (
        tenant text not null,
        line bigint not null,
        hash text not null,
        at timestamptz(3) not null,
        public_key text not null,
        signature text not null,
        primary key (tenant, line)
      )`);
    this.addSql(`
      create table receipt_anchor (
        run_id text primary key,
        tenant text not null,
        line bigint,
        hash text,
        at timestamptz(3)
      )`);
    this.addSql(`create index receipt_anchor_line on receipt_anchor (tenant, line)`);
    this.addSql(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception '% on "%" is refused: its lines are never changed or deleted', tg_op, tg_table_name using errcode = '42501';
      end $$`);
    for (const table of ['audit', 'audit_anchor', 'receipt_anchor']) {
      this.addSql(`
        create trigger append_only before update or delete or truncate on ${table}
        for each statement execute function refuse_change()`);
      this.addSql(`alter table ${table} enable always trigger append_only`);
    }
  }
}
