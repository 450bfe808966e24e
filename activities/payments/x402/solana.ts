import '../../../config/quiet-bindings.ts';
import { createKeyPairSignerFromBytes } from '@solana/kit';
import { NATIVE_MINT, unpackAccount } from '@solana/spl-token';
import { Keypair, PublicKey, VersionedTransaction, type VersionedMessage } from '@solana/web3.js';
import { ExactSvmScheme } from '@x402/svm/exact/client';
import { createHash } from 'node:crypto';
import { describeTerms } from '../../../domain/payments/describe.ts';
import type { Offer } from '../../../domain/payments/offer.ts';
import type { CoinCosts, Rail, SignedPayment, SignOrder } from '../../../domain/payments/rail.ts';
import { nodeName } from '../node-name.ts';
import { createSolanaIntake } from '../solana/intake.ts';
import { createSolanaNode, type SolanaNode, type SolanaRailConfig } from '../solana/node.ts';
import { isPublicKey, otherDecimals, tokenAccount, transferFee } from '../solana/tokens.ts';
import { readSolanaIncoming } from '../solana/incoming.ts';
import { wrappingCosts } from '../solana/transfer-costs.ts';
import { allCoins, heldFinally, spendable, wrapShortage } from '../solana/wrapping.ts';
import { createPayload } from './payload.ts';
import { locateMessage } from '../solana/message-chain.ts';

const MEMO_PROGRAM = 'MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr';

/** x402 `exact` over an SPL transfer that we sign as payer and the seller's facilitator completes as fee payer. */
export function createSolanaRail(config: SolanaRailConfig): Rail {
  const keypair = Keypair.fromSecretKey(config.secretKey);
  const node = createSolanaNode(config);
  return {
    kind: 'x402-solana',
    network: config.network,
    payer: keypair.publicKey.toBase58(),
    node: nodeName(config.rpcUrl),
    refuses: (offer) => refusal(offer, keypair.publicKey),
    shortfall: (offer, decimals) => payeeRefusal(node, offer, decimals),
    available: (asset) => spendable(node, keypair.publicKey, asset),
    holdsFinally: (asset) => heldFinally(node, keypair.publicKey, asset),
    coins: () => allCoins(node, keypair.publicKey, 'confirmed'),
    costs: ({ asset }) => costs(node, keypair.publicKey, asset),
    sign: (order) => sign(node, keypair, config.rpcUrl, order),
    locate: (proof, hint) => locateMessage(node, proof, hint),
    describe: (terms) =>
      describeTerms(terms, {
        payer: keypair.publicKey.toBase58(),
        network: config.network,
        how: 'an x402 transfer',
      }),
    readIncoming: (query) => readSolanaIncoming(node, keypair.publicKey, query),
    intake: createSolanaIntake(node, keypair.publicKey),
    close: () => undefined,
  };
}

function refusal(offer: Offer, payer: PublicKey): string | undefined {
  const feePayer = offer.extra['feePayer'];
  if (offer.scheme !== 'exact') return `the scheme ${offer.scheme} is not supported`;
  if (typeof feePayer !== 'string' || !isPublicKey(feePayer))
    return 'the offer names no account that pays the network fee';
  if (feePayer === payer.toBase58()) return 'the offer wants us to pay the network fee';
  if (!isPublicKey(offer.payTo) || !isPublicKey(offer.asset)) return 'the offer has a malformed address';
  if (offer.payTo === payer.toBase58()) return 'the seller is our own wallet';
  return undefined;
}

/**
 * Why the payee would not get what is signed. An x402 transfer has no room for an instruction that opens an account: a payee
 * without one, or with a frozen one, is refused by every facilitator.
 */
async function payeeRefusal(
  node: SolanaNode,
  { asset, payTo }: Offer,
  decimals: number,
): Promise<string | undefined> {
  const mint = new PublicKey(asset);
  const account = await tokenAccount(node, mint, new PublicKey(payTo));
  const [fee, units, info] = await Promise.all([
    transferFee(node, mint),
    otherDecimals(node, mint, decimals),
    node.connection.getAccountInfo(account, 'confirmed'),
  ]);
  if (fee !== undefined || units !== undefined) return fee ?? units;
  const opened = info === null ? undefined : unpackAccount(account, info, info.owner);
  if (opened === undefined)
    return `the payee ${payTo} has no account for the token ${asset}, and an x402 transfer cannot open one`;
  return opened.isFrozen ? `the payee’s account for the token ${asset} is frozen` : undefined;
}

/** The seller's facilitator pays for the transfer. Coins may have to be wrapped first, at our cost. */
const costs = async (node: SolanaNode, owner: PublicKey, asset: string): Promise<CoinCosts> =>
  asset === NATIVE_MINT.toBase58() ? wrappingCosts(node, owner) : { fee: 0n, rent: 0n };

/** The blockhash is ours, not the seller's, so that its last valid height is known exactly. */
async function sign(
  node: SolanaNode,
  keypair: Keypair,
  rpcUrl: string,
  order: SignOrder,
): Promise<SignedPayment> {
  const { offer } = order;
  const fees = offer.asset === NATIVE_MINT.toBase58() ? await wrapShortage(node, keypair, order) : [];
  const account = await tokenAccount(node, new PublicKey(offer.asset), keypair.publicKey);
  const latest = await node.connection.getLatestBlockhashAndContext('confirmed');
  const { blockhash, lastValidBlockHeight } = latest.value;
  const extra = {
    ...offer.extra,
    recentBlockhash: blockhash,
    lastValidBlockHeight: String(lastValidBlockHeight),
  };
  const scheme = new ExactSvmScheme(await createKeyPairSignerFromBytes(keypair.secretKey), { rpcUrl });
  const terms = { maxTimeoutSeconds: offer.maxTimeoutSeconds, extra };
  const { wire, inner } = await createPayload(scheme, order, terms);
  const { transaction } = inner as { transaction: string };
  const bytes = Buffer.from(transaction, 'base64');
  const message = VersionedTransaction.deserialize(bytes).message;
  if (message.recentBlockhash !== blockhash)
    throw new Error(
      'The signing library took another blockhash than the one it was given; nothing was kept.',
    );
  const messageHash = createHash('sha256').update(message.serialize()).digest('hex');
  const signedSlot = latest.context.slot;
  return {
    payload: wire,
    fingerprint: `solana:${messageHash}`,
    proof: {
      messageHash,
      blockhash,
      lastValidBlockHeight,
      signedSlot,
      account: account.toBase58(),
      memo: memoOf(message),
    },
    fees,
  };
}

/** The memo makes equal payments different messages; nodes list it beside each transaction, which narrows searches. */
function memoOf(message: VersionedMessage): string {
  const memo = message.compiledInstructions.find(
    ({ programIdIndex }) => message.staticAccountKeys[programIdIndex]?.toBase58() === MEMO_PROGRAM,
  );
  return Buffer.from(memo?.data ?? []).toString('utf8');
}
