import type { Queryable } from '../ledger.ts';

/** The newest line of a tenant's audit chain at some moment. The chain must keep that line for ever. */
export interface AuditHead {
  line: number;
  hash: string;
  at: Date;
}

/** A head that was signed on schedule, at `at`. */
export interface AuditAnchor extends AuditHead {
  tenant: string;
  public_key: string;
  signature: string;
}

/** Every tenant that has audit lines, found by the index without reading all lines. */
const TENANTS = `
  with recursive t (tenant) as (
    (select tenant from audit order by tenant limit 1)
    union all
    select (select a.tenant from audit a where a.tenant > t.tenant order by a.tenant limit 1) from t where t.tenant is not null
  ) select tenant from t where tenant is not null`;

const ANCHORING = 7_236_773; // the advisory lock of the process that makes anchors

/**
 * The heads to anchor: those of chains that grew since their last anchor and have none in this interval yet. Locks out
 * other processes until the transaction ends; empty while another process has the lock.
 */
export async function dueHeads(
  client: Queryable,
  everyMs: number,
): Promise<{ tenant: string; line: number; hash: string }[]> {
  const { rows: held } = await client.query<{ ours: boolean }>(
    'select pg_try_advisory_xact_lock($1) as ours',
    [ANCHORING],
  );
  if (held[0]?.ours !== true) return [];
  const { rows } = await client.query<{ tenant: string; line: number; hash: string }>(
    `select t.tenant, h.line, h.hash from (${TENANTS}) t
     cross join lateral (select id as line, hash from audit a where a.tenant = t.tenant order by id desc limit 1) h
     left join lateral (select line, at from audit_anchor k where k.tenant = t.tenant order by line desc limit 1) k on true
     where k.line is null or (k.line < h.line
       and floor(extract(epoch from k.at) * 1000 / $1) < floor(extract(epoch from now()) * 1000 / $1))`,
    [everyMs],
  );
  return rows;
}

export async function keepAnchors(client: Queryable, anchors: readonly AuditAnchor[]): Promise<void> {
  await client.query(
    `insert into audit_anchor (tenant, line, hash, at, public_key, signature)
     select * from jsonb_to_recordset($1) r (tenant text, line bigint, hash text, at timestamptz, public_key text, signature text)`,
    [JSON.stringify(anchors)],
  );
}

/** The database's clock, the same that decides what is due. */
export async function databaseTime(client: Queryable): Promise<Date> {
  const { rows } = await client.query<{ at: Date }>('select now()::timestamptz(3) as at');
  return rows[0]!.at;
}

/** A tenant's newest line; null while it has none. */
export async function readHead(db: Queryable, tenant: string): Promise<AuditHead | null> {
  const { rows } = await db.query<AuditHead>(
    'select id as line, hash, at from audit where tenant = $1 order by id desc limit 1',
    [tenant],
  );
  return rows[0] ?? null;
}

/** The head that a run's final receipt names: the newest one when the receipt is first made, then always the same. */
export async function pinHead(db: Queryable, run: { id: string; tenant: string }): Promise<AuditHead | null> {
  await db.query(
    `insert into receipt_anchor (run_id, tenant, line, hash, at)
     select $1, $2, h.id, h.hash, h.at from (select) one
     left join lateral (select id, hash, at from audit where tenant = $2 order by id desc limit 1) h on true
     on conflict do nothing`,
    [run.id, run.tenant],
  );
  const { rows } = await db.query<{ line: number | null; hash: string; at: Date }>(
    'select line, hash, at from receipt_anchor where run_id = $1',
    [run.id],
  );
  const [{ line, hash, at } = { line: null, hash: '', at: new Date(0) }] = rows;
  return line === null ? null : { line, hash, at };
}
