/** What a person declares about a payment that no node can prove any more. */
export type PaymentDecision = 'void' | 'settled';

export interface PaymentDecisionOrder {
  intentId: string;
  decision: PaymentDecision;
  /** The payment's fingerprint, repeated: the decision is about this signature only. */
  confirm: string;
  /** The transaction that paid it, when it is declared settled. */
  txHash: string | null;
  by: string;
  note: string;
}

export interface PaymentDecisionActivities {
  /** Asks the chain again. Obeys only if it cannot say and the bytes can no longer land; else refuses with `invalid_state`. */
  decidePayment(order: PaymentDecisionOrder): Promise<{ decision: PaymentDecision }>;
}
