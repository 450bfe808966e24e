import { Migration } from '@mikro-orm/migrations';

/**
 * The ledger's hot path with arrays instead of JSON, without a savepoint, and with one statement where there were three.
 * `ledger_apply` stays for processes of the release before, which may still run while this one comes up.
 */
export class M0007LedgerRecord extends Migration {
  override up(): void {
    this.addSql(ledgerSame);
    this.addSql(ledgerOpen);
    this.addSql(ledgerRecord);
    this.addSql(ledgerMove);
  }
}

/** 'exists' when the transfer has just these entries; other entries under the same id are an error. */
const ledgerSame = `
create function ledger_same(p_id text, p_accounts text[], p_amounts numeric[]) returns text
language plpgsql as $$
begin
  if exists (
    select from unnest(p_accounts, p_amounts) with ordinality i (account_id, amount, n)
    full join (select ord, account_id, amount from entry where transfer_id = p_id) x on x.ord = i.n - 1
    where i.account_id is distinct from x.account_id or i.amount is distinct from x.amount
  ) then raise exception 'transfer % exists with other entries', p_id using errcode = 'LE001'; end if;
  return 'exists';
end $$`;

/** Makes the accounts that are not there yet. An account keeps the asset it began with. */
const ledgerOpen = `
create function ledger_open(p_accounts text[], p_tenants text[], p_kinds text[], p_owners text[], p_assets text[], p_capped boolean[])
returns void language plpgsql as $$
begin
  insert into account (id, tenant, kind, owner, asset, capped)
  select distinct on (i.id) i.* from unnest(p_accounts, p_tenants, p_kinds, p_owners, p_assets, p_capped) i (id, tenant, kind, owner, asset, capped)
  order by i.id on conflict (id) do nothing;
  insert into account_balance (account_id)
  select a.id from account a where a.id = any(p_accounts) and a.capped order by a.id on conflict (account_id) do nothing;
  if exists (select from account a join unnest(p_accounts, p_assets) i (id, asset) on i.id = a.id where i.asset <> a.asset) then
    raise exception 'an account of % has another asset', p_accounts using errcode = 'LE002';
  end if;
end $$`;

/**
 * Records a transfer once; the arrays are its entries in order (signed minor units). A pending transfer holds what it
 * takes out of capped accounts, a posted one moves it. Answers 'applied', 'exists' (same id, same entries) or
 * 'insufficient' (nothing was written). The balances are locked in the order of their ids before anything is looked at,
 * so whoever waited sees what the one before did: a repetition finds its transfer before it finds its money gone.
 */
const ledgerRecord = `
create function ledger_record(p_id text, p_kind text, p_state text, p_tenant text, p_run text, p_step text, p_data jsonb,
  p_accounts text[], p_amounts numeric[], p_tenants text[], p_kinds text[], p_owners text[], p_assets text[], p_capped boolean[])
returns text language plpgsql as $$
declare
  v_known integer;
  v_short boolean;
  v_written integer;
begin
  if exists (select from unnest(p_assets, p_amounts) i (asset, amount) group by asset having sum(amount) <> 0) then
    raise exception 'transfer % does not sum to zero', p_id using errcode = 'LE002';
  end if;
  select count(*) into v_known from unnest(p_accounts, p_assets) i (id, asset) join account a on a.id = i.id and a.asset = i.asset;
  if v_known < cardinality(p_accounts) then
    perform ledger_open(p_accounts, p_tenants, p_kinds, p_owners, p_assets, p_capped);
  end if;
  with held as materialized (
    select account_id, posted, pending_out from account_balance where account_id = any(p_accounts) order by account_id for update
  ), moves as (
    select account_id, sum(amount) as delta, sum(greatest(-amount, 0)) as taken
    from unnest(p_accounts, p_amounts) i (account_id, amount) group by account_id
  )
  select coalesce(bool_or(case p_state when 'posted' then h.posted + m.delta < h.pending_out else h.posted < h.pending_out + m.taken end), false)
    into v_short from held h join moves m using (account_id);
  if v_short then
    if exists (select from transfer where id = p_id) then return ledger_same(p_id, p_accounts, p_amounts); end if;
    return 'insufficient';
  end if;
  with noted as (
    insert into transfer (id, kind, state, tenant, run_id, step_id, data, closed_at)
    values (p_id, p_kind, p_state, p_tenant, p_run, p_step, p_data, case when p_state = 'posted' then clock_timestamp() end)
    on conflict (id) do nothing returning id
  ), lines as (
    insert into entry (transfer_id, ord, account_id, amount)
    select t.id, (i.n - 1)::integer, i.account_id, i.amount
    from noted t, unnest(p_accounts, p_amounts) with ordinality i (account_id, amount, n)
  ), moved as (
    update account_balance b set
      posted = b.posted + case p_state when 'posted' then m.delta else 0 end,
      pending_out = b.pending_out + case p_state when 'posted' then 0 else m.taken end
    from noted t, (
      select account_id, sum(amount) as delta, sum(greatest(-amount, 0)) as taken
      from unnest(p_accounts, p_amounts) i (account_id, amount) group by account_id
    ) m
    where b.account_id = m.account_id
  )
  select count(*) into v_written from noted;
  if v_written = 0 then return ledger_same(p_id, p_accounts, p_amounts); end if;
  return 'applied';
end $$`;

/** As before, in one statement: the locks are taken in the order of the ids, then the balances move. */
const ledgerMove = `
create or replace function ledger_move(p_id text, p_move text) returns void
language plpgsql as $$
begin
  with moves as materialized (
    select account_id, sum(amount) as delta, sum(greatest(-amount, 0)) as taken
    from entry where transfer_id = p_id group by account_id
  ), held as materialized (
    select b.account_id from account_balance b join moves m using (account_id) order by b.account_id for update of b
  )
  update account_balance b set
    posted = b.posted + case when p_move in ('post', 'settle') then m.delta else 0 end,
    pending_out = b.pending_out + case p_move when 'hold' then m.taken when 'post' then 0 else -m.taken end
  from held h join moves m using (account_id)
  where b.account_id = h.account_id;
end $$`;
