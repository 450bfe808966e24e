import { createMasumiActivities } from '../../../activities/payment-service/activities.ts';
import type { MasumiDeps } from '../../../activities/payment-service/tools.ts';
import { openDatabase, type Database } from '../../../db/database.ts';
import { createJournal } from '../../../db/journal.ts';
import { createNotifier } from '../../../db/notifier.ts';
import { createSealer } from '../../../db/sealing.ts';
import { createValues } from '../../../db/values.ts';
import type { NodePayment, OnChainState } from '../../../domain/masumi/ports/masumi-node.ts';
import type { RunStatus } from '../../../schemas/core/run.ts';
import { freshDatabase } from '../../support/database.ts';
import { createPaper, type Paper } from './paper-node.ts';

const HOUR = 3_600_000;

/** What matters about a job in these tests. Everything else is as if it had just been ordered. */
export interface Given {
  id: string;
  status: RunStatus;
  state: OnChainState | null;
  sourceType: string;
  payBy: number;
  disputeUntil: number;
  /** How long ago it was ordered, ms. */
  ageMs: number;
}

/** The watch on a real database. No worker runs, and the payment service is a list. */
export interface WatchedDatabase {
  db: Database;
  paper: Paper;
  told: { workflowId: string; argument: object }[];
  warned: string[];
  tellFails: { times: number };
  add(...jobs: (Partial<Given> & { id: string })[]): Promise<void>;
  watch(): Promise<{ watched: number; changed: number; requests: number }>;
  row(id: string): Promise<{ on_chain_state: string | null; watched: boolean; authorized_at: Date | null }>;
  setStatus(id: string, status: RunStatus): Promise<void>;
  /** Open items by kind. */
  items(id: string): Promise<string[]>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export const paymentOf = (id: string): string => `payment-of-${id}`;

export async function openWatched(graceMs = 1000): Promise<WatchedDatabase> {
  const fresh = await freshDatabase();
  const db = await openDatabase(fresh.url);
  const notifier = createNotifier(db.pool);
  const sealer = createSealer('a key for tests only');
  const paper = createPaper();
  const told: WatchedDatabase['told'] = [];
  const warned: string[] = [];
  const tellFails = { times: 0 };
  const deps: MasumiDeps = {
    db,
    sealer,
    journal: createJournal(db.pool, notifier),
    values: createValues(db.pool, sealer),
    node: paper.node,
    outputHash: 'mip',
    paymentGraceMs: graceMs,
    warn: (message) => void warned.push(message),
    tell: (workflowId, _signal, argument) => {
      if (tellFails.times > 0) {
        tellFails.times--;
        return Promise.reject(new Error('Temporal is away'));
      }
      told.push({ workflowId, argument });
      return Promise.resolve();
    },
  };
  const { watchPayments } = createMasumiActivities(deps);
  return {
    db,
    paper,
    told,
    warned,
    tellFails,
    watch: watchPayments,
    add: (...jobs) => insert(db, jobs),
    async row(id) {
      const { rows } = await db.pool.query(`select * from job where run_id = $1`, [id]);
      return rows[0] as never;
    },
    setStatus: async (id, status) =>
      void (await db.pool.query(`update run set status = $2 where id = $1`, [id, status])),
    async items(id) {
      const { rows } = await db.pool.query<{ kind: string }>(
        `select kind from attention where run_id = $1 and resolved_at is null order by kind`,
        [id],
      );
      return rows.map(({ kind }) => kind);
    },
    async clear() {
      await db.pool.query('delete from job; delete from run; delete from attention');
      paper.clear();
      for (const list of [told, warned]) list.length = 0;
      tellFails.times = 0;
    },
    async close() {
      await notifier.close();
      await db.close();
      await fresh.drop();
    },
  };
}

async function insert(db: Database, jobs: readonly (Partial<Given> & { id: string })[]): Promise<void> {
  const rows = jobs.map((job) => {
    const now = Date.now();
    const { payBy = now + HOUR, disputeUntil = now + 9 * HOUR, sourceType = 'Web3CardanoV1' } = job;
    return {
      id: job.id,
      status: job.status ?? 'awaiting_payment',
      state: job.state ?? null,
      source_type: sourceType,
      created_at: new Date(now - (job.ageMs ?? 0)).toISOString(),
      identifier: paymentOf(job.id),
      payment: { payByTime: payBy, externalDisputeUnlockTime: disputeUntil },
    };
  });
  const given = [JSON.stringify(rows)];
  await db.pool.query(
    `insert into run (id, tenant, family, kind, subject, status, input_sealed, workflow_id)
     select id, 'default', 'masumi', 'flow', 'local', status, '', id
     from jsonb_to_recordset($1::jsonb) as given (id text, status text)`,
    given,
  );
  await db.pool.query(
    `insert into job (run_id, tenant, flow_key, identifier, input_hash, inputs_sealed, payment, blockchain_identifier,
       source_type, on_chain_state, watched, created_at)
     select id, 'default', 'flow', id, '', '', payment, identifier, source_type, state, true, created_at
     from jsonb_to_recordset($1::jsonb) as given (id text, payment jsonb, identifier text, source_type text, state text,
       created_at timestamptz)`,
    given,
  );
}

/** A payment as the payment service shows it. */
export const shown = (id: string, change: Partial<NodePayment> = {}): NodePayment => ({
  id: `row-${id}`,
  createdAt: Date.now(),
  blockchainIdentifier: paymentOf(id),
  payByTime: null,
  submitResultTime: 0,
  unlockTime: 0,
  externalDisputeUnlockTime: 0,
  resultHash: null,
  onChainState: 'FundsLocked',
  nextAction: {
    requestedAction: 'WaitingForExternalAction',
    errorType: null,
    errorNote: null,
    resultHash: null,
  },
  requestedFunds: [],
  sellerVkey: null,
  sourceType: 'Web3CardanoV1',
  metadata: null,
  ...change,
});
