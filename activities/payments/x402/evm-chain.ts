import {
  Contract,
  Interface,
  zeroPadValue,
  type Block,
  type JsonRpcProvider,
  type Log,
  type TransactionReceipt,
} from 'ethers';
import type { Sighting, TransferSighting } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';

export const TOKEN_ABI = [
  'function balanceOf(address) view returns (uint256)',
  'function authorizationState(address authorizer, bytes32 nonce) view returns (bool)',
  'event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
];

const tokenInterface = new Interface(TOKEN_ABI);
const BLOCKS_PER_QUERY = 5000; // public nodes refuse wider log searches

export interface EvmChain {
  provider: JsonRpcProvider;
  chainId: number;
}

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
  const latest = await provider.getBlock('latest');
  if (latest === null || latest.number < (wanted.landedAt ?? 0))
    throw new Error('The node is behind the block that showed the payment.');
  const isUsed = new Contract(wanted.token, TOKEN_ABI, provider).getFunction('authorizationState');
  // By number: a node behind the same address that has not seen the block yet fails instead of answering for an older one.
  const usedBy = ({ number }: Block): Promise<boolean> =>
    isUsed(wanted.from, wanted.nonce, { blockTag: number }) as Promise<boolean>;
  if (await usedBy(latest)) return (await findUse(provider, wanted, latest.number, finalized)) ?? unshown;
  await assertChain(chain);
  const expired = (block: Block): boolean => BigInt(block.timestamp) >= BigInt(wanted.validBefore);
  if (finalized !== null && expired(finalized)) return (await usedBy(finalized)) ? unshown : { kind: 'void' };
  if (expired(latest))
    return {
      kind: 'unproven',
      absent: true,
      message: 'The authorization has expired unused; waiting for finality to prove it.',
    };
  const finalityMs = finalized === null ? 0 : (latest.timestamp - finalized.timestamp) * 1000;
  return { kind: 'alive', expiresAtMs: Number(wanted.validBefore) * 1000, finalityMs };
}

const unshown: Sighting = {
  kind: 'unproven',
  absent: false,
  message: 'The authorization is used, but the node does not show the transaction that used it.',
};

async function landed(
  provider: JsonRpcProvider,
  receipt: TransactionReceipt,
  finalized: Block | null,
): Promise<Sighting> {
  const final = await isFinal(provider, receipt, finalized);
  return { kind: 'landed', txHash: receipt.hash, final, position: receipt.blockNumber };
}

/** A receipt may be of a block that a reorganisation has replaced; it is final if its very block is. */
async function isFinal(
  provider: JsonRpcProvider,
  { blockNumber, blockHash }: TransactionReceipt,
  finalized: Block | null,
): Promise<boolean> {
  if (finalized === null || blockNumber > finalized.number) return false;
  return (await provider.getBlock(blockNumber))?.hash === blockHash;
}

/** Absence is only believed from a node of the right chain. */
async function assertChain({ provider, chainId }: EvmChain): Promise<void> {
  const actual = Number(await provider.send('eth_chainId', []));
  if (actual !== chainId)
    throw new Error(`The node serves chain ${actual}, not ${chainId}: check EVM_RPC_URL.`);
}

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

const hasTopics = (log: Log, topics: readonly (string | string[] | null)[]): boolean =>
  topics.every((topic, index) => log.topics[index] === topic);

/** Sums what one transaction moved from `from` to us. */
export async function readIncomingTransfer(
  { provider }: EvmChain,
  to: string,
  { txHash, asset, from }: { txHash: string; asset: string; from: string },
): Promise<TransferSighting> {
  if (!/^0x[0-9a-f]{64}$/i.test(txHash)) return { kind: 'absent' };
  const finalized = await provider.getBlock('finalized');
  const receipt = await provider.getTransactionReceipt(txHash);
  if (receipt === null) return { kind: 'absent' };
  if (receipt.status !== 1) return { kind: 'failed' };
  const transfer = tokenInterface.getEvent('Transfer')!.topicHash;
  const topics = [transfer, zeroPadValue(from, 32).toLowerCase(), zeroPadValue(to, 32).toLowerCase()];
  const amount = receipt.logs
    .filter((log) => log.address.toLowerCase() === asset.toLowerCase() && hasTopics(log, topics))
    .reduce((sum, log) => sum + BigInt(log.data), 0n);
  const final = await isFinal(provider, receipt, finalized);
  return { kind: 'found', amount, final, position: receipt.blockNumber };
}
