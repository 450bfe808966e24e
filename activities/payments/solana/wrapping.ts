import '../../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createSyncNativeInstruction,
  NATIVE_MINT,
} from '@solana/spl-token';
import { Keypair, PublicKey, SystemProgram, Transaction, type Commitment } from '@solana/web3.js';
import bs58 from 'bs58';
import type { OwnTransaction, SignedPayment, SignOrder } from '../../../domain/payments/rail.ts';
import type { SolanaNode } from './node.ts';
import { tokenAccount, tokenBalance } from './tokens.ts';
import { assertHeld, wrappingCosts } from './transfer-costs.ts';

const KEPT_LAMPORTS = 5_000_000n; // rent of the escrow account itself, of a token account, and fees

/** What can be paid in a token. For the wrapped coin this includes coins that are not wrapped yet. */
export async function spendable(node: SolanaNode, owner: PublicKey, asset: string): Promise<bigint> {
  const mint = new PublicKey(asset);
  const tokens = await tokenBalance(node, await tokenAccount(node, mint, owner));
  if (!mint.equals(NATIVE_MINT)) return tokens;
  return tokens + (await spareCoins(node, owner));
}

/** Coins that are not wrapped and may go. */
export async function spareCoins(node: SolanaNode, owner: PublicKey): Promise<bigint> {
  const coins = BigInt(await node.connection.getBalance(owner)) - KEPT_LAMPORTS;
  return coins > 0n ? coins : 0n;
}

/** What `owner` has of a mint at finality; null is the coin, of which wrapped ones are a part. */
export async function heldFinally(node: SolanaNode, owner: PublicKey, asset: string | null): Promise<bigint> {
  if (asset === null) return allCoins(node, owner, 'finalized');
  return tokenBalance(node, await tokenAccount(node, new PublicKey(asset), owner), 'finalized');
}

/** Coins of `owner`, wrapped ones included. */
export async function allCoins(node: SolanaNode, owner: PublicKey, commitment: Commitment): Promise<bigint> {
  const account = await tokenAccount(node, NATIVE_MINT, owner);
  const [wrapped, coins] = await Promise.all([
    tokenBalance(node, account, commitment),
    node.connection.getBalance(owner, commitment),
  ]);
  return wrapped + BigInt(coins);
}

/**
 * Wraps what the wrapped account lacks for everything promised in it. The money stays ours and the amount is a
 * difference, so a crash or a second process at worst wraps too much. Answers the fees that this took, also those of
 * earlier tries: each transaction is remembered before it is sent, since it may land whatever the node says of it.
 */
export async function wrapShortage(
  node: SolanaNode,
  owner: Keypair,
  order: Pick<SignOrder, 'committed' | 'own' | 'remember' | 'coins'>,
): Promise<SignedPayment['fees']> {
  const account = await tokenAccount(node, NATIVE_MINT, owner.publicKey);
  const shortage = order.committed - (await tokenBalance(node, account));
  const own = [...order.own];
  if (shortage > 0n) {
    assertHeld(await wrappingCosts(node, owner.publicKey), order.coins);
    own.push(await wrap(node, owner, account, shortage, order.remember));
  }
  const costs = own.map(async ({ txHash, moved }) => ({
    txHash,
    amount: (await spentOnTop(node, txHash, moved)) ?? 0n, // an earlier try that never landed
  }));
  return Promise.all(costs);
}

async function wrap(
  node: SolanaNode,
  owner: Keypair,
  account: PublicKey,
  lamports: bigint,
  remember: SignOrder['remember'],
): Promise<OwnTransaction> {
  const { blockhash, lastValidBlockHeight } = await node.connection.getLatestBlockhash('confirmed');
  const transaction = new Transaction({ feePayer: owner.publicKey, blockhash, lastValidBlockHeight }).add(
    createAssociatedTokenAccountIdempotentInstruction(owner.publicKey, account, owner.publicKey, NATIVE_MINT),
    SystemProgram.transfer({ fromPubkey: owner.publicKey, toPubkey: account, lamports }),
    createSyncNativeInstruction(account),
  );
  transaction.sign(owner);
  const txHash = bs58.encode(transaction.signature!);
  await remember({ txHash, moved: lamports });
  await node.send(txHash, transaction.serialize());
  await node.confirm(txHash);
  return { txHash, moved: lamports };
}

/** What a transaction of ours cost beyond the amount it moved: fee and rents. Undefined: the node does not show it. */
export async function spentOnTop(
  node: SolanaNode,
  signature: string,
  moved: bigint,
): Promise<bigint | undefined> {
  const found = await node.connection.getTransaction(signature, {
    commitment: 'confirmed',
    maxSupportedTransactionVersion: 0,
  });
  const before = found?.meta?.preBalances[0];
  const after = found?.meta?.postBalances[0];
  if (before === undefined || after === undefined) return undefined;
  return BigInt(before) - BigInt(after) - moved;
}
