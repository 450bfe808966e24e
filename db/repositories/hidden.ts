import { raw } from '@mikro-orm/postgresql';

/** Runs of these families that are not of subject `except` are left out. */
export interface Hidden {
  families: string[];
  except: string;
}

/** Leaves out what belongs to a hidden run: a condition of MikroORM over entities with a `runId`. */
export const notHidden = (hidden: Hidden | undefined): object =>
  hidden === undefined
    ? {}
    : {
        [raw(
          (alias) =>
            `not exists (select from run h where h.id = ${alias}.run_id and h.family = any(?::text[]) and h.subject <> ?)`,
          [`{${hidden.families.map((name) => JSON.stringify(name)).join()}}`, hidden.except],
        )]: [],
      };
