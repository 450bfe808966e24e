import { Connection } from '@solana/web3.js';
import { JsonRpcProvider } from 'ethers';
import type { Config } from '../config/config.ts';

/** Asks the chain itself, not Steward, whether a transaction happened. */
export async function confirmOnChain(config: Config, network: string, hash: string): Promise<string> {
  if (network.startsWith('eip155:')) {
    const provider = new JsonRpcProvider(config.EVM_RPC_URL, config.EVM_CHAIN_ID, { staticNetwork: true });
    const receipt = await provider.getTransactionReceipt(hash);
    provider.destroy();
    return receipt?.status === 1 ? `mined in block ${receipt.blockNumber}` : 'NOT on the chain';
  }
  const connection = new Connection(config.SOLANA_RPC_URL!, 'confirmed');
  const found = await connection.getTransaction(hash, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  return found !== null && found.meta?.err === null ? `confirmed in slot ${found.slot}` : 'NOT on the chain';
}
