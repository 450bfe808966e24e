import type { Asset } from '../../schemas/core/money.ts';
import { escrowAccount } from '../../domain/accounts.ts';
import { readBalance, type Queryable } from '../ledger.ts';

/** A user's money in one asset, minor units. `spent` is posted and net of refunds; what is held counts as reserved. */
export interface EscrowBalance {
  asset: Asset;
  available: bigint;
  reserved: bigint;
  spent: bigint;
}

interface Totals {
  asset: string;
  reserved: string;
  spent: string;
}

/** One balance for each asset asked for; users without an escrow have zeros. */
export async function escrowSummary(
  db: Queryable,
  tenant: string,
  userId: string,
  assets: readonly Asset[],
): Promise<EscrowBalance[]> {
  const [totals, balances] = await Promise.all([
    readTotals(db, tenant, userId),
    Promise.all(assets.map((asset) => readBalance(db, escrowAccount(tenant, userId, asset).account))),
  ]);
  return assets.map((asset, index) => {
    const { available, held } = balances[index]!;
    const total = totals.find((row) => row.asset === asset.id);
    return {
      asset,
      available,
      reserved: BigInt(total?.reserved ?? 0) + held,
      spent: BigInt(total?.spent ?? 0),
    };
  });
}

/**
 * Reserves of the runs that the user pays for, and what was spent less what came back as refunds. A settled payment is
 * spent, although the ledger posts it only when its chain calls it final.
 */
async function readTotals(db: Queryable, tenant: string, userId: string): Promise<Totals[]> {
  const { rows } = await db.query<Totals>({
    name: 'escrow_totals',
    text: `select a.asset, coalesce(sum(b.posted - p.settling), 0)::text as reserved,
             coalesce(sum(p.posted + p.settling - p.refunded), 0)::text as spent
           from run r
             join account a on a.tenant = r.tenant and a.kind = 'reserve' and a.owner = r.id
             join account_balance b on b.account_id = a.id
             cross join lateral (
               select coalesce(sum(-e.amount) filter (where t.state = 'posted'), 0) as posted,
                 coalesce(sum(-e.amount) filter (where t.state = 'pending' and m.status = 'settled'), 0) as settling,
                 coalesce((select sum(x.amount) from transfer f join entry x on x.transfer_id = f.id
                   where f.run_id = r.id and f.kind = 'refund' and f.state = 'posted'
                     and x.account_id = 'escrow:' || r.tenant || ':' || r.payer || ':' || a.asset), 0) as refunded
               from transfer t join entry e on e.transfer_id = t.id
                 left join payment m on m.id = t.data ->> 'intentId'
               where t.run_id = r.id and t.kind = 'payment' and t.state <> 'voided' and e.account_id = a.id
             ) p
           where r.tenant = $1 and r.payer = $2
           group by a.asset`,
    values: [tenant, userId],
  });
  return rows;
}
