import '../../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createTransferCheckedInstruction,
} from '@solana/spl-token';
import { PublicKey, SystemProgram, Transaction, TransactionInstruction, type Keypair } from '@solana/web3.js';
import bs58 from 'bs58';
import { createHash } from 'node:crypto';
import type { SolanaNode } from './node.ts';
import { tokenAccount, tokenProgram } from './tokens.ts';

const MEMO_PROGRAM = new PublicKey('MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr');

/** A transfer out of our account. `mint` null is the chain's coin; `memo` is what makes it the only one of its kind. */
export interface TransferOrder {
  mint: string | null;
  decimals: number;
  amount: bigint;
  to: string;
  memo: string;
  /** Whether the payee's token account is opened at our cost; if not, and it is missing, the chain refuses the transfer. */
  opens: boolean;
}

export interface BuiltTransfer {
  /** Base64. */
  bytes: string;
  signature: string;
  /** SHA-256 of the message, hex. */
  messageHash: string;
  blockhash: string;
  lastValidHeight: number;
  signedSlot: number;
  /** The account that the amount is taken from. */
  source: string;
}

/** Signs it with us as payer of the network fee; sends nothing. */
export async function buildTransfer(
  node: SolanaNode,
  keypair: Keypair,
  order: TransferOrder,
): Promise<BuiltTransfer> {
  const { context, value } = await node.connection.getLatestBlockhashAndContext('confirmed');
  const memo = new TransactionInstruction({
    programId: MEMO_PROGRAM,
    keys: [],
    data: Buffer.from(order.memo),
  });
  const { source, instructions } = await moves(node, keypair.publicKey, order);
  const transaction = new Transaction({ feePayer: keypair.publicKey, ...value });
  transaction.add(...instructions, memo);
  transaction.sign(keypair);
  return {
    bytes: transaction.serialize().toString('base64'),
    signature: bs58.encode(transaction.signature!),
    messageHash: createHash('sha256').update(transaction.serializeMessage()).digest('hex'),
    blockhash: value.blockhash,
    lastValidHeight: value.lastValidBlockHeight,
    signedSlot: context.slot,
    source: source.toBase58(),
  };
}

/** Tokens go to the payee's associated account. */
async function moves(
  node: SolanaNode,
  from: PublicKey,
  order: TransferOrder,
): Promise<{ source: PublicKey; instructions: TransactionInstruction[] }> {
  const { amount, decimals } = order;
  const to = new PublicKey(order.to);
  if (order.mint === null)
    return {
      source: from,
      instructions: [SystemProgram.transfer({ fromPubkey: from, toPubkey: to, lamports: amount })],
    };
  const mint = new PublicKey(order.mint);
  const program = await tokenProgram(node, mint);
  const [source, target] = await Promise.all([tokenAccount(node, mint, from), tokenAccount(node, mint, to)]);
  return {
    source,
    instructions: [
      ...(order.opens
        ? [createAssociatedTokenAccountIdempotentInstruction(from, target, to, mint, program)]
        : []),
      createTransferCheckedInstruction(source, mint, target, from, amount, decimals, [], program),
    ],
  };
}
