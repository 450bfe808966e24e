import type { Queryable } from '../ledger.ts';

/** Who used the key for what: the primary key of a claim. */
export interface ClaimKey {
  tenant: string;
  caller: string;
  route: string;
  key: string;
}

export type ClaimResult =
  /** Ours to work on; `runId` when an earlier try got as far as creating a run. */
  | { kind: 'claimed'; runId: string | null }
  /** Answered before; `sealed` is the answer, base64 of sealed bytes. */
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
 * unless it made a run whose outcome nobody has told yet.
 */
export async function claimKey(
  db: Queryable,
  key: ClaimKey,
  bodyHash: string,
  lockMs: number,
): Promise<ClaimResult> {
  const { rows } = await db.query<Row>({
    name: 'idempotency_claim',
    text: `with claimed as (
        insert into idempotency as i (tenant, caller, route, key, body_hash, locked_until, expires_at)
        values ($1, $2, $3, $4, $5, now() + $6 * interval '1 millisecond', now() + interval '24 hours')
        on conflict (tenant, caller, route, key) do update set
          body_hash = excluded.body_hash, locked_until = excluded.locked_until, expires_at = excluded.expires_at,
          run_id = case when i.expires_at < now() and i.answer is not null then null else i.run_id end,
          answer = null
        where (i.expires_at < now() and (i.answer is not null or i.run_id is null))
           or (i.body_hash = excluded.body_hash and i.answer is null and i.locked_until < now())
        returning i.body_hash, i.run_id, i.answer
      )
      select true as mine, * from claimed
      union all
      select false, body_hash, run_id, answer from idempotency
      where (tenant, caller, route, key) = ($1, $2, $3, $4) and not exists (select from claimed)`,
    values: [key.tenant, key.caller, key.route, key.key, bodyHash, lockMs],
  });
  const row = rows[0];
  if (row === undefined) return { kind: 'in_progress' }; // inserted by another after our statement began
  if (row.mine) return { kind: 'claimed', runId: row.run_id };
  if (row.body_hash !== bodyHash) return { kind: 'other_body' };
  return row.answer === null ? { kind: 'in_progress' } : { kind: 'answered', sealed: row.answer.sealed };
}

/** Ties the claim to the run made for it, in the run's own transaction. */
export async function bindRun(db: Queryable, key: ClaimKey, runId: string): Promise<void> {
  await db.query('update idempotency set run_id = $5 where (tenant, caller, route, key) = ($1, $2, $3, $4)', [
    ...pk(key),
    runId,
  ]);
}

export async function storeAnswer(db: Queryable, key: ClaimKey, sealed: string): Promise<void> {
  await db.query(
    'update idempotency set answer = $5 where (tenant, caller, route, key) = ($1, $2, $3, $4) and answer is null',
    [...pk(key), JSON.stringify({ sealed })],
  );
}

/** Nothing came of it: the key is free again, or, when a run exists, open for the next try at once. */
export async function releaseKey(db: Queryable, key: ClaimKey): Promise<void> {
  await db.query(
    `with gone as (delete from idempotency where (tenant, caller, route, key) = ($1, $2, $3, $4) and run_id is null and answer is null)
     update idempotency set locked_until = now()
     where (tenant, caller, route, key) = ($1, $2, $3, $4) and run_id is not null and answer is null`,
    pk(key),
  );
}

/** After a start was given up, an identical request may start anew. */
export async function releaseRun(db: Queryable, runId: string): Promise<void> {
  await db.query('delete from idempotency where run_id = $1 and answer is null', [runId]);
}

const pk = ({ tenant, caller, route, key }: ClaimKey): string[] => [tenant, caller, route, key];
