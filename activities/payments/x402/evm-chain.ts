import { Contract, type Block, type JsonRpcProvider, type TransactionReceipt } from 'ethers';
import type { Sighting } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import {
  assertChain,
  hasTopics,
  landed,
  latestSince,
  TOKEN_ABI,
  tokenInterface,
  unlessPruned,
  type EvmChain,
} from '../evm/node.ts';

const BLOCKS_PER_QUERY = 5000; // public nodes refuse wider log searches

interface AuthorizationProof {
  token: string;
  from: string;
  to: string;
  value: string;
  nonce: string;
  validBefore: string;
  /** Nothing that happened up to this block can be the payment: it was final before the signature. */
  signedBlock: number;
  landedAt?: number;
}

/**
 * Where an authorization stands. Used: the receipt that moved the amount is shown. Unused at a finalized block that is
 * past its expiry: void, because every later block is past it, too, and the token refuses it there.
 */
export async function locateAuthorization(
  chain: EvmChain,
  proof: JsonObject,
  hint: string | null,
): Promise<Sighting> {
  const wanted = proof as unknown as AuthorizationProof;
  const { provider } = chain;
  const finalized = await provider.getBlock('finalized');
  const hinted =
    hint !== null && /^0x[0-9a-f]{64}$/i.test(hint) ? await provider.getTransactionReceipt(hint) : null;
  if (hinted && paysAsSigned(hinted, wanted)) return landed(provider, hinted, finalized);
  const latest = await latestSince(chain, wanted.landedAt);
  const isUsed = new Contract(wanted.token, TOKEN_ABI, provider).getFunction('authorizationState');
  // By number: a node behind the same address that has not seen the block yet fails instead of answering for an older one.
  const usedBy = ({ number }: Block): Promise<boolean> =>
    isUsed(wanted.from, wanted.nonce, { blockTag: number }) as Promise<boolean>;
  const isUsedFinally = async (): Promise<boolean> => finalized !== null && (await usedBy(finalized));
  if (await usedBy(latest))
    return (
      (await unlessPruned(findUse(provider, wanted, latest.number, finalized))) ??
      unshown(await isUsedFinally().catch(() => false))
    );
  await assertChain(chain);
  const expired = (block: Block): boolean => BigInt(block.timestamp) >= BigInt(wanted.validBefore);
  if (finalized !== null && expired(finalized))
    return (await usedBy(finalized)) ? unshown(true) : { kind: 'void' };
  if (expired(latest))
    return {
      kind: 'unproven',
      absent: true,
      message: 'The authorization has expired unused; waiting for finality to prove it.',
    };
  const finalityMs = finalized === null ? 0 : (latest.timestamp - finalized.timestamp) * 1000;
  return { kind: 'alive', expiresAtMs: Number(wanted.validBefore) * 1000, finalityMs };
}

/** An authorization that is used at finality is used for good: a node that does not show its transaction never will. */
const unshown = (isFinal: boolean): Sighting => ({
  kind: 'unproven',
  absent: false,
  message: 'The authorization is used, but the node does not show the transaction that used it.',
  ...(isFinal && { blind: { why: 'forgot', over: true } }),
});

async function findUse(
  provider: JsonRpcProvider,
  wanted: AuthorizationProof,
  latest: number,
  finalized: Block | null,
): Promise<Sighting | undefined> {
  for (let from = wanted.signedBlock; from <= latest; from += BLOCKS_PER_QUERY) {
    const [used] = await provider.getLogs({
      address: wanted.token,
      topics: tokenInterface.encodeFilterTopics('AuthorizationUsed', [wanted.from, wanted.nonce]),
      fromBlock: from,
      toBlock: Math.min(from + BLOCKS_PER_QUERY - 1, latest),
    });
    const receipt = used && (await provider.getTransactionReceipt(used.transactionHash));
    if (receipt)
      return paysAsSigned(receipt, wanted) ? landed(provider, receipt, finalized) : otherwise(receipt.hash);
  }
  return undefined;
}

const otherwise = (txHash: string): Sighting => ({
  kind: 'otherwise',
  txHash,
  message: `Transaction ${txHash} used the authorization, but did not move what was signed to the payee: the token may take fees.`,
});

/** The receipt succeeded, used our nonce and moved exactly the amount to the payee. */
function paysAsSigned(receipt: TransactionReceipt, wanted: AuthorizationProof): boolean {
  if (receipt.status !== 1) return false;
  const ours = receipt.logs.filter((log) => log.address.toLowerCase() === wanted.token.toLowerCase());
  const used = tokenInterface.encodeFilterTopics('AuthorizationUsed', [wanted.from, wanted.nonce]);
  const moved = tokenInterface.encodeFilterTopics('Transfer', [wanted.from, wanted.to]);
  return (
    ours.some((log) => hasTopics(log, used)) &&
    ours.some((log) => hasTopics(log, moved) && BigInt(log.data) === BigInt(wanted.value))
  );
}
