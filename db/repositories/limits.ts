import type { Queryable } from '../ledger.ts';

/** The result of a lease: tokens to spend, and what the caller has left over all processes until the window ends. */
export interface Lease {
  granted: number;
  remaining: number;
  endsInMs: number;
}

/** Takes up to `want` tokens of the caller's current minute, shared by every API process. */
export async function leaseTokens(
  db: Queryable,
  caller: string,
  limit: number,
  want: number,
): Promise<Lease> {
  const { rows } = await db.query<{ used: number | null; left_ms: number }>({
    name: 'rate_lease',
    text: `with clock as (select date_trunc('minute', clock_timestamp()) as start, clock_timestamp() as at),
      taken as (
        insert into rate_window as w (caller, window_start, used) select $1, start, $3 from clock
        on conflict (caller, window_start) do update set used = w.used + excluded.used where w.used < $2
        returning used
      )
      select (select used from taken) as used,
        extract(epoch from (start + interval '1 minute' - at))::float8 * 1000 as left_ms from clock`,
    values: [caller, limit, want],
  });
  const { used, left_ms } = rows[0]!;
  if (used === null) return { granted: 0, remaining: 0, endsInMs: left_ms };
  const granted = Math.max(0, want - Math.max(0, used - limit));
  return { granted, remaining: Math.max(0, limit - used), endsInMs: left_ms };
}
