import { closeTransfer, applyTransfer } from '../../db/ledger.ts';
import { raiseAttention } from '../../db/repositories/attention.ts';
import { getWithdrawal, moveWithdrawal, type WithdrawalRow } from '../../db/escrow/withdrawals.ts';
import { EngineError } from '../../domain/errors.ts';
import { feeEntries } from '../../domain/payments/entries.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import type { EscrowActivities, WithdrawalState } from '../../domain/ports/escrow.ts';
import { buildTransfer } from '../payments/solana/transfer-transaction.ts';
import { spentOnTop } from '../payments/solana/wrapping.ts';
import type { EscrowTools } from './tools.ts';
import { assertAffordable } from './withdrawal-costs.ts';
import { observeWithdrawal, openSigned } from './withdrawal-chain.ts';

type Outcome = Parameters<EscrowActivities['closeWithdrawal']>[0]['outcome'];

export async function mustGetWithdrawal(tools: EscrowTools, id: string): Promise<WithdrawalRow> {
  const row = await getWithdrawal(tools.db.pool, id);
  if (row === undefined) throw new EngineError('withdrawal_not_found', `There is no withdrawal ${id}.`);
  return row;
}

/**
 * held → signed, once. A crash before the bytes are stored leaves nothing outside this process; whoever stores first
 * wins and the others drop theirs unseen.
 */
export async function signWithdrawal(tools: EscrowTools, id: string): Promise<void> {
  const row = await mustGetWithdrawal(tools, id);
  if (row.status !== 'held') return;
  await assertAffordable(tools, row);
  const { address: mint, decimals } = heldAsset(tools.assets, row.asset);
  const built = await buildTransfer(tools.node, tools.keypair, {
    mint,
    decimals,
    amount: BigInt(row.amount),
    to: row.destination,
    memo: `withdrawal ${row.id}`,
  });
  await tools.checkpoint('withdrawal.created');
  const sealed = tools.sealer.seal('withdrawal.signed', { bytes: built.bytes, signedSlot: built.signedSlot });
  const { signature, lastValidHeight } = built;
  await moveWithdrawal(tools.db.pool, id, ['held'], 'signed', {
    signed: { sealed, signature, lastValidHeight },
  });
  await tools.checkpoint('withdrawal.signed');
}

/** Sends the stored bytes, the same ones however often. What the node says of them proves nothing; the chain does. */
export async function submitWithdrawal(tools: EscrowTools, id: string): Promise<WithdrawalState> {
  const row = await mustGetWithdrawal(tools, id);
  const signed = openSigned(tools, row);
  if (row.status === 'finalized' || row.status === 'released') return observeWithdrawal(tools, id);
  await moveWithdrawal(tools.db.pool, id, ['signed', 'submitted', 'unknown'], 'submitted');
  await tools.node.connection
    .sendRawTransaction(Buffer.from(signed.bytes, 'base64'), { skipPreflight: true })
    .catch(() => undefined);
  await tools.checkpoint('withdrawal.sent');
  return observeWithdrawal(tools, id);
}

/** Posts or releases the hold. Repeating an outcome is a no-op, changing one is an error. */
export async function closeWithdrawal(tools: EscrowTools, id: string, outcome: Outcome): Promise<void> {
  const row = await mustGetWithdrawal(tools, id);
  if (outcome === 'unknown') return leaveOpen(tools, row);
  const asset = heldAsset(tools.assets, row.asset);
  const moved = outcome === 'finalized' && asset.address === null ? BigInt(row.amount) : 0n;
  const fee = row.signature === null ? 0n : await costOf(tools, row.signature, moved);
  await tools.db.transaction(async (client) => {
    await closeTransfer(client, `withdrawal:${id}`, outcome === 'finalized' ? 'posted' : 'voided');
    await moveWithdrawal(client, id, ['held', 'signed', 'submitted', 'unknown'], outcome);
    if (fee <= 0n) return;
    await applyTransfer(client, {
      id: `fee:${row.signature}`,
      kind: 'funding',
      state: 'posted',
      tenant: 'system',
      data: { withdrawalId: id },
      entries: feeEntries(heldAsset(tools.assets, 'SOL'), fee),
    });
  });
  await tools.checkpoint('withdrawal.closed');
}

/** A transaction that is on the chain has cost something; a node that does not show it is asked again. */
async function costOf({ node }: EscrowTools, signature: string, moved: bigint): Promise<bigint> {
  const cost = await spentOnTop(node, signature, moved);
  if (cost !== undefined) return cost;
  const { value } = await node.connection.getSignatureStatus(signature, { searchTransactionHistory: true });
  if (value !== null)
    throw new Error(`The node does not show transaction ${signature}, which is on the chain.`);
  return 0n;
}

async function leaveOpen(tools: EscrowTools, row: WithdrawalRow): Promise<void> {
  await moveWithdrawal(tools.db.pool, row.id, ['held', 'signed', 'submitted'], 'unknown', {
    reason: 'NOT_PROVEN',
  });
  await raiseAttention(tools.db.pool, {
    id: `withdrawal_unknown:${row.id}`,
    tenant: row.tenant,
    kind: 'withdrawal_unknown',
    runId: null,
    detail: `Whether withdrawal ${row.id} reached the chain could not be proven; its amount stays held.`,
    data: { withdrawalId: row.id, signature: row.signature },
  });
}
