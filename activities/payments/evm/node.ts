import {
  Contract,
  FetchRequest,
  Interface,
  JsonRpcProvider,
  zeroPadValue,
  type Block,
  type BlockTag,
  type Log,
  type TransactionReceipt,
} from 'ethers';
import type { Sighting, TransferSighting } from '../../../domain/payments/rail.ts';

export const TOKEN_ABI = [
  'function balanceOf(address) view returns (uint256)',
  'function approve(address spender, uint256 value) returns (bool)',
  'function authorizationState(address authorizer, bytes32 nonce) view returns (bool)',
  'event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
];

export const tokenInterface = new Interface(TOKEN_ABI);

export interface EvmChain {
  provider: JsonRpcProvider;
  chainId: number;
}

/** Writes minor units of a token (its address) for people. */
export type ShowToken = (token: string, minor: bigint | string) => string;

export const inMinorUnits: ShowToken = (_, minor) => `${minor} minor units`;

export interface EvmNodeConfig {
  rpcUrl: string;
  chainId: number;
  requestTimeoutMs?: number;
  show?: ShowToken;
}

export function connectEvm({ rpcUrl, chainId, requestTimeoutMs = 10_000 }: EvmNodeConfig): EvmChain {
  const request = new FetchRequest(rpcUrl);
  request.timeout = requestTimeoutMs;
  const provider = new JsonRpcProvider(request, chainId, { staticNetwork: true, cacheTimeout: -1 });
  return { provider, chainId };
}

/** Absence is only believed from a node of the right chain. */
export async function assertChain({ provider, chainId }: EvmChain): Promise<void> {
  const actual = Number(await provider.send('eth_chainId', []));
  if (actual !== chainId)
    throw new Error(`The node serves chain ${actual}, not ${chainId}: check EVM_RPC_URL.`);
}

/** Error messages of nodes that have pruned the block, log or state that was asked for. */
const PRUNED =
  /missing trie node|pruned|(historical|required)? ?state .*(not available|unavailable)|history .*unavailable/i;

/** Undefined where the node has pruned what was asked for. Other failures are thrown: they may pass. */
export const unlessPruned = <T>(asked: Promise<T>): Promise<T | undefined> =>
  asked.catch((error: unknown) => {
    if (error instanceof Error && PRUNED.test(error.message)) return undefined;
    throw error;
  });

/** The newest block, of a node that has seen the block where a payment had landed. */
export async function latestSince({ provider }: EvmChain, landedAt: number | undefined): Promise<Block> {
  const latest = await provider.getBlock('latest');
  if (latest === null || latest.number < (landedAt ?? 0))
    throw new Error('The node is behind the block that showed the payment.');
  return latest;
}

export async function landed(
  provider: JsonRpcProvider,
  receipt: TransactionReceipt,
  finalized: Block | null,
): Promise<Extract<Sighting, { kind: 'landed' }>> {
  const final = await isFinal(provider, receipt, finalized);
  return { kind: 'landed', txHash: receipt.hash, final, position: receipt.blockNumber };
}

/** A receipt may be of a block that a reorganisation has replaced; it is final if its very block is. */
export async function isFinal(
  provider: JsonRpcProvider,
  { blockNumber, blockHash }: TransactionReceipt,
  finalized: Block | null,
): Promise<boolean> {
  if (finalized === null || blockNumber > finalized.number) return false;
  return (await provider.getBlock(blockNumber))?.hash === blockHash;
}

export const hasTopics = (log: Log, topics: readonly (string | string[] | null)[]): boolean =>
  topics.every((topic, index) => log.topics[index] === topic);

/** Minor units of a token, or of the chain's coin (null), that an account holds at a block. */
export async function heldAt(
  { provider }: EvmChain,
  owner: string,
  asset: string | null,
  blockTag: BlockTag = 'latest',
): Promise<bigint> {
  if (asset === null) return provider.getBalance(owner, blockTag);
  const balanceOf = new Contract(asset, TOKEN_ABI, provider).getFunction('balanceOf');
  return (await balanceOf(owner, { blockTag })) as bigint;
}

/** At finality; a node may lack the state of older blocks. */
export const heldFinally = (chain: EvmChain, owner: string, asset: string | null): Promise<bigint> =>
  heldAt(chain, owner, asset, 'finalized').catch(() => heldAt(chain, owner, asset));

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
