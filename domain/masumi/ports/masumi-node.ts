/** On-chain states of a payment at a Masumi payment service (masumi.md section 3); null: nothing seen on the chain yet. */
export type OnChainState =
  | 'FundsLocked'
  | 'FundsOrDatumInvalid'
  | 'ResultSubmitted'
  | 'RefundRequested'
  | 'Disputed'
  | 'WithdrawAuthorized'
  | 'RefundAuthorized'
  | 'Withdrawn'
  | 'RefundWithdrawn'
  | 'DisputedWithdrawn';

/** Smallest units as decimal digits; `unit` "" is lovelace. A type, not an interface: it is stored as JSON. */
export type NodeAmount = { unit: string; amount: string };

/** What the payment service does, or waits for, next. */
export type NextAction = {
  requestedAction: string;
  errorType: string | null;
  errorNote: string | null;
  resultHash: string | null;
};

/** A payment request as the payment service shows it, parsed. Times are ms since epoch. */
export type NodePayment = {
  /** The payment service's own id: cursors are made of it. */
  id: string;
  /** ms since epoch. */
  createdAt: number;
  blockchainIdentifier: string;
  payByTime: number | null;
  submitResultTime: number;
  unlockTime: number;
  externalDisputeUnlockTime: number;
  resultHash: string | null;
  onChainState: OnChainState | null;
  nextAction: NextAction;
  requestedFunds: NodeAmount[];
  sellerVkey: string | null;
  /** Web3CardanoV1 or Web3CardanoV2: each list shows one of them. */
  sourceType: string;
  metadata: string | null;
};

/** The order of a payment request. Times are ms since epoch; hash and identifier are lowercase hex. */
export interface PaymentOrder {
  agentIdentifier: string;
  inputHash: string;
  /** 14 to 26 hex digits (masumi.md section 3, "Identifier"). */
  identifierFromPurchaser: string;
  payByTime: number;
  submitResultTime: number;
  unlockTime: number;
  externalDisputeUnlockTime: number;
  /** Dynamic pricing only. */
  requestedFunds?: NodeAmount[];
  /** `sourceIndex` of the agent's pricing, when that has one. */
  supportedPaymentSourceIndex?: number;
  /** The job's id. After a lost answer the payment is found by it. */
  metadata: string;
}

/**
 * How an agent is priced in the registry. `sourceIndex`: agents of Web3CardanoV2 only, the payment source to name in an
 * order.
 */
export type AgentPricing = (
  | { kind: 'Fixed'; amounts: NodeAmount[] }
  | { kind: 'Dynamic' }
  | { kind: 'Free' }
) & {
  sourceIndex?: number;
};

/** `not_now`: 404 or 409, the state does not allow it (yet, or any more). */
export type NodeVerdict = { kind: 'done' } | { kind: 'not_now'; message: string };

/** A page of a list, newest first. */
export interface PaymentPage {
  state?: OnChainState;
  sourceType?: string;
  /** The id of the last payment of the page before. */
  cursor?: string;
}

/**
 * A Masumi payment service, bound to one network and key (masumi.md section 3). All methods throw `MasumiNodeError` for
 * what it refuses, and when it cannot be reached.
 */
export interface MasumiNode {
  /**
   * Creates a new request every time. Throws with `unknown: true` when it may have been made: look before asking again.
   */
  createPayment(order: PaymentOrder): Promise<NodePayment>;
  /** The payment with this metadata, of either source type, among those that are not older than `sinceMs`. */
  findPayment(metadata: string, sinceMs: number): Promise<NodePayment | undefined>;
  /** At most 100; `isLast`: no page follows it. */
  listPayments(page: PaymentPage): Promise<{ payments: NodePayment[]; isLast: boolean }>;
  /** Undefined when the payment service does not know it. */
  resolve(blockchainIdentifier: string): Promise<NodePayment | undefined>;
  submitResult(blockchainIdentifier: string, resultHash: string): Promise<NodeVerdict>;
  authorizeRefund(blockchainIdentifier: string): Promise<NodeVerdict>;
  /** Undefined when the registry does not know the agent. */
  pricing(agentIdentifier: string): Promise<AgentPricing | undefined>;
  isHealthy(): Promise<boolean>;
}
