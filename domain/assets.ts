import type { Asset } from '../schemas/core/money.ts';
import { EngineError } from './errors.ts';
import { sameAddress } from './payments/networks.ts';

/** The assets this installation deals in, one entry a chain; codes have the same decimals on all of them. */
export interface AssetBook {
  assets: Asset[];
  /** Network that users' escrow is on. */
  escrowNetwork: string;
  /** Units that budgets may count in. */
  groups?: readonly AssetGroup[];
}

/** Assets that count as one, such as USDC on two chains. `assets` are CAIP-19 ids, `decimals` those of the unit. */
export interface AssetGroup {
  name: string;
  decimals: number;
  assets: readonly string[];
}

/** The asset that users hold in escrow under this code. */
export function escrowAsset(book: AssetBook, code: string): Asset | undefined {
  return book.assets.find((asset) => asset.network === book.escrowNetwork && asset.code === code);
}

/** Mint of the token that SOL is in where only tokens can be paid; one lamport is one unit of it. */
export const WRAPPED_SOL = 'So11111111111111111111111111111111111111112';

/** The token address or mint that payments in an asset name: SOL is paid wrapped. */
export const tokenOf = (asset: Asset): string => asset.address ?? WRAPPED_SOL;

/** The asset a quote names by network and address (EVM addresses compare without case; wrapped SOL is SOL). */
export function quotedAsset(book: AssetBook, network: string, address: string): Asset | undefined {
  const isWrapped = network.startsWith('solana:') && address === WRAPPED_SOL;
  const isIt = (own: string | null): boolean =>
    isWrapped ? own === null : own !== null && sameAddress(network, own, address);
  return book.assets.find((asset) => asset.network === network && isIt(asset.address));
}

/** The chain's coin, where the book has it. */
export const coinOf = ({ assets }: AssetBook, network: string): Asset | undefined =>
  assets.find((asset) => asset.network === network && asset.address === null);

/** CAIP-19 id of a token, or of the chain's native coin when there is no address. */
export function assetId(network: string, address: string | null, slip44: number): string {
  if (address === null) return `${network}/slip44:${slip44}`;
  return `${network}/${network.startsWith('eip155:') ? `erc20:${address.toLowerCase()}` : `token:${address}`}`;
}

/** The token address or mint that payments in an asset with this CAIP-19 id name. */
export function tokenOfAssetId(id: string): string {
  const [, name = ''] = id.split('/');
  return name.startsWith('slip44:') ? WRAPPED_SOL : name.slice(name.indexOf(':') + 1);
}

/** CAIP-2 ids of the public Solana clusters: the first 32 characters of their genesis hashes. */
const SOLANA_CLUSTERS: Readonly<Record<string, string>> = {
  'mainnet-beta': 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
  devnet: 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1',
  testnet: 'solana:4uhcVJyU9pJkvQyS88uRDiswHXSCkY3z',
};

const SLIP44_SOL = 501;

/** What the environment says about assets (`config/parts/chains.ts`); lists are "CODE:address:decimals,...". */
export interface AssetSettings {
  SOLANA_NETWORK?: string | undefined;
  SOLANA_CAIP2?: string | undefined;
  ESCROW_ASSETS?: string | undefined;
  EVM_CHAIN_ID: number;
  EVM_ASSETS?: string | undefined;
  ASSET_GROUPS?: string | undefined;
}

/** Assets that a family brings, beside those of the settings, and units of them for budgets. */
export interface FamilyAssets {
  assets: readonly Asset[];
  groups?: readonly AssetGroup[];
}

/**
 * The asset book of an installation. SOL is always there; a code has the same decimals on every chain. What the settings name
 * and a family brings, too, is one asset.
 */
export function buildAssetBook(settings: AssetSettings, more: readonly FamilyAssets[] = []): AssetBook {
  const escrowNetwork = settings.SOLANA_CAIP2 ?? SOLANA_CLUSTERS[settings.SOLANA_NETWORK ?? 'devnet'];
  if (escrowNetwork === undefined)
    throw new EngineError(
      'config_invalid',
      'SOLANA_NETWORK=localnet has no well-known id: set SOLANA_CAIP2.',
    );
  const sol = {
    id: assetId(escrowNetwork, null, SLIP44_SOL),
    code: 'SOL',
    network: escrowNetwork,
    address: null,
    decimals: 9,
  };
  const assets = onceEach([
    sol,
    ...parseAssets(settings.ESCROW_ASSETS, escrowNetwork),
    ...parseAssets(settings.EVM_ASSETS, `eip155:${settings.EVM_CHAIN_ID}`),
    ...more.flatMap(({ assets: theirs }) => theirs),
  ]);
  for (const asset of assets) {
    const other = assets.find(({ code, decimals }) => code === asset.code && decimals !== asset.decimals);
    if (other !== undefined)
      throw new EngineError(
        'config_invalid',
        `${asset.code} has ${asset.decimals} decimals on one chain and ${other.decimals} on another; that is not supported.`,
      );
  }
  const theirs = more.flatMap(({ groups = [] }) => groups);
  return { assets, escrowNetwork, groups: [...parseGroups(settings.ASSET_GROUPS, assets), ...theirs] };
}

const onceEach = (assets: readonly Asset[]): Asset[] =>
  [...new Map(assets.toReversed().map((asset) => [asset.id, asset])).values()].toReversed();

/** "USD:6:<CAIP-19>|<CAIP-19>,...". A group of assets that are not here would count nothing and hide a mistake. */
function parseGroups(list: string | undefined, assets: readonly Asset[]): AssetGroup[] {
  const groups = itemsOf(list).map((item) => {
    const match = /^([A-Z0-9]{1,32}):(\d{1,2}):(\S+)$/.exec(item);
    if (match === null)
      throw new EngineError('config_invalid', `"${item}" is not NAME:decimals:asset|asset in ASSET_GROUPS.`);
    const [, name, decimals, members] = match as unknown as [string, string, string, string];
    if (name === 'TOKENS')
      throw new EngineError(
        'config_invalid',
        'TOKENS counts what models use: give the group another name in ASSET_GROUPS.',
      );
    return { name, decimals: Number(decimals), assets: members.split('|').map((id) => known(id, assets)) };
  });
  const twice = groups.find(({ name }, at) => groups.findIndex((group) => group.name === name) !== at);
  if (twice !== undefined)
    throw new EngineError(
      'config_invalid',
      `ASSET_GROUPS has ${twice.name} twice: give each group its own name.`,
    );
  return groups;
}

function known(id: string, assets: readonly Asset[]): string {
  const written = id.startsWith('eip155:') ? id.toLowerCase() : id;
  if (assets.some((asset) => asset.id === written)) return written;
  throw new EngineError(
    'config_invalid',
    `ASSET_GROUPS names ${id}, which is no asset of this installation: add it to ESCROW_ASSETS or EVM_ASSETS.`,
  );
}

const itemsOf = (list: string | undefined): string[] =>
  (list ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

function parseAssets(list: string | undefined, network: string): Asset[] {
  return itemsOf(list).map((item) => {
    const match = /^([A-Z0-9]{2,12}):([^:\s]+):(\d{1,2})$/.exec(item);
    if (match === null) throw new EngineError('config_invalid', `"${item}" is not CODE:address:decimals.`);
    const [, code, address, decimals] = match as unknown as [string, string, string, string];
    return { id: assetId(network, address, SLIP44_SOL), code, network, address, decimals: Number(decimals) };
  });
}

/** The code plans are priced in: the first token of the book, else SOL. */
export const planAsset = (book: AssetBook): Asset =>
  book.assets.find((asset) => asset.address !== null && asset.network === book.escrowNetwork) ??
  book.assets[0]!;
