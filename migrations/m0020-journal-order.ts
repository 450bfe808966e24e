import { Migration } from '@mikro-orm/migrations';

/**
 * A run's events never tell an earlier state after a later one. A payment's state and the event that tells it are written in
 * one statement, `payment_move` or `payment_quote`, and nowhere else; which moves there are is in `domain/payments/states.ts`.
 * Of steps, approvals and questions `journal_append` leaves out what comes too late: a worker that was held up may tell that
 * a step runs when another has told that it is done.
 */
export class M0020JournalOrder extends Migration {
  override up(): void {
    this.addSql(`alter table payment
      add column moves integer not null default 0,
      add column status_at timestamptz(3) not null default clock_timestamp()`);
    this.addSql(stateRank);
    this.addSql(journalAppend);
    this.addSql(paymentTell);
    this.addSql(paymentMove);
    this.addSql(paymentQuote);
  }
}

/** How far a state is from the beginning; null is no state. States of one rank are different ends. */
const stateRank = `
create function state_rank(p_status text) returns integer language sql immutable as $$
  select case
    when p_status is null then null
    when p_status = 'pending' then 0
    when p_status = 'running' then 1
    when p_status in ('compensated', 'compensation_failed') then 3
    else 2 end
$$`;

/**
 * As in M0001, and events that would take a step or an approval back are left out. They are neither written nor refused:
 * whoever brings one is late, and has nothing to mend.
 */
const journalAppend = `
create or replace function journal_append(p_events jsonb)
returns table (run_id text, tenant text, last_seq integer, written integer, refused integer)
language plpgsql as $$
#variable_conflict use_column
begin
  perform from run r
    where r.id in (select e ->> 'run_id' from jsonb_array_elements(p_events) e)
    order by r.id for update;
  return query
  with input as (
    select distinct on (t.e ->> 'run_id', t.e ->> 'key')
      t.ord, t.e ->> 'run_id' as run_id, t.e ->> 'key' as key, t.e ->> 'type' as type, t.e -> 'data' as data,
      t.e ->> 'status' as status, t.e -> 'view' as view, t.e -> 'step' as step, t.e -> 'approval' as approval
    from jsonb_array_elements(p_events) with ordinality t (e, ord)
    order by t.e ->> 'run_id', t.e ->> 'key', t.ord
  ), absent as (
    select i.* from input i
    where not exists (select from event e where e.run_id = i.run_id and e.event_key = i.key)
  ), ranked as (
    select a.*,
      state_rank(a.step ->> 'status') as step_rank,
      greatest(state_rank(s.status), max(state_rank(a.step ->> 'status')) over
        (partition by a.run_id, a.step ->> 'id' order by a.ord rows between unbounded preceding and 1 preceding)) as step_before,
      state_rank(a.approval ->> 'status') as approval_rank,
      greatest(state_rank(p.status), max(state_rank(a.approval ->> 'status')) over
        (partition by a.approval ->> 'id' order by a.ord rows between unbounded preceding and 1 preceding)) as approval_before
    from absent a
      left join run_step s on s.run_id = a.run_id and s.step_id = a.step ->> 'id'
      left join approval p on p.id = a.approval ->> 'id'
  ), timely as (
    select k.ord, k.run_id, k.key, k.type, k.data, k.status, k.view, k.step, k.approval from ranked k
    where coalesce(k.step_rank >= k.step_before, true) and coalesce(k.approval_rank >= k.approval_before, true)
  ), ending as (
    select a.run_id, min(a.ord) as ord from timely a
    where a.status in ('completed', 'failed', 'cancelled') group by a.run_id
  ), fresh as (
    select a.*, r.tenant, r.family, r.view as view_before, r.last_seq + row_number() over (partition by a.run_id order by a.ord)::integer as seq
    from timely a join run r on r.id = a.run_id left join ending x on x.run_id = a.run_id
    where r.finished_at is null and (x.ord is null or a.ord <= x.ord)
  ), bumped as (
    insert into tenant_feed as f (tenant, pos)
    select n.tenant, count(*) from fresh n group by n.tenant order by n.tenant
    on conflict (tenant) do update set pos = f.pos + excluded.pos
    returning f.tenant, f.pos
  ), numbered as (
    select n.*, b.pos - count(*) over (partition by n.tenant)
      + row_number() over (partition by n.tenant order by n.ord) as feed_pos
    from fresh n join bumped b on b.tenant = n.tenant
  ), written as (
    insert into event (run_id, seq, event_key, type, data, tenant, family, feed_pos)
    select n.run_id, n.seq, n.key, n.type,
      coalesce(n.data, '{}') || case when n.type = 'run.running' and not n.data ? 'plan'
        then jsonb_build_object('plan', coalesce(
          (select f.view -> 'plan' from fresh f where f.run_id = n.run_id and f.view ? 'plan' and f.ord < n.ord order by f.ord desc limit 1),
          n.view_before -> 'plan'))
        else '{}' end,
      n.tenant, n.family, n.feed_pos from numbered n
  ), moved as (
    update run r set
      last_seq = f.seq,
      status = coalesce(f.status, r.status),
      view = r.view || f.view,
      started_at = coalesce(r.started_at, case when f.runs then now() end),
      finished_at = case when f.status in ('completed', 'failed', 'cancelled') then now() end,
      start_state = 'started',
      updated_at = now()
    from (
      select n.run_id, max(n.seq) as seq,
        (array_agg(n.status order by n.ord desc) filter (where n.status is not null))[1] as status,
        coalesce(jsonb_merge(n.view order by n.ord) filter (where n.view is not null), '{}') as view,
        coalesce(bool_or(n.status = 'running'), false) as runs
      from fresh n group by n.run_id
    ) f where r.id = f.run_id
  ), steps as (
    insert into run_step as s (run_id, step_id, status, data)
    select n.run_id, n.step ->> 'id',
      coalesce((array_agg(n.step ->> 'status' order by n.ord desc) filter (where n.step ? 'status'))[1], 'pending'),
      coalesce(jsonb_merge(n.step -> 'data' order by n.ord) filter (where n.step ? 'data'), '{}')
    from fresh n where n.step is not null group by n.run_id, n.step ->> 'id'
    on conflict (run_id, step_id) do update
      set status = case when excluded.status = 'pending' then s.status else excluded.status end,
          data = s.data || excluded.data
  ), approvals as (
    insert into approval as a (id, run_id, tenant, status, data, decided_at, decided_by)
    select n.approval ->> 'id', n.run_id, min(n.tenant),
      coalesce((array_agg(n.approval ->> 'status' order by n.ord desc) filter (where n.approval ? 'status'))[1], 'pending'),
      coalesce(jsonb_merge(n.approval -> 'data' order by n.ord) filter (where n.approval ? 'data'), '{}'),
      case when bool_or(n.approval ->> 'status' <> 'pending') then now() end, max(n.approval ->> 'by')
    from fresh n where n.approval is not null group by n.run_id, n.approval ->> 'id'
    on conflict (id) do update
      set status = excluded.status, data = a.data || excluded.data,
          decided_at = coalesce(excluded.decided_at, a.decided_at), decided_by = coalesce(excluded.decided_by, a.decided_by)
  )
  select i.run_id, min(r.tenant), coalesce(max(f.seq), max(r.last_seq), 0)::integer,
    count(f.seq)::integer, (count(a.key) - count(f.seq))::integer
  from input i
    left join run r on r.id = i.run_id
    left join timely a on a.run_id = i.run_id and a.key = i.key
    left join fresh f on f.run_id = i.run_id and f.key = i.key
  group by i.run_id;
end $$`;

/**
 * Tells the state that a payment has now. The key names the move, so a repetition of the same move is told once, and a
 * payment that comes to a state again is told again. Streams are woken at the commit. What would send money for a run that
 * has ended is undone by the error; what its chain shows later has no stream to go to, and the answer is false.
 */
const paymentTell = `
create function payment_tell(p payment, p_cause text, p_more jsonb) returns boolean
language plpgsql as $$
declare
  v record;
begin
  if p.kind <> 'step' or p.status = 'prepared' then return true; end if;
  select * into v from journal_append(jsonb_build_array(jsonb_build_object(
    'run_id', p.run_id,
    'key', concat_ws(':', 'payment.' || p.status, p.id, p.moves, p_cause),
    'type', 'payment.' || p.status,
    'data', jsonb_build_object('step', p.step_id, 'payment', jsonb_build_object(
        'intentId', p.id, 'status', p.status, 'network', p.network, 'asset', p.asset,
        'amountMinor', p.amount::text, 'payTo', p.pay_to)
      || case when p.tx_hash is null or p.status in ('quoted', 'signed', 'submitted') then '{}'
              else jsonb_build_object('txHash', p.tx_hash) end) || p_more)));
  if v.written > 0 then
    perform pg_notify('steward_events', v.tenant || ' ' || p.run_id);
  elsif v.refused > 0 and p.status in ('quoted', 'signed', 'submitted') then
    raise exception 'Run % has ended; payment % is not % for it.', p.run_id, p.id, p.status using errcode = 'ST001';
  end if;
  return v.refused = 0;
end $$`;

/**
 * Moves a payment if it is in one of the states p_from. A change of its state is told; so is p_cause, which is news of the
 * same state. The row of the run is locked last of all: accounts and budgets come before it, so budgets that would be
 * booked at the commit are booked now. A hold that was given up is told as little as a hold.
 */
const paymentMove = `
create function payment_move(p_id text, p_from text[], p_to text, p_sets_reason boolean, p_reason text, p_tx_hash text,
  p_finalized boolean, p_proof jsonb, p_sealed bytea, p_fingerprint text, p_cause text, p_more jsonb) returns boolean
language plpgsql as $$
declare
  v_before text;
  v payment;
begin
  select status into v_before from payment where id = p_id and status = any(p_from) for update;
  if not found then return false; end if;
  update payment set status = p_to, updated_at = clock_timestamp(),
    moves = moves + case when status = p_to then 0 else 1 end,
    status_at = case when status = p_to then status_at else clock_timestamp() end,
    reason = case when p_sets_reason then p_reason else reason end, tx_hash = coalesce(p_tx_hash, tx_hash),
    finalized = coalesce(p_finalized, finalized), proof = proof || p_proof,
    signed_sealed = coalesce(p_sealed, signed_sealed), fingerprint = coalesce(p_fingerprint, fingerprint)
  where id = p_id returning * into v;
  if p_cause is null and (v_before = p_to or (v_before = 'prepared' and p_to = 'quoted')) then return true; end if;
  set constraints transfer_budgets immediate;
  set constraints transfer_budgets deferred;
  if not payment_tell(v, p_cause, p_more) and v.status <> v_before then
    update payment set status_at = clock_timestamp() where id = p_id; -- after the run's end, however long this waited for it
  end if;
  return true;
end $$`;

/** Records a quote, or the new price of an intent for which nothing is held or signed, and tells it; else changes nothing. */
const paymentQuote = `
create function payment_quote(p_id text, p_tenant text, p_run_id text, p_step_id text, p_generation integer, p_rail text,
  p_network text, p_asset text, p_amount numeric, p_pay_to text, p_sealed bytea, p_service text) returns void
language plpgsql as $$
declare
  v payment;
begin
  insert into payment as p (id, tenant, run_id, step_id, generation, rail, network, asset, amount, pay_to, quote_sealed, service, status)
  values (p_id, p_tenant, p_run_id, p_step_id, p_generation, p_rail, p_network, p_asset, p_amount, p_pay_to, p_sealed, p_service, 'quoted')
  on conflict (id) do update set rail = excluded.rail, network = excluded.network, asset = excluded.asset,
    amount = excluded.amount, pay_to = excluded.pay_to, quote_sealed = excluded.quote_sealed, service = excluded.service,
    moves = p.moves + case when p.status = 'quoted' then 0 else 1 end,
    status_at = case when p.status = 'quoted' then p.status_at else clock_timestamp() end,
    status = 'quoted', reason = null, updated_at = clock_timestamp()
  where p.status in ('quoted', 'rejected') and p.fingerprint is null
  returning * into v;
  if v.id is null then return; end if;
  perform payment_tell(v, concat_ws(':', v.amount, v.pay_to, v.network), jsonb_build_object('generation', v.generation));
end $$`;
