import { PublicKey, SystemProgram } from '@solana/web3.js';
import type { AssetBook } from '../../../domain/assets.ts';
import { heldAsset } from '../../../domain/payments/purse.ts';
import type { WithdrawalGuard } from '../../../domain/payments/withdrawal.ts';
import { createSolanaNode } from '../solana/node.ts';

export interface WithdrawalGuardDeps {
  assets: AssetBook;
  rpcUrl: string;
  /** The escrow's own address, which is no destination. */
  escrow: string;
}

/**
 * Destinations are wallets. A token account or a program would swallow the money, and coins below the rent minimum
 * cannot open a new account: such a transaction would fail on the chain after the fee was paid.
 */
export function createWithdrawalGuard({ assets, rpcUrl, escrow }: WithdrawalGuardDeps): WithdrawalGuard {
  const { connection } = createSolanaNode({ rpcUrl, network: assets.escrowNetwork });
  return {
    async refuses({ asset, amount, destination }) {
      const address = parse(destination);
      if (address === undefined || destination === escrow) return 'invalid_destination';
      const account = await connection.getAccountInfo(address);
      if (account !== null && (account.executable || !account.owner.equals(SystemProgram.programId)))
        return 'invalid_destination';
      if (heldAsset(assets, asset).address !== null || account !== null) return undefined;
      const minimum = await connection.getMinimumBalanceForRentExemption(0);
      return amount < BigInt(minimum) ? 'below_minimum' : undefined;
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
