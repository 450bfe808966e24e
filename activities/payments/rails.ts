import { quotedAsset, type AssetBook } from '../../domain/assets.ts';
import { isImagined } from '../../domain/payments/networks.ts';
import { showAmount } from '../../domain/money.ts';
import type { Rail, Rails } from '../../domain/payments/rail.ts';
import type { ShowToken } from './evm/node.ts';
import { createMockRail } from './mock/rail.ts';
import { createEvmRouterRail, type EvmRouterConfig } from './evm/router.ts';
import type { SolanaRailConfig } from './solana/node.ts';
import { createSolanaTransferRail } from './solana/transfer.ts';
import { createEvmRail, type EvmRailConfig } from './x402/evm.ts';
import { createSolanaRail } from './x402/solana.ts';

export interface RailsConfig {
  /** What amounts of tokens are called in words for people. */
  assets?: AssetBook;
  /** With a router's address, payments through it go over the same chain from the same wallet. */
  evm?: EvmRailConfig & Partial<Pick<EvmRouterConfig, 'router' | 'bumpAfterMs'>>;
  solana?: SolanaRailConfig;
}

const showToken =
  (book: AssetBook | undefined, network: string): ShowToken =>
  (token, minor) => {
    const asset = book && quotedAsset(book, network, token);
    return asset === undefined ? `${minor} minor units` : showAmount(minor, asset);
  };

const mockNetworks = (book: AssetBook | undefined): string[] => [
  ...new Set(book?.assets.map(({ network }) => network).filter(isImagined)),
];

/** The rails that are configured. A new way to pay is one more file with the small interface of `Rail`. */
export function createRails({ assets, evm: evmConfig, solana }: RailsConfig): Rails {
  const evm = evmConfig && { show: showToken(assets, `eip155:${evmConfig.chainId}`), ...evmConfig };
  const all: Rail[] = [
    ...(solana ? [createSolanaRail(solana), createSolanaTransferRail(solana)] : []),
    ...(evm ? [createEvmRail(evm)] : []),
    ...(evm?.router === undefined ? [] : [createEvmRouterRail({ ...evm, router: evm.router })]),
    ...mockNetworks(assets).map(createMockRail),
  ];
  return {
    all,
    find: (network, kind) =>
      all.find(
        (rail) =>
          rail.network === network && (kind === undefined ? rail.submit === undefined : rail.kind === kind),
      ),
    close: () => {
      for (const rail of all) rail.close();
    },
  };
}
