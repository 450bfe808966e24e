import { PublicKey } from '@solana/web3.js';
import type { TransferSighting } from '../../../domain/payments/rail.ts';
import type { SolanaNode } from './node.ts';
import { tokenTransfers } from './transfers.ts';
import { tokenAccount } from './tokens.ts';

/** Sums what one transaction moved from the wallet `from` to our token account. */
export async function readSolanaIncoming(
  node: SolanaNode,
  to: PublicKey,
  { txHash, asset, from }: { txHash: string; asset: string; from: string },
): Promise<TransferSighting> {
  if (!/^[1-9A-HJ-NP-Za-km-z]{64,90}$/.test(txHash)) return { kind: 'absent' };
  const config = { commitment: 'confirmed', maxSupportedTransactionVersion: 0 } as const;
  const found = await node.connection.getParsedTransaction(txHash, config);
  if (found === null) return { kind: 'absent' };
  if (found.meta === null || found.meta.err !== null) return { kind: 'failed' };
  const account = (await tokenAccount(node, new PublicKey(asset), to)).toBase58();
  const amount = tokenTransfers(found)
    .filter((transfer) => transfer.destination === account && transfer.sourceOwner === from)
    .reduce((sum, transfer) => sum + transfer.amount, 0n);
  const { slot } = await node.finality();
  return { kind: 'found', amount, final: found.slot <= slot, position: found.slot };
}
