import '../../../config/quiet-bindings.ts';
import { createTransferCheckedInstruction, getAssociatedTokenAddressSync } from '@solana/spl-token';
import { Connection, Keypair, PublicKey, Transaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { waitForConfirmation } from '../../../embedded/chains/deploy/solana.ts';
import type { RefundChain } from './refunder.ts';

export interface SolanaRefundOptions {
  readonly rpcUrl: string;
  /** base58 */
  readonly secretKey: string;
  readonly decimals: number;
}

export function createSolanaRefunds({ rpcUrl, secretKey, decimals }: SolanaRefundOptions): RefundChain {
  const connection = new Connection(rpcUrl, 'confirmed');
  const seller = Keypair.fromSecretKey(bs58.decode(secretKey));
  return {
    async sign({ asset, payer, amount }) {
      const mint = new PublicKey(asset);
      const from = getAssociatedTokenAddressSync(mint, seller.publicKey);
      const to = getAssociatedTokenAddressSync(mint, new PublicKey(payer), true);
      const latest = await connection.getLatestBlockhash();
      const transaction = new Transaction({ feePayer: seller.publicKey, ...latest }).add(
        createTransferCheckedInstruction(from, mint, to, seller.publicKey, BigInt(amount), decimals),
      );
      transaction.sign(seller);
      return {
        raw: transaction.serialize().toString('base64'),
        transaction: bs58.encode(transaction.signature ?? Buffer.alloc(0)),
      };
    },
    async submit({ raw, transaction }) {
      const options = { searchTransactionHistory: true };
      const known = (await connection.getSignatureStatuses([transaction], options)).value[0];
      if (!known) await connection.sendRawTransaction(Buffer.from(raw, 'base64'));
      await waitForConfirmation(connection, transaction);
    },
  };
}
