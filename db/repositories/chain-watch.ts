import type { Queryable } from '../ledger.ts';

/** How far the arrivals of one chain account were read. `since`: what came before was there before Steward looked. */
export interface ChainWatchRow {
  since: number;
  position: number;
}

/**
 * The place from which to look on, for one looker at a time; undefined when somebody looked less than `everyMs` ago. The
 * first look of all notes where it begins.
 */
export async function beginLook(
  db: Queryable,
  account: string,
  finalPosition: number,
  everyMs: number,
): Promise<ChainWatchRow | undefined> {
  const { rows } = await db.query<ChainWatchRow>(
    `insert into chain_watch as w (account, since, position) values ($1, $2, $2)
     on conflict (account) do update set looked_at = clock_timestamp()
       where w.looked_at <= clock_timestamp() - $3 * interval '1 millisecond'
     returning since, position`,
    [account, finalPosition + 1, everyMs],
  );
  return rows[0];
}

/** Everything below `position` was read. A slower looker never takes it back. */
export async function endLook(db: Queryable, account: string, position: number): Promise<void> {
  await db.query('update chain_watch set position = $2 where account = $1 and position < $2', [
    account,
    position,
  ]);
}
