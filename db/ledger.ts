import type pg from 'pg';
import type { JsonObject } from '../schemas/core/json.ts';
import { checkEntries, type Entry } from '../domain/ledger.ts';

/** A transfer to record; `id` is its idempotency key and says what it is for, e.g. "payment:<intent>". */
export interface NewTransfer {
  id: string;
  kind: 'deposit' | 'withdrawal' | 'reserve' | 'release' | 'payment' | 'refund' | 'funding' | 'surplus';
  state: 'pending' | 'posted';
  tenant: string;
  runId?: string;
  stepId?: string;
  data?: JsonObject;
  entries: readonly Entry[];
}

export type Applied = 'applied' | 'exists' | 'insufficient';
export type Closed = 'closed' | 'exists' | 'missing';

/** What runs SQL: the pool, or a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

/** Records a transfer once; 'insufficient' wrote nothing. One round trip, one transaction of its own on a pool. */
export async function applyTransfer(db: Queryable, transfer: NewTransfer): Promise<Applied> {
  checkEntries(transfer.entries);
  const { rows } = await db.query<{ result: Applied }>({
    name: 'ledger_record',
    text: `select ledger_record($1, $2, $3, $4, $5, $6, $7::jsonb, $8::text[], $9::numeric[], $10::text[], $11::text[],
             $12::text[], $13::text[], $14::boolean[]) as result`,
    values: [
      transfer.id,
      transfer.kind,
      transfer.state,
      transfer.tenant,
      transfer.runId ?? null,
      transfer.stepId ?? null,
      JSON.stringify(transfer.data ?? {}),
      ...columnsOf(transfer.entries),
    ],
  });
  return rows[0]!.result;
}

/** Entries as one array a column. */
const columnsOf = (entries: readonly Entry[]): unknown[] => [
  entries.map(({ account }) => account),
  entries.map(({ amount }) => amount.toString()),
  entries.map(({ tenant }) => tenant),
  entries.map(({ kind }) => kind),
  entries.map(({ owner }) => owner),
  entries.map(({ asset }) => asset),
  entries.map(({ capped }) => capped),
];

/** Posts or voids a pending transfer, once. The opposite end state is an error. */
export async function closeTransfer(db: Queryable, id: string, state: 'posted' | 'voided'): Promise<Closed> {
  const { rows } = await db.query<{ result: Closed }>({
    name: 'ledger_close',
    text: 'select ledger_close($1, $2) as result',
    values: [id, state],
  });
  return rows[0]!.result;
}

/** Balance of a capped account in minor units; `available` is what no pending transfer holds. */
export interface Balance {
  posted: bigint;
  held: bigint;
  available: bigint;
}

export async function readBalance(db: Queryable, account: string): Promise<Balance> {
  const { rows } = await db.query<{ posted: string; pending_out: string }>({
    name: 'ledger_balance',
    text: 'select posted, pending_out from account_balance where account_id = $1',
    values: [account],
  });
  const posted = BigInt(rows[0]?.posted ?? 0);
  const held = BigInt(rows[0]?.pending_out ?? 0);
  return { posted, held, available: posted - held };
}

/** Sum of the posted entries of any account; for uncapped ones this is their balance. */
export async function sumAccount(db: Queryable, account: string): Promise<bigint> {
  const { rows } = await db.query<{ sum: string }>(
    `select coalesce(sum(e.amount), 0) as sum from entry e join transfer t on t.id = e.transfer_id
     where e.account_id = $1 and t.state = 'posted'`,
    [account],
  );
  return BigInt(rows[0]!.sum);
}
