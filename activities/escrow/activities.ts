import { Keypair } from '@solana/web3.js';
import type { EscrowActivities } from '../../domain/ports/escrow.ts';
import { createSolanaNode } from '../payments/solana/node.ts';
import { creditDeposit, refuseDeposit, verifyDeposit } from './deposits.ts';
import { closeWithdrawal, signWithdrawal, submitWithdrawal } from './withdrawals.ts';
import { observeWithdrawal } from './withdrawal-chain.ts';
import type { EscrowDeps, EscrowTools } from './tools.ts';

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
