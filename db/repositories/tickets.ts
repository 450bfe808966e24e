import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';

/** `holder` says for whom the ticket stands, never what that one may do. */
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

/** Uses the ticket up: of two callers at once, one gets it. Answers its holder as it was stored. */
export async function takeTicket(db: Queryable, hash: string): Promise<unknown> {
  const { rows } = await db.query<{ holder: unknown }>(
    'delete from stream_ticket where hash = $1 and expires_at > now() returning holder',
    [hash],
  );
  return rows[0]?.holder;
}
