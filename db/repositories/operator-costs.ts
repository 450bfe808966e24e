import { floatAccount, worldAccount } from '../../domain/accounts.ts';
import { move } from '../../domain/ledger.ts';
import type { Asset } from '../../schemas/core/money.ts';
import { applyTransfer, closeTransfer, readBalance, type Queryable } from '../ledger.ts';
import { TRANSFER_OF } from './book-checks.ts';

/** What transactions for a payment cost the operator, in minor units of its chain's coin. */
export interface OperatorCost {
  /** The transfer that holds the payment's own money; the cost is held beside it. */
  transferId: string;
  network: string;
  /** The chain's coin where the books have it; elsewhere only the day's limit counts. */
  coin: Asset | undefined;
  most: bigint;
  /** Most of a day (UTC), minor units. */
  limit: bigint | undefined;
}

export type CostHold = 'held' | 'account_short' | 'over_limit';

const idOf = (transferId: string): string => `cost:${transferId}`;

/** Costs that were borne since the day began, and those that may still come. */
const TODAY = `select coalesce(sum(coalesce(spent, most)), 0)::text as sum from operator_cost
  where network = $1 and at >= date_trunc('day', now() at time zone 'utc') at time zone 'utc' and id <> $2`;

export async function operatorCostsToday(db: Queryable, network: string, except = ''): Promise<bigint> {
  const { rows } = await db.query<{ sum: string }>(TODAY, [network, except]);
  return BigInt(rows[0]!.sum);
}

/** Whether the operator's account and the day have room now. Holds nothing. */
export async function operatorHasRoom(
  db: Queryable,
  cost: Omit<OperatorCost, 'transferId'>,
): Promise<boolean> {
  const { coin, most, limit, network } = cost;
  if (limit !== undefined && (await operatorCostsToday(db, network)) + most > limit) return false;
  return coin === undefined || (await readBalance(db, floatAccount(coin).account)).available >= most;
}

/**
 * Holds what a payment may cost the operator, in the transaction that holds the payment. The account's row is locked last of
 * all that it holds: everybody who closes it does so in the same order.
 */
export async function holdOperatorCost(client: Queryable, cost: OperatorCost): Promise<CostHold> {
  const { transferId, network, coin, most, limit } = cost;
  await client.query(`select pg_advisory_xact_lock(hashtextextended('operator-cost:' || $1, 0))`, [network]);
  const id = idOf(transferId);
  if (limit !== undefined && (await operatorCostsToday(client, network, id)) + most > limit)
    return 'over_limit';
  if (coin !== undefined) {
    const entries = move(floatAccount(coin), worldAccount(coin), most);
    const transfer = { id, kind: 'funding', state: 'pending', tenant: 'system', entries } as const;
    if ((await applyTransfer(client, transfer)) === 'insufficient') return 'account_short';
  }
  await client.query(
    'insert into operator_cost (id, network, most) values ($1, $2, $3) on conflict (id) do nothing',
    [id, network, most.toString()],
  );
  return 'held';
}

/** As many coins as are held for a payment; none where nothing is. */
export async function heldOperatorCost(db: Queryable, transferId: string): Promise<bigint> {
  const { rows } = await db.query<{ most: string }>('select most::text from operator_cost where id = $1', [
    idOf(transferId),
  ]);
  return BigInt(rows[0]?.most ?? 0);
}

/** More may be taken than was held: false when the day, or the operator's account, has no room for it. */
export async function raiseOperatorCost(
  client: Queryable,
  { transferId, network, coin, most, limit }: OperatorCost,
): Promise<boolean> {
  await client.query(`select pg_advisory_xact_lock(hashtextextended('operator-cost:' || $1, 0))`, [network]);
  const id = idOf(transferId);
  if (limit !== undefined && (await operatorCostsToday(client, network, id)) + most > limit) return false;
  const before = await heldOperatorCost(client, transferId);
  if (coin !== undefined && (await readBalance(client, floatAccount(coin).account)).available < most - before)
    return false;
  await client.query('update operator_cost set most = greatest(most, $2) where id = $1 and spent is null', [
    id,
    most.toString(),
  ]);
  return true;
}

/** Ends the hold, once; what was really spent is booked by the caller, in the same transaction. */
export async function closeOperatorCost(client: Queryable, transferId: string, spent: bigint): Promise<void> {
  const id = idOf(transferId);
  const { rowCount } = await client.query(
    'update operator_cost set spent = greatest(coalesce(spent, 0), $2) where id = $1 and (spent is null or spent < $2)',
    [id, spent.toString()],
  );
  if (rowCount === 1) await closeTransfer(client, id, 'voided');
}

/**
 * Minor units of a coin that belong to others: users' escrow, reserves of runs, the treasury, what nobody has claimed. What
 * settled payments hold has left already, and so will what `payment` holds itself; what other payments hold may be there.
 */
export async function coinsOwed(db: Queryable, coin: string, payment: string): Promise<bigint> {
  const { rows } = await db.query<{ sum: string }>(
    `select (coalesce((select sum(b.posted) from account a join account_balance b on b.account_id = a.id
         where a.asset = $1 and a.kind in ('escrow', 'reserve', 'treasury', 'surplus')), 0)
       + coalesce((select sum(e.amount) from payment p
           join transfer t on t.state = 'pending' and t.id in ('withdrawal:' || p.id, ${TRANSFER_OF})
           join entry e on e.transfer_id = t.id join account a on a.id = e.account_id
         where a.asset = $1 and a.kind in ('escrow', 'reserve', 'treasury', 'surplus') and e.amount < 0
           and (p.id = $2 or (p.status = 'settled' and not p.finalized))), 0))::text as sum`,
    [coin, payment],
  );
  return BigInt(rows[0]!.sum);
}
