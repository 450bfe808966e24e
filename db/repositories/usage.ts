import type { Queryable } from '../ledger.ts';

/** A call of a model for a run. The key says which call of the run it is; `try` counts its repetitions. */
export interface NewModelUse {
  id: string;
  tenant: string;
  runId: string;
  key: string;
  try: number;
  provider: string;
  model: string;
  /** The most tokens that it may use. */
  most: number;
}

export interface ModelUseRow {
  id: string;
  run_id: string;
  key: string;
  try: number;
  provider: string;
  model: string;
  state: 'held' | 'asked' | 'settled' | 'released';
  most: number;
  input_tokens: number | null;
  output_tokens: number | null;
  /** False where the provider did not say what was used, and the most counts. */
  told: boolean;
  cost_micro_usd: string | null;
  at: Date;
}

const COLUMNS = `id, run_id, key, try, provider, model, state, most, input_tokens, output_tokens, told,
  cost_micro_usd::text, at`;

/** False when the row is there already. */
export async function insertModelUse(db: Queryable, use: NewModelUse): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into model_use (id, tenant, run_id, key, try, provider, model, most)
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing`,
    [use.id, use.tenant, use.runId, use.key, use.try, use.provider, use.model, use.most],
  );
  return rowCount === 1;
}

/** The newest try of a call. */
export async function lastModelUse(
  db: Queryable,
  runId: string,
  key: string,
): Promise<ModelUseRow | undefined> {
  const { rows } = await db.query<ModelUseRow>(
    `select ${COLUMNS} from model_use where run_id = $1 and key = $2 order by try desc limit 1`,
    [runId, key],
  );
  return rows[0];
}

/** The request is about to be sent. False when another has said so of this try, or it has ended. */
export async function markAsked(db: Queryable, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update model_use set state = 'asked' where id = $1 and state = 'held'`,
    [id],
  );
  return rowCount === 1;
}

/** What a call used; `told`: the provider says so. */
export interface Used {
  input: number;
  output: number;
  told: boolean;
  /** Millionths of a US dollar. */
  cost: bigint | undefined;
}

/** Spends what was used and gives back the rest, once; false when the try has ended already. */
export async function settleModelUse(db: Queryable, id: string, used: Used): Promise<boolean> {
  const { rows } = await db.query<{ closed: boolean }>(
    `select model_use_close($1, 'settled', $2, $3, $4, $5) as closed`,
    [id, used.input, used.output, used.told, used.cost?.toString() ?? null],
  );
  return rows[0]!.closed;
}

/** Gives everything back: the model has certainly not been asked. */
export async function releaseModelUse(db: Queryable, id: string): Promise<boolean> {
  const { rows } = await db.query<{ closed: boolean }>(
    `select model_use_close($1, 'released', null, null, false, null) as closed`,
    [id],
  );
  return rows[0]!.closed;
}

/**
 * What calls that nobody came back to hold: given back where the model was not asked, else counted as their maximum. One by
 * one, so that each takes its windows in their order.
 */
export async function closeAbandoned(db: Queryable): Promise<void> {
  const { rows } = await db.query<Pick<ModelUseRow, 'id'>>(
    `select id from model_use where state in ('held', 'asked') and at < now() - interval '1 hour' order by at limit 100`,
  );
  for (const { id } of rows)
    await db.query(
      `select case state
           when 'held' then model_use_close(id, 'released', null, null, false, null)
           else model_use_close(id, 'settled', most, 0, false, null) end
       from (select * from model_use where id = $1 and state in ('held', 'asked') for update skip locked) u`,
      [id],
    );
}

const MOST_SHOWN = 50;

/** The last calls for each run, oldest first. */
export async function modelUsesOf(
  db: Queryable,
  runIds: readonly string[],
): Promise<Map<string, ModelUseRow[]>> {
  const { rows } = await db.query<ModelUseRow>(
    `select u.* from unnest($1::text[]) r (id) cross join lateral (
       select ${COLUMNS} from model_use where run_id = r.id order by at desc, id desc limit ${MOST_SHOWN}) u
     order by u.at, u.id`,
    [runIds],
  );
  return Map.groupBy(rows, ({ run_id: id }) => id);
}
