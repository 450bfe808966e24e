import type { Asset } from '../../schemas/core/money.ts';
import { assetId, type FamilyAssets } from '../assets.ts';
import { MNEE, MNEE_DECIMALS, type OmniMode } from './config.ts';

/** What the environment says about the token. */
interface Settings {
  EVM_CHAIN_ID: number;
  EVM_RPC_URL?: string | undefined;
  EVM_ROUTER_ADDRESS?: string | undefined;
  MNEE_TOKEN_ADDRESS?: string | undefined;
  OMNI_MODE?: OmniMode | undefined;
}

const MOCK_NETWORK = 'mock:steward';

/** What is counted in mock mode. */
export const MOCK_MNEE: Asset = {
  id: `${MOCK_NETWORK}/token:${MNEE}`,
  code: MNEE,
  network: MOCK_NETWORK,
  address: MNEE,
  decimals: MNEE_DECIMALS,
};

/** MNEE on the chain, where its address is known. */
export function liveMnee({
  MNEE_TOKEN_ADDRESS: address,
  EVM_CHAIN_ID: chainId,
}: Settings): Asset | undefined {
  if (address === undefined) return undefined;
  const network = `eip155:${chainId}`;
  return { id: assetId(network, address, 0), code: MNEE, network, address, decimals: MNEE_DECIMALS };
}

/** The token on the chain and the one that is only counted; budgets count both as MNEE. */
export function omniAssets(settings: Settings): FamilyAssets {
  const live = liveMnee(settings);
  const assets = live === undefined ? [MOCK_MNEE] : [live, MOCK_MNEE];
  return { assets, groups: [{ name: MNEE, decimals: MNEE_DECIMALS, assets: assets.map(({ id }) => id) }] };
}

/** The mode that the settings ask for; a worker without the key of the treasury is in mock mode all the same. */
export function modeOf(settings: Settings): OmniMode {
  const { OMNI_MODE: wanted, EVM_RPC_URL: rpc, EVM_ROUTER_ADDRESS: router } = settings;
  const isPayable = rpc !== undefined && router !== undefined && liveMnee(settings) !== undefined;
  return isPayable && wanted !== 'mock' ? 'live' : 'mock';
}
