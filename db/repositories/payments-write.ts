import { createHash } from 'node:crypto';
import type pg from 'pg';
import { EngineError } from '../../domain/errors.ts';
import { mayBecome } from '../../domain/payments/states.ts';
import { storableJson } from '../../domain/storable.ts';
import type { JsonObject } from '../../schemas/core/json.ts';
import type { PaymentKind, PaymentStatus, RailKind } from '../../schemas/core/payment.ts';
import type { Queryable } from '../ledger.ts';

interface PaymentCore {
  id: string;
  tenant: string;
  generation: number;
  rail: RailKind;
  network: string;
  asset: string;
  amount: string;
  pay_to: string;
  status: PaymentStatus;
  quote_sealed: Buffer;
  signed_sealed: Buffer | null;
  fingerprint: string | null;
  proof: JsonObject;
  tx_hash: string | null;
  finalized: boolean;
  reason: string | null;
  /** Of the plan's service; budgets may be for one. */
  service: string | null;
  updated_at: Date;
}

/** A payment of a run's step. */
export type StepPayment = PaymentCore & { kind: 'step'; run_id: string; step_id: string };

/** A payment intent as the writers see it. `amount` is minor units; the sealed columns hold bearer money. */
export type PaymentRow =
  | StepPayment
  | (PaymentCore & { kind: Exclude<PaymentKind, 'step'>; run_id: null; step_id: null });

export type NewQuote = Pick<
  StepPayment,
  | 'id'
  | 'tenant'
  | 'run_id'
  | 'step_id'
  | 'generation'
  | 'rail'
  | 'network'
  | 'asset'
  | 'amount'
  | 'pay_to'
  | 'quote_sealed'
> & { service?: string };

const COLUMNS = `id, tenant, kind, run_id, step_id, generation, rail, network, asset, amount, pay_to, status, quote_sealed,
  signed_sealed, fingerprint, proof, tx_hash, finalized, reason, service, updated_at`;

/** The same (run, step, generation) is the same intent, whoever computes it. Fits what sellers take as a payment's identifier. */
export function paymentId(runId: string, stepId: string, generation: number): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([runId, stepId, generation]))
    .digest('hex');
  return `pi_${digest.slice(0, 32)}`;
}

/** The transfer that holds the money of a payment; a step's hold that was given up is followed by another. */
export const transferOf = ({ id, kind, proof }: Pick<PaymentRow, 'id' | 'kind' | 'proof'>): string => {
  if (kind !== 'step') return `${kind}:${id}`;
  const holds = Number(proof['holds'] ?? 0);
  return `payment:${id}${holds > 0 ? `:${holds + 1}` : ''}`;
};

/** What a run has paid or tried to pay. */
export async function paymentsOfRun(
  db: Queryable,
  runId: string,
): Promise<Pick<StepPayment, 'step_id' | 'status' | 'amount'>[]> {
  const { rows } = await db.query<Pick<StepPayment, 'step_id' | 'status' | 'amount'>>(
    'select step_id, status, amount from payment where run_id = $1 order by created_at, id',
    [runId],
  );
  return rows;
}

export async function getPayment(db: Queryable, id: string): Promise<PaymentRow | undefined> {
  const { rows } = await db.query<PaymentRow>({
    name: 'payment_get',
    text: `select ${COLUMNS} from payment where id = $1`,
    values: [id],
  });
  return rows[0];
}

/** The row itself, locked until the transaction ends. */
export async function lockPayment(client: Queryable, id: string): Promise<PaymentRow | undefined> {
  const { rows } = await client.query<PaymentRow>(`select ${COLUMNS} from payment where id = $1 for update`, [
    id,
  ]);
  return rows[0];
}

/**
 * Records a quote, or the new price of an intent for which nothing is held or signed, and tells the run of it; else leaves
 * it as it is.
 */
export async function saveQuote(db: Queryable, quote: NewQuote): Promise<StepPayment> {
  await orRunEnded(
    db.query({
      name: 'payment_quote',
      text: 'select payment_quote($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)',
      values: [
        quote.id,
        quote.tenant,
        quote.run_id,
        quote.step_id,
        quote.generation,
        quote.rail,
        quote.network,
        quote.asset,
        quote.amount,
        quote.pay_to,
        quote.quote_sealed,
        quote.service ?? null,
      ],
    }),
  );
  return (await getPayment(db, quote.id)) as StepPayment;
}

/** What a move may change with the status; `proof` is merged. */
export interface PaymentPatch {
  reason?: string | null;
  txHash?: string;
  finalized?: boolean;
  proof?: JsonObject;
  signed?: { sealed: Buffer; fingerprint: string };
  /** Why it is told although it may stay as it is. The same cause of the same state is told once. */
  cause?: string;
  /** What the event says beside the payment. */
  more?: JsonObject;
}

/**
 * Moves a payment if it is still in one of the states `from`, and tells its run in the same statement; false when another
 * process was first. It is the one place that changes a payment's state, and the one that tells it: a crash leaves both or
 * neither, and events come in the order in which the row moved. In a transaction it comes last, because it locks the run.
 */
export async function movePayment(
  db: Queryable,
  id: string,
  from: readonly PaymentStatus[],
  to: PaymentStatus,
  patch: PaymentPatch = {},
): Promise<boolean> {
  const wrong = from.find((state) => !mayBecome(state, to));
  if (wrong !== undefined) throw new Error(`A ${wrong} payment cannot become ${to}.`);
  const { rows } = await orRunEnded(
    db.query<{ moved: boolean }>({
      name: 'payment_move',
      text: 'select payment_move($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as moved',
      values: [
        id,
        from,
        to,
        patch.reason !== undefined,
        patch.reason ?? null,
        patch.txHash ?? null,
        patch.finalized ?? null,
        JSON.stringify(patch.proof ?? {}),
        patch.signed?.sealed ?? null,
        patch.signed?.fingerprint ?? null,
        patch.cause ?? null,
        JSON.stringify(storableJson(patch.more ?? {})),
      ],
    }),
  );
  return rows[0]!.moved;
}

const RUN_ENDED = 'ST001';

async function orRunEnded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: string };
    throw code === RUN_ENDED ? new EngineError('run_finished', String(message)) : error;
  }
}

/** Serialises the money of one run until the transaction ends, so that balances read in it stay true. */
export async function lockRunMoney(client: pg.PoolClient, runId: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('run-money:' || $1, 0))`, [runId]);
}

/** Serialises promises made in one asset on one chain until the transaction ends. */
export async function lockAsset(client: pg.PoolClient, asset: string): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('asset:' || $1, 0))`, [asset]);
}

/**
 * Minor units promised in an asset and not known to have left the chain account, without `except`. With a `rail`, only what
 * goes over it: coins that one rail pays as they are must not be wrapped for another.
 */
export async function promisedIn(
  db: Queryable,
  asset: string,
  except: string,
  rail: RailKind | null = null,
): Promise<bigint> {
  const { rows } = await db.query<{ sum: string }>(
    `select coalesce(sum(amount), 0) as sum from payment
     where asset = $1 and id <> $2 and status in ('prepared', 'signed', 'submitted', 'unknown')
       and ($3::text is null or rail = $3)`,
    [asset, except, rail],
  );
  return BigInt(rows[0]!.sum);
}

/** How long payments rest between two looks of the sweeper, by state. */
export interface SweepAges {
  settledMs: number;
  orphanMs: number;
}

/**
 * Claims open payments: settled ones that wait for finality, and signed ones nobody has touched for a while. The
 * claim is the touch, so two sweepers never take the same row and a crashed one loses it only for one interval.
 */
export async function claimOpenPayments(
  db: Queryable,
  limit: number,
  ages: SweepAges,
): Promise<PaymentRow[]> {
  const { rows } = await db.query<PaymentRow>({
    name: 'payment_claim',
    text: `update payment set updated_at = clock_timestamp() where id in (
             select id from payment
             where (status = 'settled' and not finalized and updated_at < clock_timestamp() - $2 * interval '1 ms')
                or (status in ('signed', 'submitted', 'unknown') and updated_at < clock_timestamp() - $3 * interval '1 ms')
             order by updated_at limit $1 for update skip locked)
           returning ${COLUMNS}`,
    values: [limit, ages.settledMs, ages.orphanMs],
  });
  return rows;
}

export async function countOpenPayments(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select count(*) as n from payment
     where status in ('signed', 'submitted', 'unknown') or (status = 'settled' and not finalized)`,
  );
  return rows[0]!.n;
}

/** Payments of a run for which nothing was signed yet; locked. */
export async function lockUnsigned(client: Queryable, runId: string): Promise<StepPayment[]> {
  const { rows } = await client.query<StepPayment>(
    `select ${COLUMNS} from payment where run_id = $1 and status in ('quoted', 'prepared') order by id for update`,
    [runId],
  );
  return rows;
}

/** Those of the transactions that are payments of ours and final. What a seller only names is not among them. */
export async function finalTransactions(
  db: Queryable,
  network: string,
  txHashes: readonly string[],
): Promise<ReadonlySet<string>> {
  if (txHashes.length === 0) return new Set();
  const { rows } = await db.query<{ tx_hash: string }>(
    'select tx_hash from payment where network = $1 and tx_hash = any($2) and finalized',
    [network, txHashes],
  );
  return new Set(rows.map((row) => row.tx_hash));
}
