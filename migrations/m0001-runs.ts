import { Migration } from '@mikro-orm/migrations';

/** Runs, their projection, their events and the tenant feed (architecture decisions 1-3). */
export class M0001Runs extends Migration {
  override up(): void {
    this.createRuns();
    this.createEvents();
    this.addSql(journalAppend);
  }

  private createRuns(): void {
    this.addSql(`create aggregate jsonb_merge(jsonb) (sfunc = jsonb_concat, stype = jsonb, initcond = '{}')`);
    this.addSql(`
      create table run (
        id text primary key,
        tenant text not null,
        family text not null,
        kind text not null,
        subject text not null,
        status text not null default 'created',
        input_sealed bytea not null,
        settings jsonb not null default '{}',
        view jsonb not null default '{}',
        last_seq integer not null default 0,
        workflow_id text not null,
        temporal_run_id text,
        start_state text not null default 'pending'
          check (start_state in ('pending', 'started', 'start_unknown', 'abandoned')),
        created_at timestamptz(3) not null default now(),
        started_at timestamptz(3),
        finished_at timestamptz(3),
        updated_at timestamptz(3) not null default now()
      ) with (fillfactor = 70)`);
    this.addSql(`create index run_newest on run (tenant, created_at desc, id desc)`);
    this.addSql(`create index run_subject on run (tenant, family, subject, created_at desc, id desc)`);
    this.addSql(
      `create index run_not_started on run (created_at) where start_state in ('pending', 'start_unknown')`,
    );
    this.addSql(`
      create table run_step (
        run_id text not null references run (id) on delete cascade,
        step_id text not null,
        status text not null default 'pending',
        data jsonb not null default '{}',
        primary key (run_id, step_id)
      ) with (fillfactor = 70)`);
    this.addSql(`
      create table approval (
        id text primary key,
        run_id text not null references run (id) on delete cascade,
        tenant text not null,
        status text not null default 'pending',
        data jsonb not null default '{}',
        requested_at timestamptz(3) not null default now(),
        decided_at timestamptz(3),
        decided_by text
      )`);
    this.addSql(`create index approval_inbox on approval (tenant, status, requested_at desc, id)`);
    this.addSql(`create index approval_run on approval (run_id, requested_at desc)`);
  }

  private createEvents(): void {
    this.addSql(`
      create table event (
        run_id text not null,
        seq integer not null,
        event_key text not null,
        type text not null,
        data jsonb not null,
        at timestamptz(3) not null default clock_timestamp(),
        tenant text not null,
        family text not null,
        feed_pos bigint not null,
        primary key (run_id, seq),
        constraint event_key_once unique (run_id, event_key)
      )`);
    this.addSql(`create unique index event_feed on event (tenant, feed_pos)`);
    this.addSql(`create table tenant_feed (tenant text primary key, pos bigint not null)`);
  }
}

/**
 * Appends events of many runs in one round trip and moves their projections with them.
 * Input: [{run_id, key, type, data, status?, view?, step?: {id, status?, data?}, approval?: {id, status?, data?, by?}}].
 * Run rows are locked in id order first, so the statement that follows sees every committed event of them: keys that
 * are there already are skipped, the others are numbered on. The tenant counter is taken in the same transaction, in
 * tenant order. A run.running event gets the plan of the projection. After a terminal event appends are refused and reported, never silently dropped.
 * Returns one row a run: the last seq, how many were written and how many refused (a missing run refuses all).
 */
const journalAppend = `
create function journal_append(p_events jsonb)
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
  ), ending as (
    select a.run_id, min(a.ord) as ord from absent a
    where a.status in ('completed', 'failed', 'cancelled') group by a.run_id
  ), fresh as (
    select a.*, r.tenant, r.family, r.view as view_before, r.last_seq + row_number() over (partition by a.run_id order by a.ord)::integer as seq
    from absent a join run r on r.id = a.run_id left join ending x on x.run_id = a.run_id
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
    left join absent a on a.run_id = i.run_id and a.key = i.key
    left join fresh f on f.run_id = i.run_id and f.key = i.key
  group by i.run_id;
end $$`;
