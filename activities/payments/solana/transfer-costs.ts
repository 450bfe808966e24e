import '../../../config/quiet-bindings.ts';
import { ACCOUNT_SIZE, NATIVE_MINT } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { coinsOf, CostRose, Unfunded, type CoinCosts } from '../../../domain/payments/rail.ts';
import { showAmount } from '../../../domain/money.ts';
import type { SolanaNode } from './node.ts';
import { tokenAccount } from './tokens.ts';
import type { TransferOrder } from './transfer-transaction.ts';

const FEE_LAMPORTS = 5_000n; // of one signature

type Transfer = Pick<TransferOrder, 'mint' | 'amount' | 'to'>;

/** The fee, and the rent of the payee's token account where that is missing. */
export async function transferCosts(
  node: SolanaNode,
  { mint, to }: Pick<Transfer, 'mint' | 'to'>,
): Promise<CoinCosts> {
  if (mint === null) return { fee: FEE_LAMPORTS, rent: 0n };
  return { fee: FEE_LAMPORTS, rent: await rentFor(node, new PublicKey(mint), new PublicKey(to)) };
}

/** What wrapping coins costs: the fee, and once the rent of our own wrapped account, which stays ours. */
export const wrappingCosts = async (node: SolanaNode, owner: PublicKey): Promise<CoinCosts> => ({
  fee: FEE_LAMPORTS,
  rent: await rentFor(node, NATIVE_MINT, owner),
});

async function rentFor(node: SolanaNode, mint: PublicKey, owner: PublicKey): Promise<bigint> {
  const { connection } = node;
  const target = await tokenAccount(node, mint, owner);
  if ((await connection.getAccountInfo(target)) !== null) return 0n;
  return BigInt(await connection.getMinimumBalanceForRentExemption(ACCOUNT_SIZE));
}

/** Throws when more would be taken than is held: a payee may close an account so that we open it again. */
export function assertHeld(costs: CoinCosts, held: bigint): void {
  if (coinsOf(costs) > held)
    throw new CostRose(
      `It takes ${lamports(coinsOf(costs))} for fee and rent now, and ${lamports(held)} are held for that.`,
    );
}

/** Throws `Unfunded` while the account lacks the coins that a transfer takes: on the chain it would fail or vanish. */
export async function assertAffordable(
  node: SolanaNode,
  from: PublicKey,
  { mint, amount }: Transfer,
  costs: CoinCosts,
): Promise<void> {
  const { connection } = node;
  const [coins, own] = await Promise.all([
    connection.getBalance(from),
    connection.getMinimumBalanceForRentExemption(0), // the account itself must stay above this, too
  ]);
  const needed = BigInt(own) + coinsOf(costs) + (mint === null ? amount : 0n);
  if (BigInt(coins) >= needed) return;
  throw new Unfunded(
    `The account ${from.toBase58()} has ${lamports(BigInt(coins))}; the transfer takes ${lamports(needed)} with fee and rent. It goes on when the account is funded.`,
  );
}

const lamports = (minor: bigint): string => showAmount(minor, { code: 'SOL', decimals: 9 });
