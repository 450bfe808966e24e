import { PublicKey } from '@solana/web3.js';
import type { AssetBook } from '../../domain/assets.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import type { WithdrawalGuard } from '../../domain/payments/withdrawal.ts';
import { leastCoins, isWallet } from '../payments/solana/destination.ts';
import { createSolanaNode } from '../payments/solana/node.ts';
import { isPublicKey } from '../payments/solana/tokens.ts';
import { transferCosts } from '../payments/solana/transfer-costs.ts';

export interface WithdrawalGuardDeps {
  assets: AssetBook;
  rpcUrl: string;
  /** The escrow's own address, which is no destination. */
  escrow: string;
}

/** Refuses before anything is held what would be lost, or fail, on the chain; else says what it takes. */
export function createWithdrawalGuard({ assets, rpcUrl, escrow }: WithdrawalGuardDeps): WithdrawalGuard {
  const node = createSolanaNode({ rpcUrl, network: assets.escrowNetwork });
  return {
    async judge({ asset, destination, burns }) {
      if (!isPublicKey(destination) || destination === escrow) return refused;
      const to = new PublicKey(destination);
      const mint = heldAsset(assets, asset).address;
      const mayBurn = burns && mint !== null; // a token account of an address without a key is nobody's, as was wished
      if (!mayBurn && !(await isWallet(node.connection, to))) return refused;
      const [costs, least] = await Promise.all([
        transferCosts(node, { mint, to: destination }),
        mint === null ? leastCoins(node.connection, to) : 1n,
      ]);
      return { kind: 'fine', costs, least };
    },
  };
}

const refused = { kind: 'refused', code: 'invalid_destination' } as const;
