import { randomUUID } from 'node:crypto';
import type { Queryable } from '../ledger.ts';

/** Who used the key for what: the primary key of a claim. */
export interface ClaimKey {
  tenant: string;
  caller: string;
  route: string;
  key: string;
}

/**
 * One try's hold on a key. When the claim runs out, the next try may take it over with a token of its own. From then on
 * nothing that is written under the old token counts.
 */
export interface Hold {
  key: ClaimKey;
  token: string;
}

export type ClaimResult =
  /** The request is ours to work on; `runId` when an earlier try got as far as creating a run. */
  | { kind: 'claimed'; token: string; runId: string | null }
  /** The request was answered before; `sealed` is the answer, base64 of sealed bytes. */
  | { kind: 'answered'; sealed: string }
  | { kind: 'in_progress' }
  | { kind: 'other_body' };

interface Row {
  mine: boolean;
  body_hash: string;
  run_id: string | null;
  answer: { sealed: string } | null;
}

/**
 * Claims the key for `lockMs`. A claim whose worker vanished is taken over; one that is older than a day begins anew,
 * unless it made a run whose outcome nobody has told yet. While a holder is inside its transaction it has the row locked and
 * counts as at work, however long ago it claimed. Nobody waits for that lock, so a row is inserted only where none is seen:
 * a conflict would wait.
 */
export async function claimKey(
  db: Queryable,
  key: ClaimKey,
  bodyHash: string,
  lockMs: number,
): Promise<ClaimResult> {
  const token = randomUUID();
  const { rows } = await db.query<Row>({
    name: 'idempotency_claim',
    text: `with made as (
        insert into idempotency (tenant, caller, route, key, body_hash, token, locked_until, expires_at)
        select $1, $2, $3, $4, $5, $6, now() + $7 * interval '1 millisecond', now() + interval '24 hours'
        where not exists (select from idempotency where (tenant, caller, route, key) = ($1, $2, $3, $4))
        on conflict do nothing
        returning body_hash, run_id, answer
      ), free as (
        select tenant, caller, route, key from idempotency i
        where (tenant, caller, route, key) = ($1, $2, $3, $4)
          and ((i.expires_at < now() and (i.answer is not null or i.run_id is null))
            or (i.body_hash = $5 and i.answer is null and i.locked_until < now()))
        for update skip locked
      ), taken as (
        update idempotency i set
          body_hash = $5, token = $6, locked_until = now() + $7 * interval '1 millisecond', expires_at = now() + interval '24 hours',
          run_id = case when i.expires_at < now() and i.answer is not null then null else i.run_id end,
          answer = null
        from free f where (i.tenant, i.caller, i.route, i.key) = (f.tenant, f.caller, f.route, f.key)
        returning i.body_hash, i.run_id, i.answer
      )
      select true as mine, * from made
      union all
      select true, * from taken
      union all
      select false, body_hash, run_id, answer from idempotency
      where (tenant, caller, route, key) = ($1, $2, $3, $4)
        and not exists (select from made) and not exists (select from taken)`,
    values: [...pk(key), bodyHash, token, lockMs],
  });
  const row = rows[0];
  if (row === undefined) return { kind: 'in_progress' }; // inserted by another after our statement began
  if (row.mine) return { kind: 'claimed', token, runId: row.run_id };
  if (row.body_hash !== bodyHash) return { kind: 'other_body' };
  return row.answer === null ? { kind: 'in_progress' } : { kind: 'answered', sealed: row.answer.sealed };
}

/** Locks the claim's row while it is ours and unanswered. While another transaction has it locked, it counts as lost. */
const HELD = `select from idempotency
  where (tenant, caller, route, key) = ($1, $2, $3, $4) and token = $5 and answer is null
  for update skip locked`;

const values = ({ key, token }: Hold): string[] => [...pk(key), token];

/**
 * True while the claim is ours. In a transaction it then stays ours until the end, because a locked row is not taken
 * over.
 */
export async function lockHold(db: Queryable, hold: Hold): Promise<boolean> {
  const { rowCount } = await db.query(HELD, values(hold));
  return rowCount === 1;
}

/** Ties the claim to its run, as the first statement of the run's transaction. False when the claim is another's now. */
export const bindRun = (db: Queryable, hold: Hold, runId: string): Promise<boolean> =>
  writeWhileHeld(db, hold, 'run_id', runId);

/** False when the claim belongs to another try now, whose answer counts. */
export const storeAnswer = (db: Queryable, hold: Hold, sealed: string): Promise<boolean> =>
  writeWhileHeld(db, hold, 'answer', JSON.stringify({ sealed }));

async function writeWhileHeld(
  db: Queryable,
  hold: Hold,
  column: 'run_id' | 'answer',
  value: string,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: `idempotency_${column}`,
    text: `with held as (${HELD})
      update idempotency set ${column} = $6
      where (tenant, caller, route, key) = ($1, $2, $3, $4) and exists (select from held)`,
    values: [...values(hold), value],
  });
  return rowCount === 1;
}

/**
 * Gives up the key after a failed try. The key is free again or, when the try made a run, open to the next try at once.
 * False when the claim belongs to another try now.
 */
export async function releaseKey(db: Queryable, hold: Hold): Promise<boolean> {
  const { rows } = await db.query<{ ours: boolean }>(
    `with held as (${HELD}), gone as (
       delete from idempotency
       where (tenant, caller, route, key) = ($1, $2, $3, $4) and run_id is null and exists (select from held)
       returning key
     ), opened as (
       update idempotency set locked_until = now()
       where (tenant, caller, route, key) = ($1, $2, $3, $4) and run_id is not null and exists (select from held)
       returning key
     )
     select exists (select from gone) or exists (select from opened) as ours`,
    values(hold),
  );
  return rows[0]!.ours;
}

/** Frees the key of a try that has made no run: true when it did. Else the claim stays as it is, or is another's by now. */
export async function freeUnstarted(db: Queryable, hold: Hold): Promise<boolean> {
  const { rowCount } = await db.query(
    `with held as (${HELD})
     delete from idempotency
     where (tenant, caller, route, key) = ($1, $2, $3, $4) and run_id is null and exists (select from held)`,
    values(hold),
  );
  return rowCount === 1;
}

/**
 * The state of the request that made a run: at work, answered, or abandoned. Locks it, so that the state holds until
 * the transaction ends.
 */
export async function lockRequestOf(client: Queryable, runId: string): Promise<'busy' | 'answered' | 'idle'> {
  const busy = `answer is null and coalesce(locked_until > clock_timestamp(), false)`;
  // A claim that is held is not locked: its holder would count it as lost.
  const { rows } = await client.query<{ answered: boolean }>(
    `select answer is not null as answered from idempotency where run_id = $1 and not (${busy}) for update`,
    [runId],
  );
  if (rows.some(({ answered }) => answered)) return 'answered';
  const { rowCount } = await client.query(`select from idempotency where run_id = $1 and ${busy}`, [runId]);
  return rowCount === 0 ? 'idle' : 'busy';
}

/** After a start was called off: an identical request may start anew, and the old claim is lost. */
export async function releaseRun(client: Queryable, runId: string): Promise<void> {
  await client.query('delete from idempotency where run_id = $1 and answer is null', [runId]);
}

const pk = ({ tenant, caller, route, key }: ClaimKey): string[] => [tenant, caller, route, key];
