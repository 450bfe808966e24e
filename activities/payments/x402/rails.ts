import type { Rail, Rails } from '../../../domain/payments/rail.ts';
import { createEvmRail, type EvmRailConfig } from './evm.ts';
import { createSolanaRail, type SolanaRailConfig } from './solana.ts';

export interface RailsConfig {
  evm?: EvmRailConfig;
  solana?: SolanaRailConfig;
}

/** The rails that are configured. A new chain is one more file with the small interface of `Rail`. */
export function createRails(config: RailsConfig): Rails {
  const all: Rail[] = [
    ...(config.solana ? [createSolanaRail(config.solana)] : []),
    ...(config.evm ? [createEvmRail(config.evm)] : []),
  ];
  return {
    all,
    find: (network) => all.find((rail) => rail.network === network),
    close: () => {
      for (const rail of all) rail.close();
    },
  };
}
