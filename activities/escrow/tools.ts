import { Keypair } from '@solana/web3.js';
import type { Database } from '../../db/database.ts';
import type { Sealer } from '../../db/sealing.ts';
import type { AssetBook } from '../../domain/assets.ts';
import type { Checkpoint } from '../../domain/crash-points.ts';
import { type SolanaNode } from '../payments/solana/node.ts';

export interface EscrowDeps {
  db: Database;
  sealer: Sealer;
  assets: AssetBook;
  /** The chain that escrow is on; `secretKey` is the escrow keypair, 64 bytes. */
  solana: { rpcUrl: string; secretKey: Uint8Array; requestTimeoutMs?: number };
  checkpoint?: Checkpoint;
}

export interface EscrowTools extends Required<Pick<EscrowDeps, 'db' | 'sealer' | 'assets' | 'checkpoint'>> {
  keypair: Keypair;
  node: SolanaNode;
}
