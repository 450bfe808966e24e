import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { Database } from '../database.ts';
import type { Queryable } from '../ledger.ts';

/** One line of a tenant's audit chain. */
export interface AuditEntry {
  tenant: string;
  actor: string;
  action: string;
  object: string;
  data: JsonObject;
}

interface Waiting {
  entry: AuditEntry;
  provided: (client: Queryable) => Promise<boolean>;
  resolve(written: boolean): void;
  reject(error: unknown): void;
}

export interface Auditor {
  /**
   * Resolves once the line is committed. `provided` runs first, in the same transaction; when it answers false, no line is
   * written and this resolves to false.
   */
  append(entry: AuditEntry, provided?: (client: Queryable) => Promise<boolean>): Promise<boolean>;
}

const always = (): Promise<boolean> => Promise.resolve(true);

/** `previous_hash` of the first line of a chain. */
export const GENESIS = '0'.repeat(64);
const LARGEST_GROUP = 200;

/** Lines are chained, so writers queue up: within a process as groups, between processes under an advisory lock. */
export function createAuditor(db: Database): Auditor {
  const queue: Waiting[] = [];
  let writing = false;
  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const group = queue.splice(0, LARGEST_GROUP);
      await writeGroup(db, group).then(
        (written) => group.forEach((waiting) => waiting.resolve(written.has(waiting))),
        (error: unknown) => group.forEach(({ reject }) => reject(error)),
      );
    }
    writing = false;
  };
  return {
    append: (entry, provided = always) =>
      new Promise((resolve, reject) => {
        queue.push({ entry, provided, resolve, reject });
        if (writing) return;
        writing = true;
        void drain();
      }),
  };
}

/** Returns those of the group whose lines were written. */
async function writeGroup(db: Database, group: readonly Waiting[]): Promise<Set<Waiting>> {
  return db.transaction(async (client) => {
    const written = new Set<Waiting>();
    for (const waiting of group) if (await waiting.provided(client)) written.add(waiting);
    if (written.size > 0)
      await writeLines(
        client,
        Array.from(written, ({ entry }) => entry),
      );
    return written;
  });
}

async function writeLines(client: Queryable, entries: readonly AuditEntry[]): Promise<void> {
  const tenants = [...new Set(entries.map(({ tenant }) => tenant))];
  await client.query(
    `select pg_advisory_xact_lock(k) from (select hashtextextended('audit:' || t, 0) as k from unnest($1::text[]) t order by 1) keys`,
    [tenants],
  );
  const heads = await readHeads(client, tenants);
  const ids = await takeIds(client, entries.length);
  const rows = entries.map((entry, index) => chain(ids[index]!, entry, heads));
  await client.query(
    `insert into audit (id, tenant, actor, action, object, data, at, previous_hash, hash) overriding system value
     select r.id, r.tenant, r.actor, r.action, r.object, r.data, r.at, r.previous_hash, r.hash
     from jsonb_to_recordset($1) r (id bigint, tenant text, actor text, action text, object text, data jsonb,
       at timestamptz, previous_hash text, hash text) order by r.id`,
    [JSON.stringify(rows)],
  );
}

async function readHeads(client: Queryable, tenants: string[]): Promise<Map<string, string>> {
  const { rows } = await client.query<{ tenant: string; hash: string }>(
    `select t.tenant, h.hash from unnest($1::text[]) t (tenant)
     cross join lateral (select hash from audit a where a.tenant = t.tenant order by id desc limit 1) h`,
    [tenants],
  );
  return new Map(rows.map(({ tenant, hash }) => [tenant, hash]));
}

/** Takes the ids before the lines are hashed, since the hash includes the id. Under the chain's lock ids grow along the chain. */
async function takeIds(client: Queryable, count: number): Promise<number[]> {
  const { rows } = await client.query<{ id: number }>(
    `select nextval('audit_id_seq') as id from generate_series(1, $1)`,
    [count],
  );
  return rows.map(({ id }) => id).toSorted((one, other) => one - other);
}

type Chained = AuditEntry & { id: number; at: string; previous_hash: string; hash: string };

function chain(id: number, entry: AuditEntry, heads: Map<string, string>): Chained {
  const previous_hash = heads.get(entry.tenant) ?? GENESIS;
  const at = new Date().toISOString();
  const hash = hashLine(previous_hash, { ...entry, id, at });
  heads.set(entry.tenant, hash);
  return { ...entry, id, at, previous_hash, hash };
}

/** hash = sha256(previous hash followed by the line as RFC 8785 JSON). Older lines were hashed without their id. */
export function hashLine(
  previous: string,
  { id, tenant, actor, action, object, data, at }: AuditEntry & { id?: number; at: string },
): string {
  const said = { tenant, actor, action, object, data, at, ...(id === undefined ? {} : { id }) };
  const line = canonicalize(said) ?? '';
  return createHash('sha256').update(previous).update(line).digest('hex');
}
