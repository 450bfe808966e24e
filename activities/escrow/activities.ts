import { Keypair } from '@solana/web3.js';
import type { EscrowActivities } from '../../domain/ports/escrow.ts';
import { createSolanaNode } from '../payments/solana/node.ts';
import { creditDeposit, refuseDeposit, verifyDeposit } from './deposits.ts';
import { leaveWithdrawal, prepareWithdrawal } from './withdrawals.ts';
import type { EscrowDeps, EscrowTools } from './tools.ts';

/** Users' money into the escrow on Solana, and what begins its way out: from there on it is a payment. */
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
    prepareWithdrawal: (ref) => prepareWithdrawal(tools, ref.withdrawalId),
    leaveWithdrawal: (ref) => leaveWithdrawal(tools, ref.withdrawalId),
  };
}
