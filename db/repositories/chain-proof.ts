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
  return claimProof(db, { id, kind: use.kind, usedBy: use.usedBy });
}

/** The first claim of a proof wins, for ever. */
export async function claimProof(
  db: Queryable,
  { id, kind, usedBy }: { id: string; kind: ProofUse['kind'] | 'consent'; usedBy: string },
): Promise<boolean> {
  await db.query(
    `insert into chain_proof (id, kind, used_by) values ($1, $2, $3) on conflict (id) do nothing`,
    [id, kind, usedBy],
  );
  const { rows } = await db.query<{ used_by: string }>(`select used_by from chain_proof where id = $1`, [id]);
  return rows[0]?.used_by === usedBy;
}
