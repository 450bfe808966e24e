import '../../../config/quiet-bindings.ts';
import { NATIVE_MINT } from '@solana/spl-token';
import { Keypair, PublicKey } from '@solana/web3.js';
import { describeTerms } from '../../../domain/payments/describe.ts';
import type { Offer } from '../../../domain/payments/offer.ts';
import type { NetworkFee, Rail, Sighting, SignedPayment, SignOrder } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import { nodeName } from '../node-name.ts';
import { isWallet, leastCoins } from './destination.ts';
import { readSolanaIncoming } from './incoming.ts';
import { locateMessage } from './message-chain.ts';
import { createSolanaIntake } from './intake.ts';
import { createSolanaNode, type SolanaNode, type SolanaRailConfig } from './node.ts';
import { decimalsOf, isPublicKey, otherDecimals, transferFee } from './tokens.ts';
import { assertAffordable, assertHeld, transferCosts } from './transfer-costs.ts';
import { buildTransfer } from './transfer-transaction.ts';
import { allCoins, heldFinally, spendable, spareCoins, spentOnTop } from './wrapping.ts';

/** Plain transfers out of the escrow account, in transactions of our own; coins are paid as coins, not wrapped. */
export function createSolanaTransferRail(config: SolanaRailConfig): Rail {
  const keypair = Keypair.fromSecretKey(config.secretKey);
  const node = createSolanaNode(config);
  const owner = keypair.publicKey;
  const payer = owner.toBase58();
  return {
    kind: 'solana-transfer',
    network: config.network,
    payer,
    node: nodeName(config.rpcUrl),
    refuses: (offer) => refusal(offer, payer),
    shortfall: (offer, decimals) => shortfall(node, offer, decimals),
    available: (asset) => (isCoin(asset) ? spareCoins(node, owner) : spendable(node, owner, asset)),
    holdsFinally: (asset) => heldFinally(node, owner, asset),
    coins: () => allCoins(node, owner, 'confirmed'),
    costs: ({ asset, payTo }) => transferCosts(node, { mint: isCoin(asset) ? null : asset, to: payTo }),
    sign: (order) => sign(node, keypair, order),
    async submit({ bytes }) {
      await node.connection
        .sendRawTransaction(Buffer.from(bytes as string, 'base64'), { skipPreflight: true })
        .catch(() => undefined); // the chain is asked, not the node
    },
    locate: (proof, hint) => locate(node, proof, hint),
    describe: (terms) => describeTerms(terms, { payer, network: config.network, how: 'a plain transfer' }),
    readIncoming: (query) => readSolanaIncoming(node, owner, query),
    intake: createSolanaIntake(node, owner),
    close: () => undefined,
  };
}

const isCoin = (mint: string): boolean => mint === NATIVE_MINT.toBase58();

function refusal(offer: Offer, payer: string): string | undefined {
  if (offer.scheme !== 'transfer') return `the scheme ${offer.scheme} is not supported`;
  if (!isPublicKey(offer.payTo) || !isPublicKey(offer.asset)) return 'the offer has a malformed address';
  if (offer.payTo === payer) return 'the payee is our own wallet';
  return undefined;
}

async function shortfall(
  node: SolanaNode,
  { asset, amount, payTo }: Offer,
  decimals: number,
): Promise<string | undefined> {
  const coins = isCoin(asset) ? BigInt(amount) : null;
  const to = new PublicKey(payTo);
  if (!(await isWallet(node.connection, to))) return 'the payee is no wallet';
  if (coins !== null && coins < (await leastCoins(node.connection, to)))
    return 'the amount is too small to open the payee’s account';
  if (coins !== null) return undefined;
  const mint = new PublicKey(asset);
  return (await transferFee(node, mint)) ?? otherDecimals(node, mint, decimals);
}

/** The memo names what is paid, so that two equal payments are two messages even in the same slot. */
async function sign(
  node: SolanaNode,
  keypair: Keypair,
  { offer, intentId, coins }: SignOrder,
): Promise<SignedPayment> {
  const mint = isCoin(offer.asset) ? null : offer.asset;
  const { memo: note } = offer.extra;
  const memo = typeof note === 'string' ? note : `payment ${intentId}`;
  const decimals = mint === null ? 0 : await decimalsOf(node, new PublicKey(mint));
  const order = { mint, decimals, amount: BigInt(offer.amount), to: offer.payTo, memo };
  const costs = await transferCosts(node, order);
  assertHeld(costs, coins);
  await assertAffordable(node, keypair.publicKey, order, costs);
  const built = await buildTransfer(node, keypair, { ...order, opens: costs.rent > 0n });
  const { bytes, signature, messageHash, blockhash, signedSlot } = built;
  return {
    payload: { bytes, signature },
    fingerprint: `solana:${messageHash}`,
    proof: {
      messageHash,
      blockhash,
      lastValidBlockHeight: built.lastValidHeight,
      signedSlot,
      account: built.source,
      memo,
      signature,
      coins: mint === null ? offer.amount : '0',
    },
    fees: [],
  };
}

/** Our own signature is the transaction's id, so it is looked for by name first. */
async function locate(node: SolanaNode, proof: JsonObject, hint: string | null): Promise<Sighting> {
  const sighting = await locateMessage(node, proof, hint ?? String(proof['signature']));
  if (sighting.kind === 'landed' && sighting.final)
    return { ...sighting, fees: [await feeOf(node, sighting.txHash, BigInt(String(proof['coins'])))] };
  if (sighting.kind === 'void' && sighting.txHash !== undefined)
    return { ...sighting, reason: 'REVERTED', fees: [await feeOf(node, sighting.txHash, 0n)] };
  return sighting;
}

/** Fee and rent. What is final has cost something; a node that does not show it is asked again. */
async function feeOf(node: SolanaNode, txHash: string, coins: bigint): Promise<NetworkFee> {
  const amount = await spentOnTop(node, txHash, coins);
  if (amount === undefined) throw new Error(`The node does not show transaction ${txHash}, which is final.`);
  return { txHash, amount };
}
