import type { Asset } from '../../schemas/core/money.ts';
import { assetId } from '../../domain/assets.ts';
import { deployEvm, EVM_TOKEN } from './deploy/evm.ts';
import { deploySolana, SOLANA_TOKEN } from './deploy/solana.ts';
import type { LocalAssets, LocalKeys } from './local-assets.ts';

export interface DeployOptions {
  readonly evmRpcUrl: string;
  readonly solanaRpcUrl: string;
  readonly keys: LocalKeys;
}

/** SLIP-44 coin type of SOL, which names the chain's own coin in CAIP-19. */
const SLIP44_SOL = 501;
const CAIP2_REFERENCE_LENGTH = 32;

/**
 * Puts tokens, wallets and first balances on the local chains. It can be repeated at any time: only what is missing is
 * made, and a balance that has been spent stays spent.
 */
export async function deployLocalAssets({
  evmRpcUrl,
  solanaRpcUrl,
  keys,
}: DeployOptions): Promise<LocalAssets> {
  const [evm, { solana, genesisHash }] = await Promise.all([
    deployEvm(evmRpcUrl, keys.evm),
    deploySolana(solanaRpcUrl, keys.solana),
  ]);
  const solanaNetwork = `solana:${genesisHash.slice(0, CAIP2_REFERENCE_LENGTH)}`;
  return {
    evm,
    solana,
    solanaNetwork,
    solanaNetworkV1: 'solana-devnet',
    assets: assetBook(evm, solana, solanaNetwork),
  };
}

function assetBook(evm: LocalAssets['evm'], solana: LocalAssets['solana'], solanaNetwork: string): Asset[] {
  const describe = (network: string, code: string, address: string | null, decimals: number): Asset => ({
    id: assetId(network, address, SLIP44_SOL),
    code,
    network,
    address,
    decimals,
  });
  return [
    describe(solanaNetwork, 'SOL', null, 9),
    describe(solanaNetwork, SOLANA_TOKEN.symbol, solana.mint.address, SOLANA_TOKEN.decimals),
    describe(evm.network, EVM_TOKEN.symbol, evm.token.address, EVM_TOKEN.decimals),
  ];
}
