import { ACCOUNT_SIZE } from '@solana/spl-token';
import { PublicKey } from '@solana/web3.js';
import { raiseAttention, settleAttention } from '../../db/repositories/attention.ts';
import type { WithdrawalRow } from '../../db/escrow/withdrawals.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import { tokenAccount } from '../payments/solana/tokens.ts';
import type { EscrowTools } from './tools.ts';

const FEE_LAMPORTS = 5_000; // of one signature

/**
 * Throws while the escrow account lacks the coins that the withdrawal takes, and tells the operator once. Such a
 * transaction would fail or vanish on the chain; unsigned, it goes on by itself as soon as the account is funded.
 */
export async function assertAffordable(tools: EscrowTools, row: WithdrawalRow): Promise<void> {
  const { node, keypair } = tools;
  const [coins, needed] = await Promise.all([
    node.connection.getBalance(keypair.publicKey),
    coinsFor(tools, row),
  ]);
  const id = `withdrawal_unfunded:${row.id}`;
  if (BigInt(coins) >= needed) return settleAttention(tools.db.pool, id, 'The account has the coins now.');
  const detail = `The escrow account ${keypair.publicKey.toBase58()} has ${coins} lamports; withdrawal ${row.id} takes ${needed} with fee and rent. It goes on when the account is funded.`;
  await raiseAttention(tools.db.pool, {
    id,
    tenant: row.tenant,
    kind: 'withdrawal_unfunded',
    runId: null,
    detail,
    data: { withdrawalId: row.id },
    recurs: true,
  });
  throw new Error(detail);
}

/** The account itself must stay above its rent minimum, too. */
async function coinsFor(
  { assets, node }: EscrowTools,
  { asset: id, amount, destination }: WithdrawalRow,
): Promise<bigint> {
  const { connection } = node;
  const asset = heldAsset(assets, id);
  const own = BigInt(FEE_LAMPORTS + (await connection.getMinimumBalanceForRentExemption(0)));
  if (asset.address === null) return own + BigInt(amount);
  const mint = new PublicKey(asset.address);
  const target = await tokenAccount(node, mint, new PublicKey(destination));
  if ((await connection.getAccountInfo(target)) !== null) return own;
  return own + BigInt(await connection.getMinimumBalanceForRentExemption(ACCOUNT_SIZE));
}
