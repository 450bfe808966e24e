import { zeroPadValue, type Block, type TransactionReceipt } from 'ethers';
import type { NetworkFee, Sighting } from '../../../domain/payments/rail.ts';
import type { JsonObject } from '../../../schemas/core/json.ts';
import {
  assertChain,
  hasTopics,
  isFinal,
  landed,
  latestSince,
  tokenInterface,
  unlessPruned,
  type EvmChain,
} from './node.ts';
import { routerInterface } from './router-abi.ts';

/** What finds a router payment: its number, and every transaction that was ever signed for it and the one before. */
export type RouterProof = {
  from: string;
  router: string;
  token: string;
  payee: string;
  value: string;
  nonce: number;
  dataHash: string;
  payments: string[];
  allowances: string[];
  /** Transfers of nothing to ourselves, which spend the number of a payment that was given up. */
  fillers: string[];
  /** Final before the signature: nothing up to this block is the payment. */
  signedBlock: number;
  signedAtMs: number;
  /** From here on it is given up if it was not mined. */
  expiresAtMs: number;
  landedAt?: number;
};

/**
 * Where a number of our account stands. One transaction uses it for ever, so the payment is void when another did, or
 * when it reverted, at finality. Which one did is always shown, never concluded from what a node does not show.
 */
export async function locateRouterPayment(chain: EvmChain, proof: JsonObject): Promise<Sighting> {
  const wanted = proof as unknown as RouterProof;
  const { provider } = chain;
  const finalized = await provider.getBlock('finalized');
  const seen = await receiptOf(chain, [...wanted.payments, ...wanted.fillers], finalized);
  if (seen !== undefined) return judge(chain, wanted, seen, finalized);
  const latest = await latestSince(chain, wanted.landedAt);
  await assertChain(chain);
  const usedAt = async ({ number }: Block): Promise<boolean> =>
    (await provider.getTransactionCount(wanted.from, number)) > wanted.nonce;
  if (!(await usedAt(latest))) return { kind: 'alive', expiresAtMs: wanted.expiresAtMs };
  if (finalized === null || !(await usedAt(finalized)))
    return {
      kind: 'unproven',
      absent: false,
      message: 'Its number is used by what the node does not show yet; waiting for finality to prove it.',
    };
  const txHash = await unlessPruned(findUse(chain, wanted, finalized.number));
  const isOurs = txHash !== undefined && [...wanted.payments, ...wanted.fillers].includes(txHash);
  if (txHash === undefined || isOurs)
    return {
      kind: 'unproven',
      absent: false,
      message: 'Its number is used, but the node does not show by what.',
      ...(!isOurs && { blind: { why: 'forgot', over: true } }),
    };
  const fees = await feesOf(chain, wanted.allowances);
  return { kind: 'void', reason: 'REPLACED', txHash, fees };
}

interface Seen {
  receipt: TransactionReceipt;
  final: boolean;
}

/** The receipt among several of the same number; one of a block that was replaced gives way to the final one. */
async function receiptOf(
  { provider }: EvmChain,
  hashes: readonly string[],
  finalized: Block | null,
): Promise<Seen | undefined> {
  let found: Seen | undefined;
  for (const hash of hashes) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt === null) continue;
    const final = await isFinal(provider, receipt, finalized);
    if (final) return { receipt, final };
    if (found === undefined || receipt.blockNumber > found.receipt.blockNumber) found = { receipt, final };
  }
  return found;
}

async function judge(
  chain: EvmChain,
  wanted: RouterProof,
  { receipt, final }: Seen,
  finalized: Block | null,
): Promise<Sighting> {
  const isFiller = wanted.fillers.includes(receipt.hash);
  if (!isFiller && receipt.status === 1) {
    if (!paysAsSigned(receipt, wanted)) return otherwise(receipt.hash);
    const sighting = await landed(chain.provider, receipt, finalized);
    return sighting.final ? { ...sighting, fees: await feesOf(chain, wanted.allowances, receipt) } : sighting;
  }
  const reason = isFiller ? 'REPLACED' : 'REVERTED';
  if (!final)
    return {
      kind: 'unproven',
      absent: true,
      message:
        reason === 'REVERTED'
          ? 'The router refused the payment; waiting for finality to prove it.'
          : 'The payment was given up and its number spent; waiting for finality to prove it.',
    };
  const fees = await feesOf(chain, wanted.allowances, receipt);
  return { kind: 'void', reason, txHash: receipt.hash, fees };
}

const otherwise = (txHash: string): Sighting => ({
  kind: 'otherwise',
  txHash,
  message: `Transaction ${txHash} succeeded, but did not move what was signed to the payee: the price may have fallen.`,
});

/** The receipt has the router's event of us, the payee and the amount, and the token's transfer of exactly it. */
function paysAsSigned({ logs }: TransactionReceipt, wanted: RouterProof): boolean {
  const pad = (address: string): string => zeroPadValue(address, 32).toLowerCase();
  const executed = routerInterface.getEvent('PaymentExecuted')!;
  const value = BigInt(wanted.value);
  const told = logs.some((log) => {
    if (log.address.toLowerCase() !== wanted.router.toLowerCase()) return false;
    if (log.topics[0] !== executed.topicHash) return false;
    if (log.topics[2] !== pad(wanted.from) || log.topics[3] !== pad(wanted.payee)) return false;
    return routerInterface.decodeEventLog(executed, log.data, log.topics)['amount'] === value;
  });
  const moved = tokenInterface.encodeFilterTopics('Transfer', [wanted.from, wanted.payee]);
  const transfers = logs.filter(
    (log) => log.address.toLowerCase() === wanted.token.toLowerCase() && hasTopics(log, moved),
  );
  return told && transfers.reduce((sum, log) => sum + BigInt(log.data), 0n) === value;
}

/** Fees of our transactions. Those with the number before are final when this one is. */
async function feesOf(
  { provider }: EvmChain,
  allowances: readonly string[],
  own?: TransactionReceipt,
): Promise<NetworkFee[]> {
  const before = await Promise.all(allowances.map((hash) => provider.getTransactionReceipt(hash)));
  return [...before, own ?? null]
    .filter((receipt) => receipt !== null)
    .map(({ hash, fee }) => ({ txHash: hash, amount: fee }));
}

/** Finds the transaction that used the number: the first block after which the account's count is past it has it. */
async function findUse(
  { provider }: EvmChain,
  wanted: RouterProof,
  finalized: number,
): Promise<string | undefined> {
  let [before, at] = [wanted.signedBlock, finalized];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if ((await provider.getTransactionCount(wanted.from, middle)) > wanted.nonce) at = middle;
    else before = middle;
  }
  const block = await provider.getBlock(at, true);
  return block?.prefetchedTransactions.find(
    ({ from, nonce }) => nonce === wanted.nonce && from.toLowerCase() === wanted.from.toLowerCase(),
  )?.hash;
}
