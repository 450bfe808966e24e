import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Arrival } from '../../domain/payments/arrival.ts';
import { arrivalName, least } from '../../domain/payments/arrival.ts';
import { surplusAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import { canonicalTransaction } from '../../domain/payments/networks.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { applyTransfer, type Queryable } from '../ledger.ts';
import { raiseAttention, settleAttention } from './attention.ts';
import { DEFAULT_TENANT } from '../../domain/tenants.ts';
import { formatUnits } from '../../domain/money.ts';

/**
 * `open`: seen, and what nobody took of it is not booked. `waiting`: that is in a surplus account. `claimed`: it was taken
 * after all. `assigned`: a person said whose it is.
 */
export type ArrivalState = 'open' | 'waiting' | 'claimed' | 'assigned';

/** Amounts are minor units as text. */
export interface ArrivalRow {
  id: string;
  asset: string;
  network: string;
  tx_hash: string;
  sender: string;
  amount: string;
  /** By deposits and refunds. */
  taken: string;
  /** In the surplus account, or assigned out of it. */
  booked: string;
  state: ArrivalState;
  final: boolean;
  assigned: SurplusGift | null;
  seen_at: Date;
  booked_at: Date | null;
}

/** Whose a surplus is, and who said so when and why. `to` is "user:<id>", "run:<id>" or "operator". */
export interface SurplusGift {
  to: string;
  note: string;
  by: string;
  at: string;
}

export const ARRIVAL = `id, asset, network, tx_hash, sender, amount::text, taken::text, booked::text, state, final, assigned,
  seen_at, booked_at`;

export const arrivalId = (arrival: Pick<Arrival, 'asset' | 'txHash' | 'sender'>): string =>
  `sur_${hashOf(arrivalName(arrival))}`;

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

/**
 * Writes down what a chain shows, once for each transaction, asset and sender. What was seen before it was final may have
 * been on a fork, so the first final look decides; what was taken meanwhile stays covered.
 */
export async function noteArrival(db: Queryable, arrival: Arrival): Promise<string> {
  const { asset, txHash, sender, amount, position, final } = arrival;
  const id = arrivalId(arrival);
  await db.query(
    `insert into arrival as a (id, asset, network, tx_hash, sender, amount, position, final)
     values ($1, $2, $3, $4, $5, $6, $7, $8)
     on conflict (id) do update set final = true, position = excluded.position,
       amount = greatest(excluded.amount, a.taken + a.booked)
     where excluded.final and not a.final`,
    [
      id,
      asset.id,
      asset.network,
      canonicalTransaction(asset.network, txHash),
      sender,
      amount.toString(),
      position,
      final,
    ],
  );
  return id;
}

export async function lockArrival(client: pg.PoolClient, id: string): Promise<ArrivalRow | undefined> {
  const { rows } = await client.query<ArrivalRow>(`select ${ARRIVAL} from arrival where id = $1 for update`, [
    id,
  ]);
  return rows[0];
}

/** One credit that rests on an arrival. `usedBy` names it: a repetition takes nothing more and hears the same amount. */
export interface ArrivalUse {
  kind: 'deposit' | 'refund';
  usedBy: string;
  /** It takes as much as is left up to `most`, and nothing if less than `atLeast` is left. */
  most: bigint;
  atLeast?: bigint;
}

/**
 * Takes a part of an arrival for one credit, and answers how much; the caller books the credit from the world in the same
 * transaction. What waits as surplus goes back to the world first, so that credits have the same entries whether or not
 * somebody looked before they were claimed. What was assigned is nobody else's any more.
 */
export async function takeArrival(
  client: pg.PoolClient,
  arrival: Arrival,
  { kind, usedBy, most, atLeast = 1n }: ArrivalUse,
): Promise<bigint> {
  const row = (await lockArrival(client, await noteArrival(client, arrival)))!;
  const { rows } = await client.query<{ amount: string }>(
    'select amount::text from arrival_use where arrival_id = $1 and used_by = $2',
    [row.id, usedBy],
  );
  if (rows[0]) return BigInt(rows[0].amount);
  const waiting = row.state === 'waiting' ? BigInt(row.booked) : 0n;
  const free = unbooked(row);
  const amount = least(most, free + waiting);
  if (amount < atLeast || amount <= 0n) return 0n;
  await client.query('insert into arrival_use (arrival_id, used_by, kind, amount) values ($1, $2, $3, $4)', [
    row.id,
    usedBy,
    kind,
    amount.toString(),
  ]);
  await moveTaken(client, row, amount, amount > free ? amount - free : 0n);
  if (amount > free) await unbook(client, row, arrival.asset, amount - free, usedBy);
  return amount;
}

const unbooked = ({ amount, taken, booked }: ArrivalRow): bigint =>
  BigInt(amount) - BigInt(taken) - BigInt(booked);

/** `fromBooked` of the amount was waiting. */
async function moveTaken(client: pg.PoolClient, row: ArrivalRow, amount: bigint, fromBooked: bigint) {
  await client.query(
    `update arrival set booked = booked - $3, taken = taken + $2,
       state = case when state = 'waiting' and booked = $3 then 'claimed' else state end where id = $1`,
    [row.id, amount.toString(), fromBooked.toString()],
  );
}

async function unbook(client: pg.PoolClient, row: ArrivalRow, asset: Asset, amount: bigint, usedBy: string) {
  await applyTransfer(client, {
    id: `surplus:${row.id}:${hashOf(usedBy)}`,
    kind: 'surplus',
    state: 'posted',
    tenant: 'system',
    data: { surplus: row.id, txHash: row.tx_hash, usedBy },
    entries: move(surplusAccount(asset, row.id), worldAccount(asset), amount),
  });
  if (BigInt(row.booked) === amount)
    await settleAttention(client, surplusItem(row.id), 'It was claimed as a deposit or a refund.');
}

export const surplusItem = (id: string): string => `surplus:${id}`;

/**
 * Books what nobody took of a final arrival: it waits until it is claimed or a person says whose it is. Answers the
 * amount; nothing when there is nothing left, or it was booked before.
 */
export async function bookSurplus(client: pg.PoolClient, id: string, asset: Asset): Promise<bigint> {
  const row = await lockArrival(client, id);
  if (row === undefined || row.state !== 'open' || !row.final) return 0n;
  const amount = unbooked(row);
  if (amount <= 0n) return 0n;
  const { tx_hash: txHash, sender } = row;
  await applyTransfer(client, {
    id: `surplus:${id}`,
    kind: 'surplus',
    state: 'posted',
    tenant: 'system',
    data: { surplus: id, txHash, sender },
    entries: move(worldAccount(asset), surplusAccount(asset, id), amount),
  });
  await client.query(
    `update arrival set booked = booked + $2, state = 'waiting', booked_at = clock_timestamp() where id = $1`,
    [id, amount.toString()],
  );
  await raiseAttention(client, {
    id: surplusItem(id),
    tenant: DEFAULT_TENANT,
    kind: 'surplus_waiting',
    runId: null,
    detail: `${formatUnits(amount, asset.decimals)} ${asset.code} came in with transaction ${txHash} on ${asset.network}, and nobody claimed it. Say whose it is: POST /ledger/surplus/${id}/assign.`,
    data: { surplus: id, asset: asset.id, amount: amount.toString(), txHash, sender },
  });
  return amount;
}

/**
 * Final arrivals with something left that nobody may still be about to claim: no deposit of their transaction is being
 * checked, and they were seen at least `olderThanMs` ago.
 */
export async function unclaimedArrivals(
  db: Queryable,
  olderThanMs: number,
  limit: number,
): Promise<{ id: string; asset: string }[]> {
  const { rows } = await db.query<{ id: string; asset: string }>(
    `select a.id, a.asset from arrival a
     where a.state = 'open' and a.final and a.taken + a.booked < a.amount
       and a.seen_at <= clock_timestamp() - $1 * interval '1 millisecond'
       and not exists (select from deposit d where d.signature = a.tx_hash and d.status = 'pending')
     order by a.seen_at limit $2`,
    [olderThanMs, limit],
  );
  return rows;
}
