import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';

/** `holder` says for whom the ticket stands, not what the holder may do. */
export async function insertTicket(
  db: Queryable,
  hash: string,
  holder: JsonObject,
  expiresAt: Date,
): Promise<void> {
  await db.query('insert into stream_ticket (hash, holder, expires_at) values ($1, $2, $3)', [
    hash,
    JSON.stringify(holder),
    expiresAt,
  ]);
}

/** Uses the ticket up, so that only one of two callers at once gets it. Answers the stored holder. */
export async function takeTicket(db: Queryable, hash: string): Promise<unknown> {
  const { rows } = await db.query<{ holder: unknown }>(
    'delete from stream_ticket where hash = $1 and expires_at > now() returning holder',
    [hash],
  );
  return rows[0]?.holder;
}
