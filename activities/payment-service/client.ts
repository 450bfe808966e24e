import { z } from 'zod';
import type {
  MasumiNode,
  NodePayment,
  NodeVerdict,
  PaymentOrder,
} from '../../domain/masumi/ports/masumi-node.ts';
import {
  AgentAnswer,
  answerOf,
  ReadPaymentAnswer,
  PaymentServiceHealth,
  PaymentSourceType,
  type MasumiNetwork,
} from '../../schemas/families/masumi/payment-service.ts';
import { ask, askOrBeRefused } from './ask.ts';
import { newestFirst, readPage } from './list.ts';
import { readPayment } from './read-payment.ts';
import { readPricing } from '../../domain/masumi/read-pricing.ts';
import { apiUrl, type Transport } from './transport.ts';

export interface MasumiNodeOptions {
  /** With or without `/api/v1`. */
  url: string;
  apiKey: string;
  network: MasumiNetwork;
  /** Time limit of each request. For a payment request the service asks the chain several times. */
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
}

const HEALTH_MS = 5000;

/** The payment service of masumi.md section 3. Each question is asked once: the caller decides what is asked again. */
export function createMasumiNode({ network, ...options }: MasumiNodeOptions): MasumiNode {
  if (!/^[\x21-\x7e]+$/.test(options.apiKey)) {
    throw new Error('The key of the payment service must be printable ASCII without spaces');
  }
  const transport: Transport = {
    baseUrl: apiUrl(options.url),
    apiKey: options.apiKey,
    timeoutMs: options.timeoutMs ?? 30_000,
    fetch: options.fetch ?? globalThis.fetch,
  };
  const post = (path: string, body: object) =>
    ({ method: 'POST', path, body: { network, ...body }, answer: ReadPaymentAnswer }) as const;
  const change = async (path: string, body: object): Promise<NodeVerdict> => {
    // Only the acceptance counts here. Whatever else the answer says is read by those who need it.
    const question = { ...post(path, body), answer: answerOf(z.unknown()), changes: true };
    const reply = await askOrBeRefused(transport, question, [404, 409]);
    return reply.ok ? { kind: 'done' } : { kind: 'not_now', message: reply.message };
  };
  return {
    createPayment: async (order) =>
      readPayment(await ask(transport, { ...post('/payment', orderBody(order)), changes: true })),
    findPayment: (metadata, sinceMs) => findPayment(transport, network, metadata, sinceMs),
    listPayments: async (page) => {
      const { payments, isLast } = await readPage(transport, network, page);
      return { payments: payments.map(readPayment), isLast };
    },
    resolve: async (blockchainIdentifier) => {
      const question = post('/payment/resolve-blockchain-identifier', { blockchainIdentifier });
      const reply = await askOrBeRefused(transport, question, [404]);
      return reply.ok ? readPayment(reply.data) : undefined;
    },
    submitResult: (blockchainIdentifier, submitResultHash) =>
      change('/payment/submit-result', { blockchainIdentifier, submitResultHash }),
    authorizeRefund: (blockchainIdentifier) => change('/payment/authorize-refund', { blockchainIdentifier }),
    pricing: async (agentIdentifier) => {
      const query = { agentIdentifier, network };
      const question = {
        method: 'GET',
        path: '/registry/agent-identifier',
        query,
        answer: AgentAnswer,
      } as const;
      const reply = await askOrBeRefused(transport, question, [404]);
      return reply.ok ? readPricing(reply.data.Metadata, network) : undefined;
    },
    isHealthy: () => isHealthy(transport),
  };
}

/** Always sends both times, because the service's own defaults lie in 1970. */
const orderBody = (order: PaymentOrder) => ({
  agentIdentifier: order.agentIdentifier,
  inputHash: order.inputHash,
  identifierFromPurchaser: order.identifierFromPurchaser,
  payByTime: isoTime(order.payByTime),
  submitResultTime: isoTime(order.submitResultTime),
  unlockTime: isoTime(order.unlockTime),
  externalDisputeUnlockTime: isoTime(order.externalDisputeUnlockTime),
  RequestedFunds: order.requestedFunds,
  supportedPaymentSourceIndex: order.supportedPaymentSourceIndex,
  metadata: order.metadata,
});

const isoTime = (ms: number): string => new Date(ms).toISOString();

async function findPayment(
  transport: Transport,
  network: MasumiNetwork,
  metadata: string,
  sinceMs: number,
): Promise<NodePayment | undefined> {
  for (const sourceType of PaymentSourceType.options) {
    for await (const payment of newestFirst(transport, network, sourceType)) {
      const read = readPayment(payment);
      if (read.createdAt < sinceMs) break;
      if (read.metadata === metadata) return read;
    }
  }
  return undefined;
}

async function isHealthy(transport: Transport): Promise<boolean> {
  const question = {
    method: 'GET',
    path: '/health',
    timeoutMs: HEALTH_MS,
    answer: PaymentServiceHealth,
  } as const;
  const health = await ask(transport, question).catch(() => undefined);
  return health !== undefined && (health.status ?? 'ok') === 'ok';
}
