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
