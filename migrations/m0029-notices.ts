import { Migration } from '@mikro-orm/migrations';

/**
 * Notices: what a tenant is told that is no run's, such as an agent that was paused. They have their places on the tenant's feed
 * among the events of runs, under a name of their own in place of a run. The same key is told once.
 */
export class M0029Notices extends Migration {
  override up(): void {
    this.addSql(`
      create function tell_tenant(p_tenant text, p_family text, p_key text, p_type text, p_data jsonb) returns boolean
      language plpgsql as $$
      declare
        v_stream text := 'notices:' || p_tenant;
        v_pos bigint;
      begin
        insert into tenant_feed (tenant, pos) values (p_tenant, 0) on conflict do nothing;
        select pos + 1 into v_pos from tenant_feed where tenant = p_tenant for update;
        if exists (select from event where run_id = v_stream and event_key = p_key) then
          return false;
        end if;
        update tenant_feed set pos = v_pos where tenant = p_tenant;
        insert into event (run_id, seq, event_key, type, data, tenant, family, feed_pos)
        values (v_stream, v_pos::integer, p_key, p_type, p_data, p_tenant, p_family, v_pos);
        perform pg_notify('steward_events', p_tenant || ' ' || v_stream);
        return true;
      end $$`);
  }
}
