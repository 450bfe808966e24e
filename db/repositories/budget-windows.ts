import type { Queryable } from '../ledger.ts';

/** How one window of a budget stands; minor units as text. `unknown` is a part of `held`. */
export interface WindowRow {
  budget_id: string;
  key: string;
  starts_at: Date;
  carried: string;
  spent: string;
  held: string;
  unknown: string;
}

/** A budget and the window that counts now; null: those of open runs, and of ended runs that still hold something. */
export interface Asked {
  id: string;
  window: { key: string; startsAtMs: number } | null;
}

/**
 * The windows asked for; where one was never used, the newest earlier one, if there is any. One statement, so that the
 * figures fit together.
 */
export async function readWindows(
  db: Queryable,
  tenant: string,
  asked: readonly Asked[],
): Promise<WindowRow[]> {
  const { rows } = await db.query<WindowRow>(
    `with asked as (select * from unnest($1::text[], $2::text[], $3::timestamptz[]) as a (id, key, starts_at)),
     unknown as materialized (
       select h.budget_id, h.window_key, sum(h.amount) as amount
       from payment p join budget_entry h on h.payment_id = p.id and h.kind = 'hold'
       where p.tenant = $4 and p.status = 'unknown' and h.budget_id = any($1)
         and not exists (select from budget_entry c
           where c.transfer_id = h.transfer_id and c.budget_id = h.budget_id and c.kind in ('spend', 'release'))
       group by 1, 2),
     chosen as (
       select w.* from asked a cross join lateral (
         select * from budget_window w where w.budget_id = a.id and (w.key = a.key or w.starts_at < a.starts_at)
         order by w.starts_at desc limit 1) w
       where a.key is not null
       union all
       select w.* from asked a join budget_window w on w.budget_id = a.id
       where a.key is null and (w.held > 0
         or exists (select from run r where r.id = substr(w.key, 5) and r.finished_at is null)))
     select w.budget_id, w.key, w.starts_at, w.carried::text, w.spent::text, w.held::text,
       least(coalesce(u.amount, 0), w.held)::text as unknown
     from chosen w left join unknown u on u.budget_id = w.budget_id and u.window_key = w.key`,
    [
      asked.map(({ id }) => id),
      asked.map(({ window }) => window?.key ?? null),
      asked.map(({ window }) => (window === null ? null : new Date(window.startsAtMs))),
      tenant,
    ],
  );
  return rows;
}

/** Windows of runs that have not ended. */
export async function openWindows(db: Queryable, budgetId: string): Promise<string[]> {
  const { rows } = await db.query<{ key: string }>(
    `select w.key from budget_window w join run r on r.id = substr(w.key, 5)
     where w.budget_id = $1 and w.key like 'run:%' and r.finished_at is null order by 1`,
    [budgetId],
  );
  return rows.map(({ key }) => key);
}
