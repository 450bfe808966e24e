import type { Queryable } from '../ledger.ts';

/** A refund that was seen on its chain but was not final yet. `asset` is the token's address or mint. */
export interface PendingRefund {
  id: string;
  tenant: string;
  runId: string;
  network: string;
  txHash: string;
  asset: string;
  from: string;
  amount: bigint;
}

interface RefundRow {
  id: string;
  tenant: string;
  run_id: string;
  data: { network: string; txHash: string; asset: string; from: string; amount: string };
}

export async function pendingRefunds(db: Queryable, limit: number): Promise<PendingRefund[]> {
  const { rows } = await db.query<RefundRow>(
    `select id, tenant, run_id, data from transfer where kind = 'refund' and state = 'pending' order by created_at limit $1`,
    [limit],
  );
  return rows.map(({ id, tenant, run_id: runId, data }) => ({
    id,
    tenant,
    runId,
    ...data,
    amount: BigInt(data.amount),
  }));
}

/** What was refunded of a payment so far, minor units, but for one refund. */
export async function refundedOf(db: Queryable, paymentId: string, but: string): Promise<bigint> {
  const { rows } = await db.query<{ sum: string }>(
    `select coalesce(sum((t.data ->> 'amount')::numeric), 0)::text as sum from transfer t join payment p on p.run_id = t.run_id
     where p.id = $1 and t.kind = 'refund' and t.state <> 'voided' and t.data ->> 'intentId' = $1 and t.id <> $2`,
    [paymentId, but],
  );
  return BigInt(rows[0]!.sum);
}
