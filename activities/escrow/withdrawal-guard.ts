import { PublicKey } from '@solana/web3.js';
import type { AssetBook } from '../../domain/assets.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import type { WithdrawalGuard } from '../../domain/payments/withdrawal.ts';
import { refusesDestination } from '../payments/solana/destination.ts';
import { createSolanaNode } from '../payments/solana/node.ts';

export interface WithdrawalGuardDeps {
  assets: AssetBook;
  rpcUrl: string;
  /** The escrow's own address, which is no destination. */
  escrow: string;
}

/** Refuses before anything is held what would be lost, or fail, on the chain. */
export function createWithdrawalGuard({ assets, rpcUrl, escrow }: WithdrawalGuardDeps): WithdrawalGuard {
  const { connection } = createSolanaNode({ rpcUrl, network: assets.escrowNetwork });
  return {
    async refuses({ asset, amount, destination }) {
      const address = parse(destination);
      if (address === undefined || destination === escrow) return 'invalid_destination';
      const isCoin = heldAsset(assets, asset).address === null;
      return refusesDestination(connection, address, isCoin ? amount : null);
    },
  };
}

function parse(text: string): PublicKey | undefined {
  try {
    return new PublicKey(text);
  } catch {
    return undefined;
  }
}
