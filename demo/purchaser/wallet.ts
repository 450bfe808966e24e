import { readPricing } from '../../domain/masumi/read-pricing.ts';
import type { AgentPricing } from '../../domain/masumi/ports/masumi-node.ts';
import type { StartedJob } from '../../schemas/families/masumi/mip003.ts';
import {
  AgentAnswer,
  PurchaseAnswer,
  PurchaseExistsAnswer,
  type CreatePurchaseRequest,
  type MasumiNetwork,
  type ShownPurchase,
} from '../../schemas/families/masumi/payment-service.ts';
import { ask, Refused } from './ask.ts';

/** The purchaser's own payment service, which pays and shows what became of the money. */
export interface Wallet {
  /** The pricing in the registry; undefined for an agent that it does not know. */
  pricing(agentIdentifier: string): Promise<AgentPricing | undefined>;
  /** Paying twice is not possible: the second try answers the first purchase. */
  pay(job: StartedJob, pricing: AgentPricing): Promise<ShownPurchase>;
  resolve(blockchainIdentifier: string): Promise<ShownPurchase>;
  /** Undefined when the state of the purchase does not allow it (yet, or any more). */
  requestRefund(blockchainIdentifier: string): Promise<ShownPurchase | undefined>;
}

export interface WalletOptions {
  /** With or without `/api/v1`. */
  url: string;
  apiKey: string;
  network: MasumiNetwork;
}

export function createWallet({ url, apiKey, network }: WalletOptions): Wallet {
  const trimmed = url.replace(/\/+$/, '');
  const base = trimmed.endsWith('/api/v1') ? trimmed : `${trimmed}/api/v1`;
  const headers = { token: apiKey };
  const post = async (path: string, body: object): Promise<ShownPurchase> =>
    (
      await ask({
        url: base + path,
        method: 'POST',
        headers,
        body: { network, ...body },
        answer: PurchaseAnswer,
      })
    ).data;
  return {
    async pricing(agentIdentifier) {
      const query = new URLSearchParams({ agentIdentifier, network }).toString();
      const found = await ask({
        url: `${base}/registry/agent-identifier?${query}`,
        headers,
        answer: AgentAnswer,
        patienceMs: 0,
      }).catch(unknown);
      return found && readPricing(found.data.Metadata, network);
    },
    pay: (job, pricing) => post('/purchase', purchaseOf(job, pricing)).catch(existing),
    resolve: (blockchainIdentifier) =>
      post('/purchase/resolve-blockchain-identifier', { blockchainIdentifier }),
    requestRefund: (blockchainIdentifier) =>
      post('/purchase/request-refund', { blockchainIdentifier }).catch(unknown),
  };
}

/** Exactly what the seller gave: the service builds the signed terms from it again. */
export function purchaseOf(
  job: StartedJob,
  pricing: AgentPricing,
): Omit<CreatePurchaseRequest, 'network' | 'paymentSourceType'> {
  const index = job.supportedPaymentSourceIndex ?? pricing.sourceIndex;
  return {
    blockchainIdentifier: job.blockchainIdentifier,
    agentIdentifier: job.agentIdentifier ?? '',
    sellerVkey: job.sellerVKey ?? '',
    inputHash: job.input_hash,
    identifierFromPurchaser: job.purchaserNonce,
    payByTime: String(job.payByTime),
    submitResultTime: String(job.submitResultTime),
    unlockTime: String(job.unlockTime),
    externalDisputeUnlockTime: String(job.externalDisputeUnlockTime),
    ...(pricing.kind === 'Dynamic' && {
      Amounts: job.amounts.map(({ amount, unit }) => ({
        amount: String(amount),
        unit: unit === 'lovelace' ? '' : unit,
      })),
    }),
    ...(index !== undefined && { supportedPaymentSourceIndex: index }),
  };
}

function unknown(error: unknown): undefined {
  if (error instanceof Refused && error.status === 404) return undefined;
  throw error;
}

function existing(error: unknown): ShownPurchase {
  if (error instanceof Refused && error.status === 409) {
    const read = PurchaseExistsAnswer.safeParse(error.body);
    if (read.success) return read.data.object;
  }
  throw error;
}
