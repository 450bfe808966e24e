/** What a person declares of a payment that no node can prove any more. */
export type PaymentDecision = 'void' | 'settled';

export interface PaymentDecisionOrder {
  intentId: string;
  decision: PaymentDecision;
  /** The payment's fingerprint, said again: the decision is about this signature and no other. */
  confirm: string;
  /** The transaction that paid, where it is declared settled. */
  txHash: string | null;
  by: string;
  note: string;
}

export interface PaymentDecisionActivities {
  /** Looks once more, and obeys only where the chain cannot say and the bytes cannot land. Refuses with `invalid_state`. */
  decidePayment(order: PaymentDecisionOrder): Promise<{ decision: PaymentDecision }>;
}
