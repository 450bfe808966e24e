import { raw } from '@mikro-orm/postgresql';
import type { Queryable } from '../ledger.ts';

/** Runs of these families that are not of subject `except` are left out. */
export interface Hidden {
  families: string[];
  except: string;
}

/** Leaves out what belongs to a hidden run, or to none: a condition of MikroORM over entities with a `runId`. */
export const notHidden = (hidden: Hidden | undefined): object =>
  hidden === undefined
    ? {}
    : {
        [raw(
          (alias) =>
            `${alias}.run_id is not null and not exists (select from run h where h.id = ${alias}.run_id and h.family = any(?::text[]) and h.subject <> ?)`,
          [`{${hidden.families.map((name) => JSON.stringify(name)).join()}}`, hidden.except],
        )]: [],
      };

/** Which of these runs of a tenant are not hidden. */
export async function visibleRuns(
  db: Queryable,
  tenant: string,
  ids: readonly string[],
  { families, except }: Hidden,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    'select id from run where id = any($1) and tenant = $2 and (family <> all($3) or subject = $4)',
    [ids, tenant, families, except],
  );
  return rows.map(({ id }) => id);
}
