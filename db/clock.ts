import type { Queryable } from './ledger.ts';

/** The database's time, ms since epoch: one clock for all processes, also inside a transaction that lasts. */
export async function databaseNow(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]!.now.getTime();
}
