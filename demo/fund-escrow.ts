import { createTransferCheckedInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Connection, Keypair, PublicKey, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { parseUnits } from '../domain/money.ts';
import type { LocalAssets } from '../embedded/chains/local-assets.ts';
import type { DemoClient } from './client.ts';
import type { Screen } from './screen.ts';

const ENOUGH = 4; // whole units: a second demo does not deposit again

/**
 * Without an amount it deposits what a demo needs, unless that is there already. The demo user's wallet sends tokens to
 * the escrow address and tells Steward the signature, as a real user would.
 */
export async function fundEscrow(
  screen: Screen,
  client: DemoClient,
  local: LocalAssets,
  user: string,
  amount?: string,
): Promise<void> {
  const { demoUser, mint, rpcUrl } = local.solana;
  screen.title('The user opens an escrow and deposits');
  await client.post(`/escrow/${user}/create`, { userWallet: demoUser.address });
  const { balances } = await client.get<{ balances: Record<string, { available: number }> }>(
    `/escrow/${user}/balance`,
  );
  const available = balances[mint.symbol]?.available ?? 0;
  if (amount === undefined && available >= ENOUGH)
    return screen.detail(`the escrow holds ${available} ${mint.symbol} already`);
  const { address } = await client.get<{ address: string }>('/escrow/address');
  const deposit = amount ?? '5';
  const signature = await sendToEscrow(local, address, deposit);
  screen.detail(`sent ${deposit} ${mint.symbol} from ${demoUser.address} to ${address}`);
  screen.detail(`transaction ${signature}; waiting until it is final (about 13 s on ${rpcUrl})`);
  await client.post(`/escrow/${user}/deposit`, { amount: deposit, asset: mint.symbol, signature });
  screen.detail(`${deposit} ${mint.symbol} credited`);
}

/** Sends tokens of the demo user to the escrow address; answers the signature. */
export async function sendToEscrow(
  { solana }: LocalAssets,
  escrow: string,
  deposit: string,
): Promise<string> {
  const wallet = Keypair.fromSecretKey(bs58.decode(solana.demoUser.secretKey));
  const mint = new PublicKey(solana.mint.address);
  const target = getAssociatedTokenAddressSync(mint, new PublicKey(escrow));
  const minor = parseUnits(deposit, solana.mint.decimals);
  const source = new PublicKey(solana.demoUser.usdcAccount);
  const instruction = createTransferCheckedInstruction(
    source,
    mint,
    target,
    wallet.publicKey,
    minor,
    solana.mint.decimals,
  );
  const connection = new Connection(solana.rpcUrl, 'confirmed');
  const transaction = new Transaction({
    feePayer: wallet.publicKey,
    ...(await connection.getLatestBlockhash()),
  }).add(instruction);
  transaction.sign(wallet);
  return connection.sendRawTransaction(transaction.serialize());
}
