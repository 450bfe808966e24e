import type { NodeAmount } from '../../domain/masumi/ports/masumi-node.ts';
import type {
  BuyerAction,
  PaymentChainState,
  PaymentSourceType,
  SellerAction,
} from '../../schemas/families/masumi/payment-service.ts';

/** A transaction under way: asked for, sent half a block later, and on the chain after a whole one. */
export interface Transaction {
  kind: 'lock' | 'submit' | 'withdraw' | 'authorize' | 'ask-refund' | 'unask-refund' | 'collect';
  sentAt: number;
  doneAt: number;
}

export interface Times {
  payByTime: number;
  submitResultTime: number;
  unlockTime: number;
  externalDisputeUnlockTime: number;
}

/**
 * One deal: the seller's payment and the buyer's purchase. This stand-in is the payment service of both. Kept as JSON.
 */
export interface Deal extends Times {
  id: string;
  blockchainIdentifier: string;
  sourceType: PaymentSourceType;
  agentIdentifier: string;
  agentName: string;
  pricingType: 'Fixed' | 'Dynamic';
  inputHash: string;
  identifierFromPurchaser: string;
  sellerVkey: string;
  funds: NodeAmount[];
  metadata: string | null;
  createdAt: number;
  updatedAt: number;
  purchase: { id: string; metadata: string | null; createdAt: number } | null;
  chainState: PaymentChainState | null;
  resultHash: string | null;
  seller: { action: SellerAction; note: string | null; resultHash: string | null; under: Transaction | null };
  buyer: { action: BuyerAction; note: string | null; under: Transaction | null };
}
