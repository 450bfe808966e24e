import '../../config/quiet-bindings.ts';
import { createTransferCheckedInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Connection, Keypair, PublicKey, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { setTimeout as delay } from 'node:timers/promises';
import type { StewardInfo } from '../steward-host.ts';
import type { StewardClient } from './client.ts';

const DECIMALS = 6;
const POLL_MS = 50;

/** Pays tokens of the demo user into escrow as users do: a transfer on the local chain, then the deposit's proof. */
export async function depositUsdc(
  client: StewardClient,
  info: StewardInfo,
  userId: string,
  whole: number,
): Promise<void> {
  const demo = Keypair.fromSecretKey(bs58.decode(info.demoUserKey));
  await client.post(`/escrow/${userId}/create`, { userWallet: demo.publicKey.toBase58() });
  const signature = await transfer(info, demo, BigInt(whole) * 10n ** BigInt(DECIMALS));
  await client.post(`/escrow/${userId}/deposit`, { amount: whole, asset: 'USDC', signature });
}

async function transfer(info: StewardInfo, from: Keypair, amount: bigint): Promise<string> {
  const connection = new Connection(info.solanaRpcUrl, 'confirmed');
  const mint = new PublicKey(info.mint);
  const source = getAssociatedTokenAddressSync(mint, from.publicKey);
  const target = getAssociatedTokenAddressSync(mint, new PublicKey(info.escrowAddress), true);
  const latest = await connection.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: from.publicKey, ...latest });
  transaction
    .add(createTransferCheckedInstruction(source, mint, target, from.publicKey, amount, DECIMALS))
    .sign(from);
  const signature = await connection.sendRawTransaction(transaction.serialize());
  for (const until = Date.now() + 30_000; Date.now() < until; await delay(POLL_MS)) {
    const status = (await connection.getSignatureStatuses([signature])).value[0];
    if (status?.confirmationStatus === 'finalized') return signature;
  }
  throw new Error(`${signature} was not final within 30 seconds.`);
}
