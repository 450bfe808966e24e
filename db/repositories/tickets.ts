import type { JsonObject } from '../../schemas/core/json.ts';
import type { Queryable } from '../ledger.ts';

export async function insertTicket(
  db: Queryable,
  hash: string,
  principal: JsonObject,
  expiresAt: Date,
): Promise<void> {
  await db.query('insert into stream_ticket (hash, principal, expires_at) values ($1, $2, $3)', [
    hash,
    JSON.stringify(principal),
    expiresAt,
  ]);
}

/** Uses the ticket up: of two callers at once, one gets it. Answers the principal as it was stored. */
export async function takeTicket(db: Queryable, hash: string): Promise<unknown> {
  const { rows } = await db.query<{ principal: unknown }>(
    'delete from stream_ticket where hash = $1 and expires_at > now() returning principal',
    [hash],
  );
  return rows[0]?.principal;
}
