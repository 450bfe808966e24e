import type { EventType } from '../../schemas/core/event.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';

/** A stored event. `feed_pos` counts on the tenant's feed as `seq` does on the run. */
export interface EventRow {
  run_id: string;
  seq: number;
  type: EventType;
  data: JsonObject;
  at: Date;
  tenant: string;
  family: string;
  feed_pos: number;
  /** Of its run. Set on feeds, where it decides who sees the event; null for notices, which are for everybody. */
  subject?: string | null;
}

const COLUMNS = 'e.run_id, e.seq, e.type, e.data, e.at, e.tenant, e.family, e.feed_pos';

/** Events of many runs after the known position of each, in order; at most `limit` in all. */
export async function readRunEvents(
  db: Queryable,
  known: ReadonlyMap<string, number>,
  limit: number,
): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>({
    name: 'events_of_runs',
    text: `select ${COLUMNS} from unnest($1::text[], $2::int[]) k (id, seq)
           join event e on e.run_id = k.id and e.seq > k.seq order by e.run_id, e.seq limit $3`,
    values: [[...known.keys()], [...known.values()], limit],
  });
  return rows;
}

/** Events of tenants' feeds after the known position of each, in order; at most `limit` for each tenant. */
export async function readFeeds(
  db: Queryable,
  known: ReadonlyMap<string, number>,
  limit: number,
): Promise<EventRow[]> {
  const { rows } = await db.query<EventRow>({
    name: 'events_of_feeds',
    text: `select x.* from unnest($1::text[], $2::bigint[]) k (tenant, pos)
           cross join lateral (
             select ${COLUMNS}, r.subject from event e left join run r on r.id = e.run_id
             where e.tenant = k.tenant and e.feed_pos > k.pos order by e.feed_pos limit $3
           ) x order by x.tenant, x.feed_pos`,
    values: [[...known.keys()], [...known.values()], limit],
  });
  return rows;
}

/** Where a tenant's feed is now; 0 before its first event. */
export async function feedPosition(db: Queryable, tenant: string): Promise<number> {
  const { rows } = await db.query<{ pos: number }>('select pos from tenant_feed where tenant = $1', [tenant]);
  return rows[0]?.pos ?? 0;
}

/** Keys of a run's events that begin like this. Their events need not be written again. */
export async function eventKeys(db: Queryable, runId: string, prefix: string): Promise<Set<string>> {
  const { rows } = await db.query<{ event_key: string }>(
    'select event_key from event where run_id = $1 and starts_with(event_key, $2)',
    [runId, prefix],
  );
  return new Set(rows.map((row) => row.event_key));
}
