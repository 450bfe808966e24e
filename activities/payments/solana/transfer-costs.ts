import '../../../config/quiet-bindings.ts';
import { ACCOUNT_SIZE } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { Unfunded } from '../../../domain/payments/rail.ts';
import type { SolanaNode } from './node.ts';
import { tokenAccount } from './tokens.ts';
import type { TransferOrder } from './transfer-transaction.ts';

const FEE_LAMPORTS = 5_000; // of one signature

/** Throws `Unfunded` while the account lacks the coins that a transfer takes: on the chain it would fail or vanish. */
export async function assertAffordable(
  node: SolanaNode,
  from: PublicKey,
  order: Pick<TransferOrder, 'mint' | 'amount' | 'to'>,
): Promise<void> {
  const [coins, needed] = await Promise.all([node.connection.getBalance(from), coinsFor(node, order)]);
  if (BigInt(coins) >= needed) return;
  throw new Unfunded(
    `The account ${from.toBase58()} has ${coins} lamports; the transfer takes ${needed} with fee and rent. It goes on when the account is funded.`,
  );
}

/** The account itself must stay above its rent minimum, too. */
async function coinsFor(
  node: SolanaNode,
  { mint, amount, to }: Pick<TransferOrder, 'mint' | 'amount' | 'to'>,
): Promise<bigint> {
  const { connection } = node;
  const own = BigInt(FEE_LAMPORTS + (await connection.getMinimumBalanceForRentExemption(0)));
  if (mint === null) return own + amount;
  const target = await tokenAccount(node, new PublicKey(mint), new PublicKey(to));
  if ((await connection.getAccountInfo(target)) !== null) return own;
  return own + BigInt(await connection.getMinimumBalanceForRentExemption(ACCOUNT_SIZE));
}
