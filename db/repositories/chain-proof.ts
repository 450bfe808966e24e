import { canonicalTransaction } from '../../domain/payments/networks.ts';
import type { Queryable } from '../ledger.ts';

/** What a transaction was credited for. */
export interface ProofUse {
  network: string;
  txHash: string;
  kind: 'deposit' | 'refund';
  /** Names the one credit that may rest on this transaction. */
  usedBy: string;
}

/** Claims a transaction for one credit; false when it already paid for another. The same use may claim it again. */
export async function useChainProof(db: Queryable, use: ProofUse): Promise<boolean> {
  const id = `tx:${use.network}:${canonicalTransaction(use.network, use.txHash)}`;
  await db.query(
    `insert into chain_proof (id, kind, used_by) values ($1, $2, $3) on conflict (id) do nothing`,
    [id, use.kind, use.usedBy],
  );
  const { rows } = await db.query<{ used_by: string }>(`select used_by from chain_proof where id = $1`, [id]);
  return rows[0]?.used_by === use.usedBy;
}
