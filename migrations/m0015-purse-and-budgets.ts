import { Migration } from '@mikro-orm/migrations';

/** What a run pays from (`payer`: whose escrow, if one), and the caps on payments. Amounts of a budget are minor units of its own decimals. */
export class M0015PurseAndBudgets extends Migration {
  override up(): void {
    this.addPurse();
    this.addBudgets();
    this.addEntries();
    this.addBooking();
  }

  private addPurse(): void {
    this.addSql(`alter table run add column purse jsonb not null default '{"kind":"escrow"}'`);
    this.addSql(`alter table run add column payer text generated always as
      (case when purse ->> 'kind' = 'escrow' then coalesce(purse ->> 'owner', subject) end) stored`);
    this.addSql(`create index run_payer on run (tenant, payer)`);
    this.addSql(`alter table payment add column service text`);
  }

  private addBudgets(): void {
    this.addSql(`
      create table budget (
        id text primary key,
        tenant text not null,
        name text not null,
        applies_to jsonb not null default '{}',
        asset text,
        unit text,
        decimals integer not null,
        amount numeric(78, 0) not null check (amount >= 0),
        period text not null check (period in ('run', 'hour', 'day', 'week', 'month', 'total')),
        mode text not null check (mode in ('hard', 'warn')),
        rollover jsonb,
        alerts numeric[] not null default '{}',
        approve_above numeric(78, 0),
        created_by text not null,
        created_at timestamptz(3) not null default clock_timestamp(),
        updated_at timestamptz(3) not null default clock_timestamp(),
        deleted_at timestamptz(3),
        check (num_nonnulls(asset, unit) = 1)
      )`);
    this.addSql(`create index budget_living on budget (tenant, id) where deleted_at is null`);
    this.addSql(`
      create table budget_window (
        budget_id text not null references budget (id),
        key text not null,
        starts_at timestamptz(3) not null,
        ends_at timestamptz(3),
        carried numeric(78, 0) not null default 0 check (carried >= 0),
        held numeric(78, 0) not null default 0 check (held >= 0),
        spent numeric(78, 0) not null default 0 check (spent >= 0),
        alerted numeric[] not null default '{}',
        primary key (budget_id, key)
      ) with (fillfactor = 70)`);
  }

  private addEntries(): void {
    this.addSql(`
      create table budget_entry (
        id bigint generated always as identity primary key,
        budget_id text not null,
        window_key text not null,
        payment_id text,
        transfer_id text,
        run_id text,
        kind text not null check (kind in ('hold', 'spend', 'release', 'refund', 'reset')),
        amount numeric(78, 0) not null,
        actor text,
        note text,
        at timestamptz(3) not null default clock_timestamp(),
        foreign key (budget_id, window_key) references budget_window (budget_id, key)
      )`);
    this.addSql(`create index budget_entry_newest on budget_entry (budget_id, id desc)`);
    this.addSql(
      `create index budget_entry_payment on budget_entry (payment_id) where payment_id is not null`,
    );
    this.addSql(
      `create unique index budget_entry_once on budget_entry (transfer_id, budget_id, kind) where transfer_id is not null`,
    );
    this.addSql(
      `create unique index budget_entry_closed on budget_entry (transfer_id, budget_id) where kind in ('spend', 'release')`,
    );
  }

  /** What becomes of a held payment is booked where its transfer changes, for every caller alike. */
  private addBooking(): void {
    this.addSql(budgetClose);
    this.addSql(budgetRefund);
    this.addSql(budgetBook);
    this.addSql(`
      create constraint trigger transfer_budgets after update of state on transfer deferrable initially deferred
      for each row when (old.state = 'pending' and new.state <> 'pending' and new.kind in ('payment', 'refund'))
      execute function budget_book()`);
  }
}

/** Books what became of a held amount, once, in the window in which it was held. */
const budgetClose = `
create function budget_close(p_transfer text, p_kind text) returns void
language plpgsql as $$
declare
  v record;
begin
  for v in select * from budget_entry where transfer_id = p_transfer and kind = 'hold' order by budget_id loop
    insert into budget_entry (budget_id, window_key, payment_id, transfer_id, run_id, kind, amount)
    values (v.budget_id, v.window_key, v.payment_id, v.transfer_id, v.run_id, p_kind, v.amount)
    on conflict do nothing;
    continue when not found;
    update budget_window set held = held - v.amount, spent = spent + case p_kind when 'spend' then v.amount else 0 end
    where budget_id = v.budget_id and key = v.window_key;
  end loop;
end $$`;

/**
 * Gives back what a seller refunded for good. A payment lies before its refund on the chain, so it is final too, and is
 * spent here if the sweep has not come to it yet. What stays spent is rounded up, so a full refund gives everything back.
 * After a reset there may be less to give back than was refunded.
 */
const budgetRefund = `
create function budget_refund(p_refund text, p_payment text) returns void
language plpgsql as $$
declare
  v record;
  v_paid numeric;
  v_refunded numeric;
  v_back numeric;
begin
  select amount into v_paid from payment where id = p_payment;
  for v in
    select h.* from budget_entry h where h.payment_id = p_payment and h.kind = 'hold'
      and not exists (select from budget_entry r where r.transfer_id = h.transfer_id and r.budget_id = h.budget_id and r.kind = 'release')
    order by h.budget_id
  loop
    perform from budget_window where budget_id = v.budget_id and key = v.window_key for no key update;
    perform budget_close(v.transfer_id, 'spend');
    select least(sum((t.data ->> 'amount')::numeric), v_paid) into v_refunded from transfer t
      where t.kind = 'refund' and t.state = 'posted' and t.run_id = v.run_id and t.data ->> 'intentId' = p_payment;
    select v.amount - ceil(v.amount * (v_paid - v_refunded) / v_paid) - coalesce(sum(e.amount), 0) into v_back
      from budget_entry e where e.payment_id = p_payment and e.budget_id = v.budget_id and e.kind = 'refund';
    select least(v_back, w.spent) into v_back from budget_window w where w.budget_id = v.budget_id and w.key = v.window_key;
    continue when v_back <= 0;
    insert into budget_entry (budget_id, window_key, payment_id, transfer_id, run_id, kind, amount)
    values (v.budget_id, v.window_key, p_payment, p_refund, v.run_id, 'refund', v_back)
    on conflict do nothing;
    continue when not found;
    update budget_window set spent = spent - v_back where budget_id = v.budget_id and key = v.window_key;
  end loop;
end $$`;

/**
 * Runs at commit: whoever closes a transfer has locked its accounts by then and takes the budgets after them, as whoever
 * holds money does. So no two of them wait for each other.
 */
const budgetBook = `
create function budget_book() returns trigger
language plpgsql as $$
begin
  if new.kind = 'payment' then
    perform budget_close(new.id, case new.state when 'posted' then 'spend' else 'release' end);
  elsif new.state = 'posted' and new.data ? 'intentId' then
    perform budget_refund(new.id, new.data ->> 'intentId');
  end if;
  return null;
end $$`;
