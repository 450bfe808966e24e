import { pino, type Logger } from 'pino';
import { anchorAudit } from '../../api/receipts/anchor.ts';
import { createReceiptSigner } from '../../api/receipts/key.ts';
import { openDatabase, type Database } from '../../db/database.ts';
import { createAuditor, hashLine, type AuditEntry } from '../../db/repositories/audit.ts';
import { createSealer } from '../../db/sealing.ts';
import { tamper, twoRoles, type TwoRoles } from './two-roles.ts';

export const DATA_KEY = 'a secret of the tests';
export const KEY = createReceiptSigner(createSealer(DATA_KEY)).key.public_key;

export interface Row extends AuditEntry {
  id: number;
  at: Date;
  previous_hash: string;
  hash: string;
}

/** A real trail in a database with two roles, and ways to alter it. */
export interface Trail {
  roles: TwoRoles;
  db: Database;
  /** Log lines. */
  logged: string[];
  /** Appends lines, one at a time, with gaps between their ids. */
  write(tenant: string, count: number): Promise<void>;
  anchor(everyMs?: number, dataKey?: string): Promise<void>;
  rows(tenant: string): Promise<Row[]>;
  /** Runs statements as the owner, with the triggers taken away. */
  tamper(...statements: string[]): Promise<void>;
  /** Makes the chain consistent again from this line on, like somebody who knows how it is made. */
  rechain(tenant: string, from: number): Promise<void>;
  close(): Promise<void>;
}

export async function openTrail(): Promise<Trail> {
  const roles = await twoRoles();
  const db = await openDatabase(roles.url);
  const auditor = createAuditor(db);
  const logged: string[] = [];
  const log: Logger = pino({ level: 'info' }, { write: (line) => void logged.push(line) });
  const rows = async (tenant: string): Promise<Row[]> =>
    (await db.pool.query<Row>('select * from audit where tenant = $1 order by id', [tenant])).rows;
  const trail: Trail = {
    roles,
    db,
    logged,
    rows,
    async write(tenant, count) {
      for (let n = 1; n <= count; n += 1) {
        const data = { n, f: 1.5 };
        await auditor.append({ tenant, actor: 'me', action: 'test', object: `thing ${n}`, data });
        await db.pool.query(`select nextval('audit_id_seq')`);
      }
    },
    anchor: (everyMs = 1, dataKey = DATA_KEY) =>
      anchorAudit({
        db,
        sealer: createSealer(dataKey),
        log,
        settings: { auditAnchorEveryMs: everyMs },
      }),
    tamper: (...statements) => tamper(roles.ownerUrl, ...statements),
    async rechain(tenant, from) {
      const all = await rows(tenant);
      let previous = all.findLast(({ id }) => id < from)?.hash ?? '0'.repeat(64);
      const statements = all
        .filter(({ id }) => id >= from)
        .map((row) => {
          const hash = hashLine(previous, { ...row, at: row.at.toISOString() });
          const statement = `update audit set previous_hash = '${previous}', hash = '${hash}' where id = ${row.id}`;
          previous = hash;
          return statement;
        });
      await trail.tamper(...statements);
    },
    async close() {
      await db.close();
      await roles.drop();
    },
  };
  return trail;
}
