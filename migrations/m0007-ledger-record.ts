import { Migration } from '@mikro-orm/migrations';

/**
 * The ledger's hot path: arrays instead of JSON, no savepoint, and plain loops over the two or four entries that transfers
 * have, because a statement over sets costs more to begin than such a transfer to write (bench/RESULTS.md, "Ledger").
 * `ledger_apply` stays for processes of the release before, which may still run while this one comes up.
 */
export class M0007LedgerRecord extends Migration {
  override up(): void {
    this.addSql(ledgerSame);
    this.addSql(ledgerOpen);
    this.addSql(ledgerRecord);
    this.addSql(ledgerMove);
    this.addSql(ledgerClose);
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
 * so whoever waited sees what the one before did: a repetition finds its transfer before it finds its money gone. Amounts
 * are whole: the column would round fractions after their sum was checked.
 */
const ledgerRecord = `
create function ledger_record(p_id text, p_kind text, p_state text, p_tenant text, p_run text, p_step text, p_data jsonb,
  p_accounts text[], p_amounts numeric[], p_tenants text[], p_kinds text[], p_owners text[], p_assets text[], p_capped boolean[])
returns text language plpgsql as $$
declare
  v_n integer := cardinality(p_accounts);
  v_sum numeric;
  v_posted numeric;
  v_held numeric;
  v_delta numeric;
  v_taken numeric;
  v_account text;
  v_locked text[] := '{}';
  v_new_posted numeric[] := '{}';
  v_new_held numeric[] := '{}';
begin
  for i in 1..v_n loop
    if p_amounts[i] <> trunc(p_amounts[i]) then
      raise exception 'transfer % has a fraction of a minor unit', p_id using errcode = 'LE002';
    end if;
    v_sum := 0;
    for j in 1..v_n loop
      if p_assets[j] = p_assets[i] then v_sum := v_sum + p_amounts[j]; end if;
    end loop;
    if v_sum <> 0 then raise exception 'transfer % does not sum to zero in %', p_id, p_assets[i] using errcode = 'LE002'; end if;
    perform from account where id = p_accounts[i] and asset = p_assets[i];
    if not found then
      perform ledger_open(p_accounts, p_tenants, p_kinds, p_owners, p_assets, p_capped);
    end if;
  end loop;
  foreach v_account in array array(select distinct a from unnest(p_accounts) a order by 1) loop
    select posted, pending_out into v_posted, v_held from account_balance where account_id = v_account for update;
    continue when not found;
    v_delta := 0; v_taken := 0;
    for i in 1..v_n loop
      if p_accounts[i] = v_account then
        v_delta := v_delta + p_amounts[i];
        if p_amounts[i] < 0 then v_taken := v_taken - p_amounts[i]; end if;
      end if;
    end loop;
    if p_state = 'posted' then v_posted := v_posted + v_delta; else v_held := v_held + v_taken; end if;
    if v_posted < v_held then
      perform from transfer where id = p_id;
      if found then return ledger_same(p_id, p_accounts, p_amounts); end if;
      return 'insufficient';
    end if;
    v_locked := v_locked || v_account;
    v_new_posted := v_new_posted || v_posted;
    v_new_held := v_new_held || v_held;
  end loop;
  insert into transfer (id, kind, state, tenant, run_id, step_id, data, closed_at)
  values (p_id, p_kind, p_state, p_tenant, p_run, p_step, p_data, case when p_state = 'posted' then clock_timestamp() end)
  on conflict (id) do nothing;
  if not found then return ledger_same(p_id, p_accounts, p_amounts); end if;
  for i in 1..v_n loop
    insert into entry (transfer_id, ord, account_id, amount) values (p_id, i - 1, p_accounts[i], p_amounts[i]);
  end loop;
  for i in 1..cardinality(v_locked) loop
    update account_balance set posted = v_new_posted[i], pending_out = v_new_held[i] where account_id = v_locked[i];
  end loop;
  return 'applied';
end $$`;

/** As before: the balances move in the order of their ids, each locked by its own update. */
const ledgerMove = `
create or replace function ledger_move(p_id text, p_move text) returns void
language plpgsql as $$
declare
  v record;
begin
  for v in
    select e.account_id, sum(e.amount) as delta, sum(greatest(-e.amount, 0)) as taken
    from entry e where e.transfer_id = p_id group by e.account_id order by e.account_id
  loop
    update account_balance b set
      posted = b.posted + case when p_move in ('post', 'settle') then v.delta else 0 end,
      pending_out = b.pending_out + case p_move when 'hold' then v.taken when 'post' then 0 else -v.taken end
    where b.account_id = v.account_id;
  end loop;
end $$`;

/** As before, with one statement where the transfer is still pending. */
const ledgerClose = `
create or replace function ledger_close(p_id text, p_state text) returns text
language plpgsql as $$
declare v_state text;
begin
  update transfer set state = p_state, closed_at = clock_timestamp() where id = p_id and state = 'pending';
  if found then
    perform ledger_move(p_id, case p_state when 'posted' then 'settle' else 'release' end);
    return 'closed';
  end if;
  select state into v_state from transfer where id = p_id;
  if not found then return 'missing'; end if;
  if v_state = p_state then return 'exists'; end if;
  raise exception 'transfer % is % and cannot become %', p_id, v_state, p_state using errcode = 'LE003';
end $$`;
