import '../../../config/quiet-bindings.ts';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createTransferCheckedInstruction,
  getAssociatedTokenAddressSync,
} from '@solana/spl-token';
import {
  Connection,
  Keypair,
  PublicKey,
  SystemProgram,
  Transaction,
  type Finality,
  type TransactionInstruction,
} from '@solana/web3.js';
import bs58 from 'bs58';
import { setTimeout as delay } from 'node:timers/promises';
import type { LocalAssets } from '../../../embedded/chains/local-assets.ts';

/** Wallets of the local Solana chain, as their owners would use them. */
export interface SolanaWallets {
  connection: Connection;
  mint: PublicKey;
  faucet: Keypair;
  escrow: PublicKey;
  /** Signs and sends; answers the signature when it is confirmed, or final. */
  send(signers: Keypair[], instructions: TransactionInstruction[], until?: Finality): Promise<string>;
  /** A new wallet with coins and, if asked, tokens. */
  newWallet(lamports: bigint, tokens?: bigint): Promise<Keypair>;
  tokenAccount(owner: PublicKey, mint?: PublicKey): PublicKey;
  /** An empty account for tokens, at its owner's cost; its owner may close it again and has the rent back. */
  openTokenAccount(owner: Keypair): Promise<void>;
  closeTokenAccount(owner: Keypair): Promise<void>;
  pay(from: Keypair, to: PublicKey, lamports: bigint): TransactionInstruction;
  payTokens(from: Keypair, to: PublicKey, amount: bigint): TransactionInstruction[];
  tokenBalance(owner: PublicKey, mint?: PublicKey): Promise<bigint>;
}

export function solanaWallets({ solana }: LocalAssets): SolanaWallets {
  const connection = new Connection(solana.rpcUrl, 'confirmed');
  const mint = new PublicKey(solana.mint.address);
  const faucet = Keypair.fromSecretKey(bs58.decode(solana.faucet.secretKey));
  const demo = Keypair.fromSecretKey(bs58.decode(solana.demoUser.secretKey));
  const tokenAccount = (owner: PublicKey, of = mint): PublicKey =>
    getAssociatedTokenAddressSync(of, owner, true);

  const wallets: SolanaWallets = {
    connection,
    mint,
    faucet,
    escrow: new PublicKey(solana.escrow.address),
    tokenAccount,
    async send(signers, instructions, until = 'confirmed') {
      const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash();
      const transaction = new Transaction({
        feePayer: signers[0]!.publicKey,
        blockhash,
        lastValidBlockHeight,
      });
      transaction.add(...instructions).sign(...signers);
      const signature = await connection.sendRawTransaction(transaction.serialize(), { skipPreflight: true });
      await seen(connection, signature, until);
      return signature;
    },
    async newWallet(lamports, tokens = 0n) {
      const wallet = Keypair.generate();
      await wallets.send([faucet], [wallets.pay(faucet, wallet.publicKey, lamports)]);
      if (tokens > 0n) await wallets.send([demo], wallets.payTokens(demo, wallet.publicKey, tokens));
      return wallet;
    },
    async openTokenAccount(owner) {
      const { publicKey } = owner;
      const account = tokenAccount(publicKey);
      const open = createAssociatedTokenAccountIdempotentInstruction(publicKey, account, publicKey, mint);
      await wallets.send([owner], [open]);
    },
    async closeTokenAccount(owner) {
      const { publicKey } = owner;
      await wallets.send(
        [owner],
        [createCloseAccountInstruction(tokenAccount(publicKey), publicKey, publicKey)],
      );
    },
    pay: (from, to, lamports) =>
      SystemProgram.transfer({ fromPubkey: from.publicKey, toPubkey: to, lamports }),
    payTokens: (from, to, amount) => [
      createAssociatedTokenAccountIdempotentInstruction(from.publicKey, tokenAccount(to), to, mint),
      createTransferCheckedInstruction(
        tokenAccount(from.publicKey),
        mint,
        tokenAccount(to),
        from.publicKey,
        amount,
        6,
      ),
    ],
    async tokenBalance(owner, of = mint) {
      const info = await connection.getAccountInfo(tokenAccount(owner, of));
      return info === null ? 0n : info.data.readBigUInt64LE(64);
    },
  };
  return wallets;
}

async function seen(connection: Connection, signature: string, until: Finality): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const { value } = await connection.getSignatureStatus(signature);
    const level = value?.confirmationStatus;
    if (level === 'finalized' || (level === 'confirmed' && until === 'confirmed')) return;
    await delay(25);
  }
  throw new Error(`${signature} did not become ${until}`);
}
