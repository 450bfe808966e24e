import type { ParsedTransactionWithMeta } from '@solana/web3.js';
import { applyTransfer } from '../../db/ledger.ts';
import { takeArrival } from '../../db/repositories/arrivals.ts';
import {
  closeDeposit,
  creditedElsewhere,
  depositId,
  findDeposit,
  markTopUp,
} from '../../db/escrow/deposits.ts';
import { findEscrowUser } from '../../db/escrow/users.ts';
import { escrowAccount, worldAccount } from '../../domain/accounts.ts';
import { EngineError } from '../../domain/errors.ts';
import { move } from '../../domain/ledger.ts';
import { formatUnits } from '../../domain/money.ts';
import { heldAsset } from '../../domain/payments/purse.ts';
import type { DepositClaim, DepositVerdict, VerifiedDeposit } from '../../domain/ports/escrow.ts';
import type { Asset } from '../../schemas/core/money.ts';
import type { SolanaNode } from '../payments/solana/node.ts';
import { ownPlaces, sharesOf, transfersTo, type OwnPlaces } from '../payments/solana/shares.ts';
import type { ChainTransfer } from '../payments/solana/transfers.ts';
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
  const places = await ownPlaces(node, keypair.publicKey, asset.address);
  const stayed = sharesOf(found, places).find(({ sender }) => sender === wallet)?.amount ?? 0n;
  const problem = judge(found, { asset, wallet, places, amount: BigInt(claim.amount), stayed });
  if (problem === undefined) return { kind: 'finalized', slot: found.slot, stayed: stayed.toString() };
  const elsewhere = await creditedElsewhere(tools.db.pool, { ...claim, asset: asset.id });
  return elsewhere ? { ...problem, code: 'deposit_already_credited' } : problem;
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
  /** Where the escrow keeps the asset. */
  places: OwnPlaces;
  amount: bigint;
  /** What the escrow has of all that came from the wallet. */
  stayed: bigint;
}

/** One transaction may have deposits in several assets and of several users: each claim is about its own part. */
function judge(
  found: ParsedTransactionWithMeta,
  { asset, wallet, places, amount, stayed }: Expected,
): Refused | undefined {
  const arrived = transfersTo(found, places);
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
  if (stayed < amount) return mismatch(`Of ${show(amount)} only ${show(stayed)} stayed in the escrow.`);
  return undefined;
}

const isFrom = ({ authority, sourceOwner }: ChainTransfer, wallet: string): boolean =>
  authority === wallet && sourceOwner === wallet;

const hasSigned = ({ transaction }: ParsedTransactionWithMeta, wallet: string): boolean =>
  transaction.message.accountKeys.some(({ pubkey, signer }) => signer && pubkey.toBase58() === wallet);

const mismatch = (message: string): Refused => ({ kind: 'refused', code: 'deposit_mismatch', message });

const notFound = ({ signature }: DepositClaim): Refused => ({
  kind: 'refused',
  code: 'transaction_not_found',
  message: `The chain does not know ${signature}: wait until it is confirmed, then try again.`,
});

/**
 * Credits a verified deposit once; what was credited for anything else, or given away, is refused for good. All is one
 * database transaction: a crash before its commit leaves nothing, and after it the repetition finds its own part taken.
 */
export async function creditDeposit(
  tools: EscrowTools,
  { slot = 0, stayed, ...claim }: VerifiedDeposit,
): Promise<void> {
  const { tenant, userId, signature } = claim;
  const asset = heldAsset(tools.assets, claim.asset);
  const sender = await walletOf(tools, claim);
  const amount = BigInt(claim.amount);
  const named = { ...claim, asset: asset.id };
  const arrival = {
    txHash: signature,
    asset,
    sender,
    amount: BigInt(stayed ?? amount),
    position: slot,
    final: true,
  };
  const usedBy = `deposit:${tenant}:${userId}:${asset.id}:${amount}`;
  const credited = await tools.db.transaction(async (client) => {
    const use = { kind: 'deposit', usedBy, most: amount, atLeast: amount } as const;
    if ((await takeArrival(client, arrival, use)) !== amount) {
      await closeDeposit(client, named, 'refused', 'deposit_already_credited');
      return false;
    }
    const row = await findDeposit(client, named); // its name may be of an earlier version
    await applyTransfer(client, {
      id: `deposit:${row?.id ?? depositId(named)}`,
      kind: 'deposit',
      state: 'posted',
      tenant,
      data: { userId, signature, from: sender, recipient: tools.keypair.publicKey.toBase58() },
      entries: move(worldAccount(asset), escrowAccount(tenant, userId, asset), amount),
    });
    await closeDeposit(client, named, 'credited');
    await markTopUp(client, tenant, userId);
    return true;
  });
  if (!credited)
    throw new EngineError(
      'deposit_already_credited',
      `${signature} was credited before, to another user or amount.`,
    );
  await tools.checkpoint('deposit.credited');
}

export async function refuseDeposit(
  tools: EscrowTools,
  claim: DepositClaim & { reason: string },
): Promise<void> {
  const asset = heldAsset(tools.assets, claim.asset).id;
  await closeDeposit(tools.db.pool, { ...claim, asset }, 'refused', claim.reason);
}
