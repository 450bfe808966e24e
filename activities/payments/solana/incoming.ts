import { PublicKey } from '@solana/web3.js';
import type { TransferSighting } from '../../../domain/payments/rail.ts';
import type { SolanaNode } from './node.ts';
import { ownPlaces, sharesOf } from './shares.ts';

/** Sums what one transaction moved from the wallet `from` to us. */
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
  const shares = sharesOf(found, await ownPlaces(node, to, asset));
  const amount = shares.find(({ sender }) => sender === from)?.amount ?? 0n;
  const { slot } = await node.finality();
  return { kind: 'found', amount, final: found.slot <= slot, position: found.slot };
}
