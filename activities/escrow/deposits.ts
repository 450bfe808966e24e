import { PublicKey, type ParsedTransactionWithMeta } from '@solana/web3.js';
import { applyTransfer } from '../../db/ledger.ts';
import { useChainProof } from '../../db/repositories/chain-proof.ts';
import { closeDeposit, markTopUp } from '../../db/escrow/deposits.ts';
import { findEscrowUser } from '../../db/escrow/users.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { EngineError } from '../../domain/errors.ts';
import { move } from '../../domain/ledger.ts';
import { formatUnits } from '../../domain/money.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import type { DepositClaim, DepositVerdict } from '../../domain/ports/escrow.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { SolanaNode } from '../payments/solana/node.ts';
import { tokenAccount } from '../payments/solana/tokens.ts';
import { coinTransfers, tokenTransfers, type ChainTransfer } from '../payments/solana/transfers.ts';
import type { EscrowTools } from './tools.ts';

type Refused = Extract<DepositVerdict, { kind: 'refused' }>;

/** Says what the chain shows of a claim; nothing is written, so it may be asked as often as one likes. */
export async function verifyDeposit(tools: EscrowTools, claim: DepositClaim): Promise<DepositVerdict> {
  const { assets, node, keypair } = tools;
  const wallet = await walletOf(tools, claim);
  await node.assertCluster(); // a deposit on a test network is not worth the same here
  const asset = heldAsset(assets, claim.asset);
  const config = { commitment: 'finalized', maxSupportedTransactionVersion: 0 } as const;
  const found = await node.connection.getParsedTransaction(claim.signature, config);
  if (found === null)
    return (await isOnItsWay(node, claim.signature)) ? { kind: 'pending' } : notFound(claim);
  if (found.meta === null || found.meta.err !== null) return mismatch('The transaction failed on its chain.');
  const target =
    asset.address === null
      ? keypair.publicKey
      : await tokenAccount(node, new PublicKey(asset.address), keypair.publicKey);
  const problem = judge(found, { asset, wallet, target: target.toBase58(), amount: BigInt(claim.amount) });
  return problem ?? { kind: 'finalized', slot: found.slot };
}

async function walletOf(tools: EscrowTools, { tenant, userId }: DepositClaim): Promise<string> {
  const user = await findEscrowUser(tools.db.pool, tenant, userId);
  if (user === undefined)
    throw new EngineError('escrow_not_found', `${userId} has no escrow: create it first.`);
  return user.wallet;
}

async function isOnItsWay(node: SolanaNode, signature: string): Promise<boolean> {
  const { value } = await node.connection.getSignatureStatus(signature, { searchTransactionHistory: true });
  return value !== null;
}

interface Expected {
  asset: Asset;
  wallet: string;
  /** The escrow's own address for SOL, its token account for tokens. */
  target: string;
  amount: bigint;
}

function judge(
  found: ParsedTransactionWithMeta,
  { asset, wallet, target, amount }: Expected,
): Refused | undefined {
  const all = asset.address === null ? coinTransfers(found) : tokenTransfers(found);
  const arrived = all.filter((transfer) => transfer.destination === target);
  const own = arrived.filter((transfer) => isFrom(transfer, wallet));
  if (own.length === 0 && arrived.length > 0)
    return {
      kind: 'refused',
      code: 'sender_mismatch',
      message: `The transfer did not come from ${wallet}, the registered wallet.`,
    };
  const sum = own.reduce((total, transfer) => total + transfer.amount, 0n);
  const show = (minor: bigint): string => `${formatUnits(minor, asset.decimals)} ${asset.code}`;
  if (sum !== amount)
    return mismatch(`The transaction moved ${show(sum)} into the escrow, not ${show(amount)}.`);
  if (!hasSigned(found, wallet))
    return { kind: 'refused', code: 'sender_mismatch', message: `${wallet} did not sign the transaction.` };
  const gained = gainOf(found, asset, target);
  if (gained < amount) return mismatch(`Of ${show(amount)} only ${show(gained)} stayed in the escrow.`);
  return undefined;
}

const isFrom = ({ authority, sourceOwner }: ChainTransfer, wallet: string): boolean =>
  authority === wallet && sourceOwner === wallet;

const hasSigned = ({ transaction }: ParsedTransactionWithMeta, wallet: string): boolean =>
  transaction.message.accountKeys.some(({ pubkey, signer }) => signer && pubkey.toBase58() === wallet);

/** What the transaction left in the account, whatever its instructions say: tokens may take fees on the way. */
function gainOf({ meta, transaction }: ParsedTransactionWithMeta, asset: Asset, target: string): bigint {
  const index = transaction.message.accountKeys.findIndex(({ pubkey }) => pubkey.toBase58() === target);
  if (index < 0 || !meta) return 0n;
  if (asset.address === null)
    return BigInt(meta.postBalances[index] ?? 0) - BigInt(meta.preBalances[index] ?? 0);
  const tokens = (balances: typeof meta.preTokenBalances): bigint =>
    BigInt(balances?.find(({ accountIndex }) => accountIndex === index)?.uiTokenAmount.amount ?? 0);
  return tokens(meta.postTokenBalances) - tokens(meta.preTokenBalances);
}

const mismatch = (message: string): Refused => ({ kind: 'refused', code: 'deposit_mismatch', message });

const notFound = ({ signature }: DepositClaim): Refused => ({
  kind: 'refused',
  code: 'transaction_not_found',
  message: `The chain does not know ${signature}: wait until it is confirmed, then try again.`,
});

/** Credits a verified deposit once; a transaction that was credited for anything else is refused for good. */
export async function creditDeposit(tools: EscrowTools, claim: DepositClaim): Promise<void> {
  const { tenant, userId, signature, amount } = claim;
  const asset = heldAsset(tools.assets, claim.asset);
  const from = await walletOf(tools, claim);
  const data = { userId, signature, from, recipient: tools.keypair.publicKey.toBase58() };
  const entries = move(worldAccount(asset), escrowAccount(tenant, userId, asset), BigInt(amount));
  await tools.db.transaction(async (client) => {
    const usedBy = `deposit:${tenant}:${userId}:${asset.id}:${amount}`;
    if (
      !(await useChainProof(client, { network: asset.network, txHash: signature, kind: 'deposit', usedBy }))
    )
      throw new EngineError(
        'deposit_already_credited',
        `${signature} was credited before, to another user or amount.`,
      );
    const transfer = {
      id: `deposit:${signature}`,
      kind: 'deposit',
      state: 'posted',
      tenant,
      data,
      entries,
    } as const;
    await applyTransfer(client, transfer);
    await closeDeposit(client, { ...claim, asset: asset.id }, 'credited');
    await markTopUp(client, tenant, userId);
  });
  await tools.checkpoint('deposit.credited');
}

export async function refuseDeposit(
  tools: EscrowTools,
  claim: DepositClaim & { reason: string },
): Promise<void> {
  await closeDeposit(tools.db.pool, claim, 'refused', claim.reason);
}
