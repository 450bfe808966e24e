/** Judges a withdrawal before anything is held for it. `asset` is the code, `amount` minor units. */
export interface WithdrawalGuard {
  /** The problem code of the refusal; undefined when the chain would take it. */
  refuses(wanted: {
    asset: string;
    amount: bigint;
    destination: string;
  }): Promise<'invalid_destination' | 'below_minimum' | undefined>;
}
