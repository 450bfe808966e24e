import { Migration } from '@mikro-orm/migrations';

/** Double entry (architecture decision 5): capped accounts have a guarded balance row, the others are sums. */
export class M0002Ledger extends Migration {
  override up(): void {
    this.addSql(`
      create table account (
        id text primary key,
        tenant text not null,
        kind text not null,
        owner text not null,
        asset text not null,
        capped boolean not null,
        created_at timestamptz(3) not null default now()
      )`);
    this.addSql(`create index account_owner on account (tenant, kind, owner)`);
    this.addSql(`
      create table account_balance (
        account_id text primary key references account (id),
        posted numeric(78, 0) not null default 0,
        pending_out numeric(78, 0) not null default 0,
        constraint account_balance_covered check (pending_out >= 0 and posted >= pending_out)
      ) with (fillfactor = 50)`);
    this.addSql(`
      create table transfer (
        id text primary key,
        kind text not null,
        state text not null check (state in ('pending', 'posted', 'voided')),
        tenant text not null,
        run_id text,
        step_id text,
        data jsonb not null default '{}',
        created_at timestamptz(3) not null default clock_timestamp(),
        closed_at timestamptz(3)
      )`);
    this.addSql(`create index transfer_run on transfer (run_id) where run_id is not null`);
    this.addSql(`
      create table entry (
        transfer_id text not null references transfer (id),
        ord integer not null,
        account_id text not null references account (id),
        amount numeric(78, 0) not null check (amount <> 0),
        primary key (transfer_id, ord)
      )`);
    this.addSql(`create index entry_account on entry (account_id, transfer_id)`);
    this.addSql(ledgerApply);
    this.addSql(ledgerClose);
  }
}

/**
 * Records a transfer once. Entries: [{account, asset, tenant, kind, owner, capped, amount}] (signed minor units as text).
 * A pending transfer holds what it takes out of capped accounts; a posted one moves it. Answers 'applied', 'exists'
 * (same id, same entries) or 'insufficient' (nothing was written). The same id with other entries is an error.
 */
const ledgerApply = `
create function ledger_apply(p_id text, p_kind text, p_state text, p_tenant text, p_run text, p_step text,
                             p_data jsonb, p_entries jsonb) returns text
language plpgsql as $$
declare v_asset text;
begin
  insert into transfer (id, kind, state, tenant, run_id, step_id, data, closed_at)
  values (p_id, p_kind, p_state, p_tenant, p_run, p_step, p_data, case when p_state = 'posted' then clock_timestamp() end)
  on conflict (id) do nothing;
  if not found then
    if exists (
      select from (select (t.ord - 1)::integer as ord, t.e ->> 'account' as account_id, (t.e ->> 'amount')::numeric as amount
                   from jsonb_array_elements(p_entries) with ordinality t (e, ord)) i
      full join (select * from entry where transfer_id = p_id) x using (ord)
      where i.account_id is distinct from x.account_id or i.amount is distinct from x.amount
    ) then raise exception 'transfer % exists with other entries', p_id using errcode = 'LE001'; end if;
    return 'exists';
  end if;
  insert into account (id, tenant, kind, owner, asset, capped)
  select distinct on (e ->> 'account') e ->> 'account', e ->> 'tenant', e ->> 'kind', e ->> 'owner', e ->> 'asset', (e ->> 'capped')::boolean
  from jsonb_array_elements(p_entries) e order by e ->> 'account'
  on conflict (id) do nothing;
  insert into account_balance (account_id)
  select distinct e ->> 'account' from jsonb_array_elements(p_entries) e where (e ->> 'capped')::boolean order by 1
  on conflict (account_id) do nothing;
  select a.asset into v_asset from jsonb_array_elements(p_entries) e join account a on a.id = e ->> 'account'
    group by a.asset having sum((e ->> 'amount')::numeric) <> 0 limit 1;
  if found then raise exception 'transfer % does not sum to zero in %', p_id, v_asset using errcode = 'LE002'; end if;
  insert into entry (transfer_id, ord, account_id, amount)
  select p_id, (t.ord - 1)::integer, t.e ->> 'account', (t.e ->> 'amount')::numeric
  from jsonb_array_elements(p_entries) with ordinality t (e, ord);
  perform ledger_move(p_id, case when p_state = 'posted' then 'post' else 'hold' end);
  return 'applied';
exception when check_violation then return 'insufficient';
end $$`;

/** Closes a pending transfer. 'closed', 'exists' (already in that state) or 'missing'; the other end state is an error. */
const ledgerClose = `
create function ledger_move(p_id text, p_move text) returns void
language plpgsql as $$
begin
  perform from account_balance b where b.account_id in (select account_id from entry where transfer_id = p_id)
    order by b.account_id for update;
  update account_balance b set
    posted = b.posted + case when p_move in ('post', 'settle') then m.delta else 0 end,
    pending_out = b.pending_out + case p_move when 'hold' then m.taken when 'post' then 0 else -m.taken end
  from (select account_id, sum(amount) as delta, sum(greatest(-amount, 0)) as taken
        from entry where transfer_id = p_id group by account_id) m
  where b.account_id = m.account_id;
end $$;
create function ledger_close(p_id text, p_state text) returns text
language plpgsql as $$
declare v_state text;
begin
  select state into v_state from transfer where id = p_id for update;
  if not found then return 'missing'; end if;
  if v_state = p_state then return 'exists'; end if;
  if v_state <> 'pending' then
    raise exception 'transfer % is % and cannot become %', p_id, v_state, p_state using errcode = 'LE003';
  end if;
  update transfer set state = p_state, closed_at = clock_timestamp() where id = p_id;
  perform ledger_move(p_id, case p_state when 'posted' then 'settle' else 'release' end);
  return 'closed';
end $$`;
