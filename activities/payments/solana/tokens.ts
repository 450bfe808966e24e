import '../../../config/quiet-bindings.ts';
import {
  getAssociatedTokenAddressSync,
  getMint,
  getTransferFeeConfig,
  TOKEN_2022_PROGRAM_ID,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { PublicKey, type Commitment } from '@solana/web3.js';
import { EngineError } from '../../../domain/errors.ts';
import type { SolanaNode } from './node.ts';

const programs = new Map<string, PublicKey>(); // a mint never changes its program

/** The token program a mint belongs to. */
export async function tokenProgram(node: SolanaNode, mint: PublicKey): Promise<PublicKey> {
  const key = `${node.connection.rpcEndpoint} ${mint.toBase58()}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const owner = (await node.connection.getAccountInfo(mint))?.owner;
  if (owner === undefined || !(owner.equals(TOKEN_PROGRAM_ID) || owner.equals(TOKEN_2022_PROGRAM_ID)))
    throw new EngineError('asset_unknown', `${mint.toBase58()} is no token on this chain.`);
  programs.set(key, owner);
  return owner;
}

/** The associated token account of `owner` (which may be off the curve, as a program's account is). */
export async function tokenAccount(node: SolanaNode, mint: PublicKey, owner: PublicKey): Promise<PublicKey> {
  return getAssociatedTokenAddressSync(mint, owner, true, await tokenProgram(node, mint));
}

/** Why a transfer would deliver less than it takes; undefined when it would not. */
export async function transferFee(node: SolanaNode, mint: PublicKey): Promise<string | undefined> {
  const program = await tokenProgram(node, mint);
  if (program.equals(TOKEN_PROGRAM_ID)) return undefined; // the first token program knows no fees
  const config = getTransferFeeConfig(await getMint(node.connection, mint, 'confirmed', program));
  const points = Math.max(
    config?.olderTransferFee.transferFeeBasisPoints ?? 0,
    config?.newerTransferFee.transferFeeBasisPoints ?? 0,
  );
  return points === 0 ? undefined : `the token takes a fee of ${points / 100} % of every transfer`;
}

const decimals = new Map<string, number>(); // a mint never changes its decimals

export async function decimalsOf(node: SolanaNode, mint: PublicKey): Promise<number> {
  const key = `${node.connection.rpcEndpoint} ${mint.toBase58()}`;
  const known = decimals.get(key);
  if (known !== undefined) return known;
  const found = await getMint(node.connection, mint, 'confirmed', await tokenProgram(node, mint));
  decimals.set(key, found.decimals);
  return found.decimals;
}

/** Why amounts in this token would be wrong by powers of ten; undefined when they are right. */
export async function otherDecimals(
  node: SolanaNode,
  mint: PublicKey,
  configured: number,
): Promise<string | undefined> {
  const actual = await decimalsOf(node, mint);
  return actual === configured
    ? undefined
    : `the token ${mint.toBase58()} has ${actual} decimals on its chain and is configured with ${configured}`;
}

/** Minor units in a token account; none when it does not exist. */
export async function tokenBalance(
  node: SolanaNode,
  account: PublicKey,
  commitment: Commitment = 'confirmed',
): Promise<bigint> {
  const info = await node.connection.getAccountInfo(account, commitment);
  return info === null ? 0n : info.data.readBigUInt64LE(64); // amount follows mint and owner in every token account
}

export function isPublicKey(text: string): boolean {
  try {
    return new PublicKey(text).toBase58() === text;
  } catch {
    return false;
  }
}
