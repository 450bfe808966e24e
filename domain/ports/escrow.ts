/** A deposit is verified on its chain before it is credited (reasoning.md, "Escrow"). Amounts are minor units. */
export interface DepositClaim {
  tenant: string;
  userId: string;
  asset: string;
  amount: string;
  signature: string;
}

export type DepositVerdict =
  /** `stayed` is all that came from the wallet in this asset, where it is more than the claim (minor units). */
  | { kind: 'finalized'; slot: number; stayed?: string }
  | { kind: 'pending' }
  | {
      kind: 'refused';
      code: 'transaction_not_found' | 'deposit_mismatch' | 'sender_mismatch' | 'deposit_already_credited';
      message: string;
    };

/** A claim with what the verdict said. */
export type VerifiedDeposit = DepositClaim & { slot?: number; stayed?: string };

export interface WithdrawalRef {
  withdrawalId: string;
}

/** `words` says how much it is, in whole units, for people. `prepared`: its payment is there. `ended`: there is nothing left to do. */
export type PreparedWithdrawal =
  | { kind: 'prepared'; intentId: string; words: string }
  | { kind: 'ended'; outcome: 'finalized' | 'released'; words: string };

export interface EscrowActivities {
  verifyDeposit(claim: DepositClaim): Promise<DepositVerdict>;
  creditDeposit(claim: VerifiedDeposit): Promise<void>;
  refuseDeposit(claim: DepositClaim & { reason: string }): Promise<void>;
  /** Makes the payment of a withdrawal; what follows is `PaymentActivities`, as for every payment. */
  prepareWithdrawal(ref: WithdrawalRef): Promise<PreparedWithdrawal>;
  /** Tells a person that nothing is proven yet. The hold stays. */
  leaveWithdrawal(ref: WithdrawalRef): Promise<void>;
}
