import { raw } from '@mikro-orm/postgresql';
import type { Queryable } from '../ledger.ts';

/** Leaves out runs that are neither of the subject `except` nor of a family that shares its runs. */
export interface Hidden {
  shared: string[];
  except: string;
}

/** Leaves out rows that belong to a hidden run, or to no run: a MikroORM condition for entities with a `runId`. */
export const notHidden = (hidden: Hidden | undefined): object =>
  hidden === undefined
    ? {}
    : {
        [raw(
          (alias) =>
            `exists (select from run h where h.id = ${alias}.run_id and (h.subject = ? or h.family = any(?::text[])))`,
          [hidden.except, `{${hidden.shared.map((name) => JSON.stringify(name)).join()}}`],
        )]: [],
      };

/** Which of these runs of a tenant are not hidden. */
export async function visibleRuns(
  db: Queryable,
  tenant: string,
  ids: readonly string[],
  { shared, except }: Hidden,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from run where id = any($1) and tenant = $2 and (family = any($3) or subject = $4)',
    [ids, tenant, shared, except],
  );
  return rows.map(({ id }) => id);
}
