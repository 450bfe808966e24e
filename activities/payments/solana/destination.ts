import { SystemProgram, type Connection, type PublicKey } from '@solana/web3.js';

/**
 * Why a transfer to this address would be lost or fail. Destinations are wallets: a token account or a program would
 * swallow the money, and coins below the rent minimum cannot open a new account, which fails after the fee was paid.
 */
export async function refusesDestination(
  connection: Connection,
  to: PublicKey,
  coins: bigint | null,
): Promise<'invalid_destination' | 'below_minimum' | undefined> {
  const account = await connection.getAccountInfo(to);
  if (account !== null && (account.executable || !account.owner.equals(SystemProgram.programId)))
    return 'invalid_destination';
  if (coins === null || account !== null) return undefined;
  const minimum = await connection.getMinimumBalanceForRentExemption(0);
  return coins < BigInt(minimum) ? 'below_minimum' : undefined;
}
