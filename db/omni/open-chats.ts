import type { Queryable } from '../ledger.ts';

/** Which of these runs have not ended. */
export async function openRunIds(db: Queryable, runIds: readonly string[]): Promise<string[]> {
  if (runIds.length === 0) return [];
  const { rows } = await db.query<{ id: string }>(
    'select id from run where id = any($1) and finished_at is null',
    [runIds],
  );
  return rows.map(({ id }) => id);
}
