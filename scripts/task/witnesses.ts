import { createEvmWitness } from '../../activities/payments/evm/witness.ts';
import { createSolanaWitness } from '../../activities/payments/solana/witness.ts';
import type { Witnesses } from '../../domain/receipts/on-chains.ts';

/** Nodes that say what became of transactions; those of chains that were not named are none. */
export function witnessesOf(
  evmRpc: string | undefined,
  solanaRpc: string | undefined,
): { witnesses: Witnesses; close(): void } {
  const evm = evmRpc === undefined ? undefined : createEvmWitness(evmRpc);
  const solana = solanaRpc === undefined ? undefined : createSolanaWitness(solanaRpc);
  return {
    witnesses: {
      of: (network) =>
        network.startsWith('eip155:')
          ? { witness: evm, option: '--evm-rpc' }
          : { witness: solana, option: '--solana-rpc' },
    },
    close() {
      evm?.close();
      solana?.close();
    },
  };
}
