import type { Asset } from '../schemas/core/money.ts';

/** The assets this installation deals in, one entry a chain; codes have the same decimals on all of them. */
export interface AssetBook {
  assets: Asset[];
  /** Network that users' escrow is on. */
  escrowNetwork: string;
}

/** The asset that users hold in escrow under this code. */
export function escrowAsset(book: AssetBook, code: string): Asset | undefined {
  return book.assets.find((asset) => asset.network === book.escrowNetwork && asset.code === code);
}

/** The asset a quote names by network and address (EVM addresses compare without case). */
export function quotedAsset(book: AssetBook, network: string, address: string): Asset | undefined {
  const wanted = network.startsWith('eip155:') ? address.toLowerCase() : address;
  return book.assets.find(
    (asset) =>
      asset.network === network &&
      (network.startsWith('eip155:') ? asset.address?.toLowerCase() : asset.address) === wanted,
  );
}

/** CAIP-19 id of a token, or of the chain's native coin when there is no address. */
export function assetId(network: string, address: string | null, slip44: number): string {
  if (address === null) return `${network}/slip44:${slip44}`;
  return `${network}/${network.startsWith('eip155:') ? `erc20:${address.toLowerCase()}` : `token:${address}`}`;
}
