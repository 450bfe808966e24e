import type { Queryable } from '../ledger.ts';
import { closeAbandoned } from './usage.ts';

/** Deletes what has expired. Keeps Idempotency-Keys whose request is under way or has an unknown outcome. */
export async function purgeExpired(db: Queryable): Promise<void> {
  await db.query(`delete from rate_window where window_start < now() - interval '5 minutes'`);
  await db.query(`delete from stream_ticket where expires_at < now()`);
  await db.query(
    `delete from idempotency where (tenant, caller, route, key) in (
       select tenant, caller, route, key from idempotency
       where expires_at < now() and (answer is not null or (run_id is null and locked_until < now()))
       for update skip locked)`,
  );
  await closeAbandoned(db);
}
