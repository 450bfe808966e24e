import { createHash } from 'node:crypto';
import type { WalletProof } from '../../schemas/core/receipt.ts';
import type { Queryable } from '../ledger.ts';
import { claimProof } from '../repositories/chain-proof.ts';

/**
 * Keeps what a wallet signed for one run; false when this signature has approved another run. Plans of equal tasks have
 * the same hash, so the message alone would approve all of them, and be shown on all their receipts.
 */
export async function useConsent(
  db: Queryable,
  { wallet, message }: WalletProof,
  runId: string,
): Promise<boolean> {
  const digest = createHash('sha256').update(message).digest('hex');
  return claimProof(db, { id: `consent:${wallet}:${digest}`, kind: 'consent', usedBy: runId });
}
