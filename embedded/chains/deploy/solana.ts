import '../../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountInstruction,
  createInitializeMint2Instruction,
  createMintToInstruction,
  getAssociatedTokenAddressSync,
  MINT_SIZE,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import {
  Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  Transaction,
  type TransactionInstruction,
} from '@solana/web3.js';
import { setTimeout as delay } from 'node:timers/promises';
import bs58 from 'bs58';
import type { LocalAssets, LocalKeys, SolanaAccount } from '../local-assets.ts';

export const SOLANA_TOKEN = { symbol: 'USDC', decimals: 6 };

const CONFIRM_TIMEOUT_MS = 30_000;
const CONFIRM_POLL_MS = 50;
const SOL = 1_000_000_000;
/** The escrow's first own coins, for fees and rents; lamports. */
export const ESCROW_LAMPORTS = 10n * BigInt(SOL);
const DEMO_USDC = 10_000_000_000n;
const SELLER_USDC = 100_000_000n;

interface Grant {
  readonly owner: Keypair;
  readonly lamports: number;
  readonly usdc: bigint;
}

/** Mint, SOL for fees, token accounts and first balances; each account is filled in the transaction that opens it. */
export async function deploySolana(rpcUrl: string, keys: LocalKeys['solana']) {
  // Without a websocket: nothing here subscribes, and surfpool wants none open when it stops.
  const connection = new Connection(rpcUrl, 'confirmed');
  const { faucet, mint, escrow, facilitator, demoUser, sellers } = keys;
  await createMint(connection, faucet, mint);
  const grants: Grant[] = [
    { owner: escrow, lamports: Number(ESCROW_LAMPORTS), usdc: 0n },
    { owner: facilitator, lamports: 100 * SOL, usdc: 0n },
    { owner: demoUser, lamports: 100 * SOL, usdc: DEMO_USDC },
    ...Object.values(sellers).map((owner) => ({ owner, lamports: 10 * SOL, usdc: SELLER_USDC })),
  ];
  await Promise.all(grants.map((grant) => openAccount(connection, faucet, mint.publicKey, grant)));
  const describe = (owner: Keypair): SolanaAccount => describeAccount(owner, mint.publicKey);
  const solana: LocalAssets['solana'] = {
    rpcUrl,
    mint: { address: mint.publicKey.toBase58(), ...SOLANA_TOKEN },
    faucet: describe(faucet),
    escrow: describe(escrow),
    facilitator: describe(facilitator),
    demoUser: describe(demoUser),
    sellers: {
      market: describe(sellers.market),
      studio: describe(sellers.studio),
      travel: describe(sellers.travel),
    },
  };
  return { solana, genesisHash: await connection.getGenesisHash() };
}

/** A wallet of one more user, with the same first balance as the demo user's. It is opened once. */
export async function openUserWallet(
  { rpcUrl, mint, faucet }: Pick<LocalAssets['solana'], 'rpcUrl' | 'mint' | 'faucet'>,
  owner: Keypair,
): Promise<SolanaAccount> {
  const key = new PublicKey(mint.address);
  const grant = { owner, lamports: SOL, usdc: DEMO_USDC };
  const payer = Keypair.fromSecretKey(bs58.decode(faucet.secretKey));
  await openAccount(new Connection(rpcUrl, 'confirmed'), payer, key, grant);
  return describeAccount(owner, key);
}

function describeAccount(owner: Keypair, mint: PublicKey): SolanaAccount {
  return {
    address: owner.publicKey.toBase58(),
    secretKey: bs58.encode(owner.secretKey),
    usdcAccount: getAssociatedTokenAddressSync(mint, owner.publicKey).toBase58(),
  };
}

async function createMint(connection: Connection, faucet: Keypair, mint: Keypair): Promise<void> {
  if (await connection.getAccountInfo(mint.publicKey)) return;
  const lamports = await connection.getMinimumBalanceForRentExemption(MINT_SIZE);
  const instructions = [
    SystemProgram.createAccount({
      fromPubkey: faucet.publicKey,
      newAccountPubkey: mint.publicKey,
      lamports,
      space: MINT_SIZE,
      programId: TOKEN_PROGRAM_ID,
    }),
    createInitializeMint2Instruction(mint.publicKey, SOLANA_TOKEN.decimals, faucet.publicKey, null),
  ];
  await sendAndPoll(connection, instructions, [faucet, mint]);
}

/** One transaction, so that an account either has its first balance or does not exist. */
async function openAccount(
  connection: Connection,
  faucet: Keypair,
  mint: PublicKey,
  grant: Grant,
): Promise<void> {
  const owner = grant.owner.publicKey;
  const tokenAccount = getAssociatedTokenAddressSync(mint, owner);
  if (await connection.getAccountInfo(tokenAccount)) return;
  const instructions = [
    SystemProgram.transfer({ fromPubkey: faucet.publicKey, toPubkey: owner, lamports: grant.lamports }),
    createAssociatedTokenAccountInstruction(faucet.publicKey, tokenAccount, owner, mint),
  ];
  if (grant.usdc > 0n) {
    instructions.push(createMintToInstruction(mint, tokenAccount, faucet.publicKey, grant.usdc));
  }
  await sendAndPoll(connection, instructions, [faucet]);
}

/** Sends and waits for `confirmed` by polling. Throws when the transaction fails or its time runs out. */
export async function sendAndPoll(
  connection: Connection,
  instructions: readonly TransactionInstruction[],
  signers: readonly Keypair[],
): Promise<string> {
  const latest = await connection.getLatestBlockhash();
  const transaction = new Transaction({ feePayer: signers[0]?.publicKey ?? null, ...latest }).add(
    ...instructions,
  );
  transaction.sign(...signers);
  const signature = await connection.sendRawTransaction(transaction.serialize());
  await waitForConfirmation(connection, signature);
  return signature;
}

/** Polls, because surfpool wants no websocket open when it stops. */
export async function waitForConfirmation(connection: Connection, signature: string): Promise<void> {
  const deadline = Date.now() + CONFIRM_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const status = (await connection.getSignatureStatuses([signature])).value[0];
    if (status?.err) throw new Error(`Transaction ${signature} failed: ${JSON.stringify(status.err)}`);
    if (status?.confirmationStatus === 'confirmed' || status?.confirmationStatus === 'finalized') return;
    await delay(CONFIRM_POLL_MS);
  }
  throw new Error(`Transaction ${signature} was not confirmed within ${CONFIRM_TIMEOUT_MS} ms`);
}
