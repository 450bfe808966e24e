import '../config/quiet-bindings.ts';
import { createTransferCheckedInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Connection, Keypair, PublicKey, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { describeError } from '../domain/errors.ts';
import { formatUnits, parseUnits } from '../domain/money.ts';
import type { LocalAssets, SolanaAccount } from '../embedded/chains/local-assets.ts';
import { UsageError } from '../scripts/command-line.ts';
import type { DemoClient } from './client.ts';
import type { Screen } from './screen.ts';

const ENOUGH = 4; // whole units: a second demo does not deposit again
const USUAL = '5';

/**
 * Without an amount it deposits what a demo needs, unless that is there already. The user's wallet on the local chain sends
 * tokens to the escrow address and tells Steward the signature, as a real user would.
 */
export async function fundEscrow(
  screen: Screen,
  client: DemoClient,
  local: LocalAssets,
  user: string,
  amount?: string,
  wallet: SolanaAccount = local.solana.demoUser,
): Promise<void> {
  const { mint, rpcUrl } = local.solana;
  const deposit = amount ?? USUAL;
  const units = readDeposit(deposit, mint);
  await refuseTooMuch(local, wallet, units, user);
  screen.title('The user opens an escrow and deposits');
  const escrow = `/escrow/${encodeURIComponent(user)}`;
  await client.post(`${escrow}/create`, { userWallet: wallet.address });
  const { balances } = await client.get<{ balances: Record<string, { available: number }> }>(
    `${escrow}/balance`,
  );
  const available = balances[mint.symbol]?.available ?? 0;
  if (amount === undefined && available >= ENOUGH)
    return screen.detail(`the escrow holds ${available} ${mint.symbol} already`);
  const { address } = await client.get<{ address: string }>('/escrow/address');
  if (address !== local.solana.escrow.address)
    throw new Error(
      `The API deposits at ${address}, which is not the escrow of this stack (${local.solana.escrow.address}): nothing was sent.`,
    );
  const signature = await sendTokens(local, wallet, address, units);
  screen.detail(`sent ${deposit} ${mint.symbol} from ${wallet.address} to ${address}`);
  screen.detail(`transaction ${signature}; waiting until it is final (about 13 s on ${rpcUrl})`);
  await client.post(`${escrow}/deposit`, { amount: deposit, asset: mint.symbol, signature });
  screen.detail(`${deposit} ${mint.symbol} credited`);
}

type Mint = Pick<LocalAssets['solana']['mint'], 'symbol' | 'decimals'>;

/** In minor units; what is no amount to send is refused before anything is opened. */
export function readDeposit(amount: string, { symbol, decimals }: Mint): bigint {
  let units = 0n;
  try {
    units = parseUnits(amount, decimals);
  } catch (error) {
    throw new UsageError(`How much ${symbol}? ${describeError(error)}`);
  }
  if (units === 0n)
    throw new UsageError(`How much ${symbol}? ${amount} is nothing; say for example ${USUAL}.`);
  return units;
}

async function refuseTooMuch(
  { solana: { rpcUrl, mint } }: LocalAssets,
  wallet: SolanaAccount,
  units: bigint,
  user: string,
): Promise<void> {
  const connection = new Connection(rpcUrl, 'confirmed');
  const { value } = await connection.getTokenAccountBalance(new PublicKey(wallet.usdcAccount));
  if (units <= BigInt(value.amount)) return;
  const [wanted, has] = [units, value.amount].map((minor) => formatUnits(minor, mint.decimals));
  throw new Error(
    `The local wallet of ${user} has ${has} ${mint.symbol}, less than ${wanted}: nothing was sent. Deposit at most what it has.`,
  );
}

/** From a wallet of the local chain, in minor units; answers the signature. */
export async function sendTokens(
  { solana }: LocalAssets,
  from: SolanaAccount,
  escrow: string,
  units: bigint,
): Promise<string> {
  const wallet = Keypair.fromSecretKey(bs58.decode(from.secretKey));
  const mint = new PublicKey(solana.mint.address);
  const target = getAssociatedTokenAddressSync(mint, new PublicKey(escrow));
  const instruction = createTransferCheckedInstruction(
    new PublicKey(from.usdcAccount),
    mint,
    target,
    wallet.publicKey,
    units,
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
