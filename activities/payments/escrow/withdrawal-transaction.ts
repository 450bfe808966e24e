import {
  createAssociatedTokenAccountIdempotentInstruction,
  createTransferCheckedInstruction,
} from '@solana/spl-token';
import { PublicKey, SystemProgram, Transaction, TransactionInstruction } from '@solana/web3.js';
import bs58 from 'bs58';
import type { WithdrawalRow } from '../../../db/repositories/withdrawals.ts';
import { heldAsset } from '../../../domain/payments/purse.ts';
import type { Asset } from '../../../schemas/core/money.ts';
import { tokenAccount, tokenProgram } from '../solana/tokens.ts';
import type { EscrowTools } from './activities.ts';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

export interface BuiltWithdrawal {
  /** Base64. */
  bytes: string;
  signature: string;
  lastValidHeight: number;
  signedSlot: number;
}

/** The memo names the withdrawal, so that two equal ones are two transactions even in the same slot. */
export async function buildWithdrawal(tools: EscrowTools, row: WithdrawalRow): Promise<BuiltWithdrawal> {
  const { keypair, node } = tools;
  const asset = heldAsset(tools.assets, row.asset);
  const { context, value } = await node.connection.getLatestBlockhashAndContext('confirmed');
  const memo = new TransactionInstruction({
    programId: MEMO_PROGRAM,
    keys: [],
    data: Buffer.from(`withdrawal ${row.id}`),
  });
  const transaction = new Transaction({ feePayer: keypair.publicKey, ...value });
  transaction.add(...(await moves(tools, row, asset)), memo);
  transaction.sign(keypair);
  return {
    bytes: transaction.serialize().toString('base64'),
    signature: bs58.encode(transaction.signature!),
    lastValidHeight: value.lastValidBlockHeight,
    signedSlot: context.slot,
  };
}

/** Tokens go to the destination's associated account, which is opened at our cost where it is missing. */
async function moves(
  { keypair, node }: EscrowTools,
  row: WithdrawalRow,
  asset: Asset,
): Promise<TransactionInstruction[]> {
  const from = keypair.publicKey;
  const to = new PublicKey(row.destination);
  const amount = BigInt(row.amount);
  if (asset.address === null)
    return [SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports: amount })];
  const mint = new PublicKey(asset.address);
  const program = await tokenProgram(node, mint);
  const [source, target] = await Promise.all([tokenAccount(node, mint, from), tokenAccount(node, mint, to)]);
  return [
    createAssociatedTokenAccountIdempotentInstruction(from, target, to, mint, program),
    createTransferCheckedInstruction(source, mint, target, from, amount, asset.decimals, [], program),
  ];
}
