import { getAddress, id as keccakOfText, JsonRpcProvider, type Log, type TransactionReceipt } from 'ethers';
import { routerInterface } from '../payments/evm/router-abi.ts';

/** What is looked up of a payment through the router. `amount` is minor units. */
export interface ChainQuestion {
  txHash: string;
  serviceId: string;
  agentId: string;
  taskId: string;
  provider: string;
  amount: string;
  serviceCallHash: string;
  payer: string | null;
}

export interface ChainAnswer {
  status: 'CONFIRMED' | 'PENDING' | 'REVERTED' | 'NOT_FOUND';
  verified: boolean;
  blockNumber: number | null;
  confirmations: number | null;
  checks: Record<'router' | 'payer' | 'provider' | 'serviceId' | 'amount' | 'serviceCallHash', boolean>;
  detail?: string;
}

interface Chain {
  rpcUrl: string;
  chainId: number;
  router: string;
}

const LOOK_MS = 5000;

/** Looks a payment up on its chain and compares each part of the router's event; it never guesses. */
export function createChainLook({ rpcUrl, chainId, router }: Chain) {
  let provider: JsonRpcProvider | undefined;
  return async (question: ChainQuestion): Promise<ChainAnswer> => {
    provider ??= new JsonRpcProvider(rpcUrl, chainId, { staticNetwork: true, cacheTimeout: -1 });
    const node = provider;
    const late = new Promise<undefined>((settle) => setTimeout(() => settle(undefined), LOOK_MS).unref());
    const look = (async () => {
      const receipt = await node.getTransactionReceipt(question.txHash);
      const known = receipt === null ? await node.getTransaction(question.txHash) : null;
      return { receipt, isKnown: known !== null, head: await node.getBlockNumber() };
    })().catch(() => undefined);
    const seen = await Promise.race([look, late]);
    if (seen === undefined) return { ...unseen('PENDING'), detail: 'The node of the chain does not answer.' };
    if (seen.receipt === null) return unseen(seen.isKnown ? 'PENDING' : 'NOT_FOUND');
    return judge(question, router, seen.receipt, seen.head);
  };
}

const NONE: ChainAnswer['checks'] = {
  router: false,
  payer: false,
  provider: false,
  serviceId: false,
  amount: false,
  serviceCallHash: false,
};

const unseen = (status: 'PENDING' | 'NOT_FOUND'): ChainAnswer => ({
  status,
  verified: false,
  blockNumber: null,
  confirmations: null,
  checks: NONE,
});

function judge(
  question: ChainQuestion,
  router: string,
  receipt: TransactionReceipt,
  head: number,
): ChainAnswer {
  const where = {
    blockNumber: receipt.blockNumber,
    confirmations: Math.max(0, head - receipt.blockNumber + 1),
  };
  if (receipt.status === 0) return { status: 'REVERTED', verified: false, ...where, checks: NONE };
  const checks =
    receipt.logs
      .filter(({ address }) => same(address, router))
      .map((log) => compare(question, log))
      .find((found) => found.router && found.serviceCallHash) ?? NONE;
  return { status: 'CONFIRMED', verified: Object.values(checks).every(Boolean), ...where, checks };
}

function compare(question: ChainQuestion, log: Log): ChainAnswer['checks'] {
  const event = routerInterface.parseLog(log);
  if (event?.name !== 'PaymentExecuted') return NONE;
  const { payer, provider, serviceId, agentId, taskId, amount, serviceCallHash } = event.args as unknown as {
    payer: string;
    provider: string;
    serviceId: string;
    agentId: string;
    taskId: string;
    amount: bigint;
    serviceCallHash: string;
  };
  return {
    router: agentId === question.agentId && taskId === question.taskId,
    payer: question.payer !== null && same(payer, question.payer),
    provider: same(provider, question.provider),
    serviceId: serviceId === keccakOfText(question.serviceId),
    amount: amount === BigInt(question.amount),
    serviceCallHash: serviceCallHash === `0x${question.serviceCallHash}`,
  };
}

function same(one: string, other: string): boolean {
  try {
    return getAddress(one) === getAddress(other);
  } catch {
    return false;
  }
}
