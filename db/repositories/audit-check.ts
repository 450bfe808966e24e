import type { Queryable } from '../ledger.ts';
import { GENESIS, hashLine, type AuditEntry } from './audit.ts';
import type { AuditAnchor, AuditHead } from './audit-anchors.ts';

/** `brokenAt` is the id of the first changed line, or of the first line after a gap; the `lines` before it are right. */
export type AuditVerdict =
  | { valid: true; lines: number }
  | { valid: false; lines: number; brokenAt: number; what: string };

interface Line extends AuditEntry {
  id: number;
  at: Date;
  previous_hash: string;
  hash: string;
}

const PAGE = 1000;

/** Recomputes a tenant's chain from its first line. */
export async function verifyAudit(db: Queryable, tenant: string): Promise<AuditVerdict> {
  let before: Line | undefined;
  let lines = 0;
  for await (const page of pagesOf(db, tenant)) {
    const inexact = await inexactLines(db, page);
    for (const line of page) {
      const bad = inexact.has(line.id) ? changed(line) : await whatIsWrong(db, line, before);
      if (bad !== undefined) return { valid: false, lines, ...bad };
      before = line;
      lines += 1;
    }
  }
  return { valid: true, lines };
}

async function* pagesOf(db: Queryable, tenant: string): AsyncGenerator<Line[]> {
  for (let lastId: number | undefined; ;) {
    const { rows } = await db.query<Line>(
      'select * from audit where tenant = $1 and ($2::bigint is null or id > $2) order by id limit $3',
      [tenant, lastId ?? null, PAGE],
    );
    if (rows.length > 0) yield rows;
    if (rows.length < PAGE) return;
    lastId = rows.at(-1)?.id;
  }
}

/**
 * Lines that a program would read differently from what they hold: numbers that a double cannot hold, times between
 * milliseconds or outside all calendars. The database compares exactly.
 */
async function inexactLines(db: Queryable, page: readonly Line[]): Promise<Set<number>> {
  const { rows } = await db.query<{ id: number }>(
    `select a.id from jsonb_to_recordset($1) r (id bigint, data jsonb, at timestamptz) join audit a on a.id = r.id
     where a.data is distinct from r.data or a.at is distinct from r.at`,
    [JSON.stringify(page.map(({ id, data, at }) => ({ id, data, at: isTime(at) ? at : EPOCH })))],
  );
  return new Set(rows.map(({ id }) => id));
}

/** The driver reads `infinity` as a number. */
const isTime = (at: unknown): at is Date => at instanceof Date && !Number.isNaN(at.getTime());
const EPOCH = new Date(0); // older than any line

type Bad = { brokenAt: number; what: string };

const changed = ({ id }: Line): Bad => ({
  brokenAt: id,
  what: 'it was changed, or Steward did not write it: its hash does not fit its content',
});

async function whatIsWrong(db: Queryable, line: Line, before: Line | undefined): Promise<Bad | undefined> {
  if (!isAsWritten(line)) return changed(line);
  return line.previous_hash === (before?.hash ?? GENESIS) ? undefined : misplaced(db, line);
}

/** Older lines were hashed without their id. */
function isAsWritten({ id, at, previous_hash, hash, ...entry }: Line): boolean {
  const said = { ...entry, at: at.toISOString() };
  return hash === hashLine(previous_hash, { ...said, id }) || hash === hashLine(previous_hash, said);
}

/** Says why an unchanged line does not follow the line before it. */
async function misplaced(db: Queryable, { id, tenant, previous_hash }: Line): Promise<Bad> {
  const { rows } = await db.query<{ id: number }>(
    'select id from audit where tenant = $1 and hash = $2 order by id limit 1',
    [tenant, previous_hash],
  );
  const after = previous_hash === GENESIS ? null : rows[0]?.id;
  if (after === undefined)
    return { brokenAt: id, what: 'the line before it is missing: no line has the hash that it follows' };
  if (after !== null && after > id)
    return { brokenAt: id, what: `it is out of order: it was written after line ${after}` };
  const { rows: between } = await db.query<{ id: number }>(
    'select id from audit where tenant = $1 and ($2::bigint is null or id > $2) order by id limit 1',
    [tenant, after],
  );
  const follows = after === null ? `is the first line` : `follows line ${after}`;
  return { brokenAt: between[0]?.id ?? id, what: `it was inserted: line ${id} ${follows}` };
}

/** A stored anchor, and the hash that the chain has at its line now; null where that line is missing. */
export type KeptAnchor = AuditAnchor & { found: string | null };

/** A tenant's anchors in the order of the chain. */
export async function* anchorsOf(db: Queryable, tenant: string): AsyncGenerator<KeptAnchor> {
  for (let last: number | undefined; ;) {
    const { rows } = await db.query<KeptAnchor>(
      `select k.*, a.hash as found from audit_anchor k left join audit a on a.tenant = k.tenant and a.id = k.line
       where k.tenant = $1 and ($2::bigint is null or k.line > $2) order by k.line limit $3`,
      [tenant, last ?? null, PAGE],
    );
    yield* rows;
    if (rows.length < PAGE) return;
    last = rows.at(-1)?.line;
  }
}

/** The first head that a receipt of this tenant names and that the chain no longer has. */
export async function lostReceiptHead(
  db: Queryable,
  tenant: string,
): Promise<{ run_id: string; line: number; found: string | null } | undefined> {
  const { rows } = await db.query<{ run_id: string; line: number; found: string | null }>(
    `select r.run_id, r.line, a.hash as found from receipt_anchor r left join audit a on a.tenant = r.tenant and a.id = r.line
     where r.tenant = $1 and r.line is not null and a.hash is distinct from r.hash order by r.line limit 1`,
    [tenant],
  );
  return rows[0];
}

/** The hash that a tenant's chain has at a line; null where it has no such line. */
export async function hashAt(db: Queryable, tenant: string, line: number): Promise<string | null> {
  const { rows } = await db.query<Pick<AuditHead, 'hash'>>(
    'select hash from audit where tenant = $1 and id = $2',
    [tenant, line],
  );
  return rows[0]?.hash ?? null;
}

/** Tenants that have lines, or had lines that were anchored. */
export async function auditedTenants(db: Queryable): Promise<string[]> {
  const { rows } = await db.query<{ tenant: string }>(
    'select tenant from audit union select tenant from audit_anchor union select tenant from receipt_anchor order by 1',
  );
  return rows.map(({ tenant }) => tenant);
}
