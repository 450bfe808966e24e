import { setTimeout as delay } from 'node:timers/promises';
import {
  Contract,
  Interface,
  isError,
  JsonRpcProvider,
  id,
  Network,
  type LogDescription,
  type TransactionReceipt,
} from 'ethers';
import { mneePaymentRouter } from '../../contracts/mnee-payment-router.ts';
import { mneeServiceRegistry } from '../../contracts/mnee-service-registry.ts';
import type { PaymentProof, Verdict, VerifyPayment } from './payment.ts';

export interface ChainOptions {
  rpcUrl: string;
  chainId: number;
  /** Address of the payment router; it names the registry itself. */
  router: string;
  /** The service that is sold here, "PRICE_ORACLE". */
  serviceId: string;
  /** How long a payment is waited for that is not mined yet. */
  waitMs?: number | undefined;
}

interface Registered {
  provider: string;
  unitPrice: bigint;
}

/** A payment in a receipt: its fields, and its place among the receipt's logs. */
interface Executed {
  at: number;
  log: LogDescription;
}

const LOOK_EVERY_MS = 100;
const ANSWER_MS = 1500; // of the node; who asks us waits five seconds in all
const routerInterface = new Interface(mneePaymentRouter.abi);

/** Reads payments from the chain: who says that it paid proves nothing. */
export function createChainPayments(options: ChainOptions): { verify: VerifyPayment; close(): void } {
  const { rpcUrl, chainId, router, serviceId, waitMs = 2000 } = options;
  const network = Network.from(chainId);
  const provider = new JsonRpcProvider(rpcUrl, network, { staticNetwork: network, cacheTimeout: -1 });
  const contract = new Contract(router, mneePaymentRouter.abi, provider);
  const service = id(serviceId);
  let registry: Promise<Contract> | undefined;

  const openRegistry = async (): Promise<Contract> =>
    new Contract(String(await contract.getFunction('registry')()), mneeServiceRegistry.abi, provider);

  /** The terms when it was paid; a node that forgot that block tells those of now. */
  async function termsAt(block: number): Promise<Registered> {
    registry ??= openRegistry();
    registry.catch(() => (registry = undefined));
    const read = (await registry).getFunction('getService');
    const ask = async (blockTag: number | 'latest'): Promise<Registered> =>
      (await read(service, { blockTag })) as Registered;
    return ask(block).catch(() => ask('latest'));
  }

  async function findReceipt(hash: string): Promise<TransactionReceipt | null> {
    const end = Date.now() + waitMs;
    for (;;) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt !== null || Date.now() >= end) return receipt;
      await delay(LOOK_EVERY_MS);
    }
  }

  async function look(proof: PaymentProof): Promise<Verdict> {
    const receipt = await findReceipt(proof.paymentTx);
    if (receipt === null) return { kind: 'unseen', detail: 'paymentTx is not mined yet.' };
    if (receipt.status !== 1) return refused('paymentTx reverted: nothing was paid.');
    const found = pick(paymentsIn(receipt, router), service, proof);
    if ('detail' in found) return refused(found.detail);
    const { provider: payee, unitPrice } = await termsAt(receipt.blockNumber);
    const { args } = found.log;
    if (String(args['provider']) !== payee) return refused('The payment went to another provider.');
    const amount = args['amount'] as bigint;
    if (amount <= 0n || amount !== unitPrice * (args['quantity'] as bigint))
      return refused('The amount is not the unit price times the quantity.');
    return { kind: 'paid', key: `${receipt.hash}:${found.at}`, block: receipt.blockNumber };
  }

  return {
    verify: async (proof) => {
      const soon = delay(waitMs + ANSWER_MS, { kind: 'away' } as const, { ref: false });
      const answer = look(proof).catch((error: unknown): Verdict => {
        if (isError(error, 'INVALID_ARGUMENT')) return refused('paymentTx is no transaction.');
        return { kind: 'away' };
      });
      return Promise.race([answer, soon]);
    },
    close: () => provider.destroy(),
  };
}

const refused = (detail: string): Verdict => ({ kind: 'refused', detail });

function paymentsIn({ logs }: TransactionReceipt, router: string): Executed[] {
  return logs.flatMap((raw, at) => {
    if (raw.address.toLowerCase() !== router.toLowerCase()) return [];
    const log = routerInterface.parseLog(raw);
    return log?.name === 'PaymentExecuted' ? [{ at, log }] : [];
  });
}

/** The payment of this service, task and call among those of a transaction; else what is wrong with what is there. */
function pick(
  all: readonly Executed[],
  service: string,
  { taskId, callHash }: PaymentProof,
): Executed | { detail: string } {
  if (all.length === 0) return { detail: 'paymentTx has no payment of the router.' };
  const ours = all.filter(({ log }) => log.args['serviceId'] === service);
  if (ours.length === 0) return { detail: 'paymentTx pays for another service.' };
  const ofTask = ours.filter(({ log }) => log.args['taskId'] === taskId);
  if (ofTask.length === 0) return { detail: 'paymentTx pays for another taskId.' };
  const ofCall = ofTask.find(({ log }) => log.args['serviceCallHash'] === `0x${callHash}`);
  return ofCall ?? { detail: 'paymentTx pays for another serviceCallHash.' };
}
