import type { Queryable } from '../ledger.ts';

/** The first claim of a proof wins, for ever; the same use may claim it again. */
export async function claimProof(
  db: Queryable,
  { id, kind, usedBy }: { id: string; kind: 'consent'; usedBy: string },
): Promise<boolean> {
  await db.query(
    `insert into chain_proof (id, kind, used_by) values ($1, $2, $3) on conflict (id) do nothing`,
    [id, kind, usedBy],
  );
  const { rows } = await db.query<{ used_by: string }>(`select used_by from chain_proof where id = $1`, [id]);
  return rows[0]?.used_by === usedBy;
}
