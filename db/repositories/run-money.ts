import type pg from 'pg';
import { move } from '../../domain/ledger.ts';
import type { RunPurse } from '../../domain/payments/purse.ts';
import { applyTransfer, readBalance, type Queryable } from '../ledger.ts';

/** Minor units the run has drawn from its purse so far. */
export async function drawnByRun(db: Queryable, purse: RunPurse): Promise<bigint> {
  const { rows } = await db.query<{ sum: string }>(
    `select coalesce(sum(e.amount), 0) as sum from transfer t join entry e on e.transfer_id = t.id
     where t.run_id = $1 and t.kind = 'reserve' and t.state = 'posted' and e.account_id = $2`,
    [purse.runId, purse.reserve.account],
  );
  return BigInt(rows[0]!.sum);
}

/** Draws from the purse's source into the run's reserve, once per `id`. */
export async function drawReserve(
  db: Queryable,
  purse: RunPurse,
  id: string,
  amount: bigint,
): Promise<boolean> {
  const { tenant, runId, data } = purse;
  const entries = move(purse.source, purse.reserve, amount);
  const done = await applyTransfer(db, {
    id,
    kind: 'reserve',
    state: 'posted',
    tenant,
    runId,
    data,
    entries,
  });
  return done !== 'insufficient';
}

/**
 * Gives back what the run's reserve has and nothing holds. Answers the amount. The caller holds the run's money lock,
 * which makes the count a safe name for the transfer: after a crash there is nothing left to give back.
 */
export async function releaseReserve(client: pg.PoolClient, purse: RunPurse): Promise<bigint> {
  const { tenant, runId, reserve, source, data } = purse;
  const { available } = await readBalance(client, reserve.account);
  if (available <= 0n) return 0n;
  const { rows } = await client.query<{ n: number }>(
    `select count(*) as n from transfer where run_id = $1 and kind = 'release'`,
    [runId],
  );
  const entries = move(reserve, source, available);
  const id = `release:${runId}:${rows[0]!.n + 1}`;
  await applyTransfer(client, {
    id,
    kind: 'release',
    state: 'posted',
    tenant,
    runId,
    data,
    entries,
  });
  return available;
}

/** True when anything was ever set aside for the run. */
export async function hasReserve(db: Queryable, tenant: string, runId: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `select from account where tenant = $1 and kind = 'reserve' and owner = $2 limit 1`,
    [tenant, runId],
  );
  return rowCount === 1;
}

/** What is set aside for a run and held by no payment, by asset; minor units. */
export async function availableToRun(
  db: Queryable,
  tenant: string,
  runId: string,
): Promise<{ asset: string; amount: string }[]> {
  const { rows } = await db.query<{ asset: string; amount: string }>(
    `select a.asset, (b.posted - b.pending_out)::text as amount from account a join account_balance b on b.account_id = a.id
     where a.tenant = $1 and a.kind = 'reserve' and a.owner = $2 and b.posted > b.pending_out order by 1`,
    [tenant, runId],
  );
  return rows;
}

/** The assets a run holds anything of in its reserve. */
export async function reservedAssets(db: Queryable, tenant: string, runId: string): Promise<string[]> {
  const { rows } = await db.query<{ asset: string }>(
    `select a.asset from account a join account_balance b on b.account_id = a.id
     where a.tenant = $1 and a.kind = 'reserve' and a.owner = $2 and b.posted > 0 order by 1`,
    [tenant, runId],
  );
  return rows.map((row) => row.asset);
}

/** What sellers gave back of a run's money, as a statement that answers `refunded`; `run` is SQL. */
export const refundedTo = (run: string): string =>
  `select coalesce(sum(e.amount), 0) as refunded
   from transfer t join entry e on e.transfer_id = t.id join account a on a.id = e.account_id
   where t.run_id = ${run} and t.kind = 'refund' and t.state <> 'voided' and a.kind in ('escrow', 'treasury')`;

/** What a run paid less what was refunded, minor units; `asset` (CAIP-19) is that of its first payment. */
export async function costOfRun(
  db: Queryable,
  runId: string,
): Promise<{ cost: bigint; asset: string | null }> {
  const { rows } = await db.query<{ paid: string; refunded: string; asset: string | null }>(
    `select coalesce(sum(p.amount) filter (where p.status = 'settled'), 0)::text as paid,
       (array_agg(p.asset order by p.created_at))[1] as asset,
       (select f.refunded::text from (${refundedTo('$1')}) f) as refunded
     from payment p where p.run_id = $1`,
    [runId],
  );
  const { paid, refunded, asset } = rows[0]!;
  return { cost: BigInt(paid) - BigInt(refunded), asset };
}
