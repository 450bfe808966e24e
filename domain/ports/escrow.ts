/** A deposit is verified on its chain before it is credited (reasoning.md, "Escrow"). Amounts are minor units. */
export interface DepositClaim {
  tenant: string;
  userId: string;
  asset: string;
  amount: string;
  signature: string;
}

export type DepositVerdict =
  | { kind: 'finalized'; slot: number }
  | { kind: 'pending' }
  | {
      kind: 'refused';
      code: 'transaction_not_found' | 'deposit_mismatch' | 'sender_mismatch';
      message: string;
    };

export interface WithdrawalRef {
  withdrawalId: string;
}

/** `absent` is proven at finality past expiry: the hold may be released. */
export type WithdrawalState =
  | { kind: 'finalized'; signature: string }
  | { kind: 'pending' }
  | { kind: 'alive' }
  | { kind: 'absent' }
  | { kind: 'unknown'; message: string };

export interface EscrowActivities {
  verifyDeposit(claim: DepositClaim): Promise<DepositVerdict>;
  creditDeposit(claim: DepositClaim): Promise<void>;
  refuseDeposit(claim: DepositClaim & { reason: string }): Promise<void>;
  signWithdrawal(ref: WithdrawalRef): Promise<void>;
  submitWithdrawal(ref: WithdrawalRef): Promise<WithdrawalState>;
  observeWithdrawal(ref: WithdrawalRef): Promise<WithdrawalState>;
  closeWithdrawal(ref: WithdrawalRef & { outcome: 'finalized' | 'released' | 'unknown' }): Promise<void>;
}
