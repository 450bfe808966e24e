import { Keypair } from '@solana/web3.js';
import type { Database } from '../../../db/database.ts';
import type { Sealer } from '../../../db/sealing.ts';
import type { AssetBook } from '../../../domain/assets.ts';
import type { Checkpoint } from '../../../domain/crash-points.ts';
import type { EscrowActivities } from '../../../domain/ports/escrow.ts';
import { createSolanaNode, type SolanaNode } from '../solana/node.ts';
import { creditDeposit, refuseDeposit, verifyDeposit } from './deposits.ts';
import { closeWithdrawal, signWithdrawal, submitWithdrawal } from './withdrawals.ts';
import { observeWithdrawal } from './withdrawal-chain.ts';

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

/** Users' money in and out of the escrow on Solana. */
export function createEscrowActivities(deps: EscrowDeps): EscrowActivities {
  const { secretKey, ...node } = deps.solana;
  const tools: EscrowTools = {
    checkpoint: () => undefined,
    ...deps,
    keypair: Keypair.fromSecretKey(secretKey),
    node: createSolanaNode({ ...node, network: deps.assets.escrowNetwork }),
  };
  return {
    verifyDeposit: (claim) => verifyDeposit(tools, claim),
    creditDeposit: (claim) => creditDeposit(tools, claim),
    refuseDeposit: (claim) => refuseDeposit(tools, claim),
    signWithdrawal: (ref) => signWithdrawal(tools, ref.withdrawalId),
    submitWithdrawal: (ref) => submitWithdrawal(tools, ref.withdrawalId),
    observeWithdrawal: (ref) => observeWithdrawal(tools, ref.withdrawalId),
    closeWithdrawal: (ref) => closeWithdrawal(tools, ref.withdrawalId, ref.outcome),
  };
}
