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
   * Resolves once the line is committed. With `provided` the line is written in one transaction with what that does, or
   * not at all where it says false.
   */
  append(entry: AuditEntry, provided?: (client: Queryable) => Promise<boolean>): Promise<boolean>;
}

const always = (): Promise<boolean> => Promise.resolve(true);

const GENESIS = '0'.repeat(64);
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

/** Answers whose lines were written. */
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
  const rows = entries.map((entry) => chain(entry, heads));
  await client.query(
    `insert into audit (tenant, actor, action, object, data, at, previous_hash, hash)
     select r.tenant, r.actor, r.action, r.object, r.data, r.at, r.previous_hash, r.hash
     from jsonb_to_recordset($1) r (ord int, tenant text, actor text, action text, object text, data jsonb,
       at timestamptz, previous_hash text, hash text) order by r.ord`,
    [JSON.stringify(rows.map((row, ord) => ({ ord, ...row })))],
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

function chain(
  entry: AuditEntry,
  heads: Map<string, string>,
): AuditEntry & { at: string; previous_hash: string; hash: string } {
  const previous_hash = heads.get(entry.tenant) ?? GENESIS;
  const at = new Date().toISOString();
  const hash = hashLine(previous_hash, { ...entry, at });
  heads.set(entry.tenant, hash);
  return { ...entry, at, previous_hash, hash };
}

/** hash = sha256(previous hash followed by the line as RFC 8785 JSON). */
function hashLine(
  previous: string,
  { tenant, actor, action, object, data, at }: AuditEntry & { at: string },
): string {
  const line = canonicalize({ tenant, actor, action, object, data, at }) ?? '';
  return createHash('sha256').update(previous).update(line).digest('hex');
}

export type AuditVerdict = { valid: true; lines: number } | { valid: false; lines: number; brokenAt: number };

const PAGE = 1000;

/** Recomputes a tenant's chain from its first line; `brokenAt` is the id of the first line that does not fit. */
export async function verifyAudit(db: Queryable, tenant: string): Promise<AuditVerdict> {
  let previous = GENESIS;
  let lastId = 0;
  for (let lines = 0; ;) {
    const { rows } = await db.query<
      AuditEntry & { id: number; at: Date; previous_hash: string; hash: string }
    >('select * from audit where tenant = $1 and id > $2 order by id limit $3', [tenant, lastId, PAGE]);
    for (const row of rows) {
      const hash = hashLine(previous, { ...row, at: row.at.toISOString() });
      if (row.previous_hash !== previous || row.hash !== hash)
        return { valid: false, lines, brokenAt: row.id };
      previous = hash;
      lastId = row.id;
      lines += 1;
    }
    if (rows.length < PAGE) return { valid: true, lines };
  }
}
