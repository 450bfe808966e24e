import { randomUUID } from 'node:crypto';
import type {
  AgentPricing,
  MasumiNode,
  NodePayment,
  PaymentOrder,
} from '../../../domain/masumi/ports/masumi-node.ts';

/** A payment service in memory: whatever is ordered is paid at once, unless the test says otherwise. */
export interface FakeNode extends MasumiNode {
  orders: PaymentOrder[];
  /** What agents cost; one that is missing is not in the registry. */
  prices: Map<string, AgentPricing>;
  /** Thrown by these calls while it is set. */
  failing: Partial<Record<'createPayment' | 'pricing', Error>>;
  /** Changes what the next orders get. */
  shape: (payment: NodePayment) => NodePayment;
  /** The purchaser's money arrives. */
  pay(blockchainIdentifier: string): void;
}

export function createFakeNode(): FakeNode {
  const payments = new Map<string, NodePayment>();
  const byId = (identifier: string): NodePayment => {
    const found = payments.get(identifier);
    if (found === undefined) throw new Error('The fake payment service has no such payment.');
    return found;
  };
  const fake: FakeNode = {
    orders: [],
    prices: new Map(),
    failing: {},
    shape: (payment) => payment,
    pay: (identifier) => void payments.set(identifier, { ...byId(identifier), onChainState: 'FundsLocked' }),
    async createPayment(order) {
      if (fake.failing.createPayment) throw fake.failing.createPayment;
      fake.orders.push(order);
      const payment = fake.shape(toPayment(order));
      payments.set(payment.blockchainIdentifier, payment);
      return payment;
    },
    async pricing(agent) {
      if (fake.failing.pricing) throw fake.failing.pricing;
      return fake.prices.get(agent);
    },
    findPayment: async (metadata) => [...payments.values()].find((one) => one.metadata === metadata),
    listPayments: async ({ state }) => ({
      payments: [...payments.values()].filter((one) => one.onChainState === state),
      isLast: true,
    }),
    resolve: async (identifier) => payments.get(identifier),
    async submitResult(identifier, resultHash) {
      const payment = { ...byId(identifier), resultHash, onChainState: 'ResultSubmitted' as const };
      payments.set(identifier, payment);
      return { kind: 'done', payment };
    },
    authorizeRefund: async () => ({ kind: 'not_now', message: 'No refund was requested.' }),
    isHealthy: async () => fake.failing.pricing === undefined,
  };
  return fake;
}

const toPayment = (order: PaymentOrder): NodePayment => ({
  id: randomUUID(),
  createdAt: Date.now(),
  blockchainIdentifier: `block-${randomUUID()}`,
  payByTime: order.payByTime,
  submitResultTime: order.submitResultTime,
  unlockTime: order.unlockTime,
  externalDisputeUnlockTime: order.externalDisputeUnlockTime,
  resultHash: null,
  onChainState: 'FundsLocked',
  nextAction: { requestedAction: 'None', errorType: null, errorNote: null, resultHash: null },
  requestedFunds: order.requestedFunds ?? [{ unit: '', amount: '3000000' }],
  sellerVkey: 'the key of the contract',
  sourceType: 'Web3CardanoV1',
  metadata: order.metadata,
});
