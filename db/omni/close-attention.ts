import type { Queryable } from '../ledger.ts';

/** A person has seen an item. One that is closed already stays as it is, unless only its cause had closed it. */
export const closeAttention = async (
  db: Queryable,
  { tenant, id, by }: { tenant: string; id: string; by: string },
): Promise<void> =>
  void (await db.query(
    `update attention set resolved_at = clock_timestamp(), resolved_by = $3, note = 'acknowledged'
     where tenant = $1 and id = $2 and (resolved_at is null or resolved_by = 'system')`,
    [tenant, id, by],
  ));
