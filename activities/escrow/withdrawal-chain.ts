import { getWithdrawal, type WithdrawalRow } from '../../db/escrow/withdrawals.ts';
import { EngineError } from '../../domain/errors.ts';
import type { WithdrawalState } from '../../domain/ports/escrow.ts';
import type { EscrowTools } from './tools.ts';
import { nodeErrorMessage } from '../payments/node-name.ts';

export interface SignedWithdrawal {
  bytes: string;
  signedSlot: number;
}

export function openSigned(tools: EscrowTools, row: WithdrawalRow): SignedWithdrawal {
  if (row.signed_sealed === null)
    throw new EngineError('withdrawal_unsigned', `Withdrawal ${row.id} is ${row.status}: sign it first.`);
  return tools.sealer.open('withdrawal.signed', row.signed_sealed) as unknown as SignedWithdrawal;
}

/** What the chain shows of the stored signature. A node that does not answer is `unknown`, not an error. */
export async function observeWithdrawal(tools: EscrowTools, id: string): Promise<WithdrawalState> {
  const row = await getWithdrawal(tools.db.pool, id);
  if (row === undefined || row.signature === null || row.last_valid_height === null)
    throw new EngineError('withdrawal_unsigned', `Withdrawal ${id} has no signature to look for.`);
  try {
    return await look(tools, row.signature, row.last_valid_height, openSigned(tools, row).signedSlot);
  } catch (error) {
    if (error instanceof EngineError) throw error;
    return { kind: 'unknown', message: nodeErrorMessage(error) };
  }
}

/** Absent is final: failed for good, or past its last valid block on a node that would still show it. */
async function look(
  { node }: EscrowTools,
  signature: string,
  lastValidHeight: number,
  signedSlot: number,
): Promise<WithdrawalState> {
  const { blockHeight, slot } = await node.finality(); // before the search, so that nothing lands between the two
  const { context, value } = await node.connection.getSignatureStatus(signature, {
    searchTransactionHistory: true,
  });
  if (value !== null) {
    if (value.confirmationStatus !== 'finalized') return { kind: 'pending' };
    return value.err === null ? { kind: 'finalized', signature } : { kind: 'absent' };
  }
  if (blockHeight <= lastValidHeight) return { kind: 'alive' };
  await node.assertCluster();
  if (context.slot < slot)
    return { kind: 'unknown', message: 'The node that was asked for the withdrawal is behind the others.' };
  if (await node.holdsHistorySince(signedSlot)) return { kind: 'absent' };
  return { kind: 'unknown', message: 'The node no longer holds the history that would show the withdrawal.' };
}
