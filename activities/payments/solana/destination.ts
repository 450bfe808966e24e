import { SystemProgram, type Connection, type PublicKey } from '@solana/web3.js';

/** Destinations are wallets: a token account or a program would swallow the money. */
export async function isWallet(connection: Connection, to: PublicKey): Promise<boolean> {
  const account = await connection.getAccountInfo(to);
  return account === null || (!account.executable && account.owner.equals(SystemProgram.programId));
}

/** The least that can be sent: coins below the rent minimum cannot open a new account, which fails after the fee was paid. */
export async function leastCoins(connection: Connection, to: PublicKey): Promise<bigint> {
  if ((await connection.getAccountInfo(to)) !== null) return 1n;
  return BigInt(await connection.getMinimumBalanceForRentExemption(0));
}
