import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalStack } from '../../scripts/local-stack.ts';
import { deployLocalAssets } from './deploy.ts';
import { openUserWallet } from './deploy/solana.ts';
import { parseSeed, solanaKeypair } from './keys.ts';
import { deriveLocalKeys, type LocalAssets, type SolanaAccount } from './local-assets.ts';

/** The user of the demo, whose wallet every local chain has from the start. */
export const DEMO_USER = 'demo_user';

/** The seed of a stack's own chains; undefined where it uses chains of others. */
function seedOf({ dir, env }: Pick<LocalStack, 'dir' | 'env'>): Uint8Array | undefined {
  if (env['SOLANA_NETWORK'] !== 'localnet') return undefined;
  return parseSeed(readFileSync(join(dir, 'local-chains.seed'), 'utf8').trim());
}

/** The wallet of a user on the stack's own chain: each has one, because an escrow takes deposits from one wallet alone. */
export async function walletOf(stack: LocalStack, local: LocalAssets, user: string): Promise<SolanaAccount> {
  const seed = seedOf(stack);
  if (seed === undefined || user === DEMO_USER) return local.solana.demoUser;
  return openUserWallet(local.solana, solanaKeypair(seed, `user/${user}`));
}

/** Tokens and wallets on a running stack's own chains. What is there already stays as it is. */
export async function localAssetsOf(stack: LocalStack): Promise<LocalAssets | undefined> {
  const { EVM_RPC_URL, SOLANA_RPC_URL } = stack.config;
  const seed = seedOf(stack);
  if (seed === undefined || EVM_RPC_URL === undefined || SOLANA_RPC_URL === undefined) return undefined;
  return deployLocalAssets({
    evmRpcUrl: EVM_RPC_URL,
    solanaRpcUrl: SOLANA_RPC_URL,
    keys: deriveLocalKeys(seed),
  });
}
