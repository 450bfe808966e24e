import type { OmniState } from '../../db/omni/state.ts';
import type { HoldFunds } from '../payments/judged-hold.ts';

/** The smaller of ledger and chain, less what is promised; the last look at the chain counts for 30 s. */
export const freeOf =
  ({ ledger, chain, promised }: HoldFunds) =>
  (state: OmniState | undefined): bigint | null => {
    const seen = chain ?? state?.chainBalance ?? null;
    if (seen === null) return null;
    const onChain = seen - promised;
    return ledger < onChain ? ledger : onChain;
  };
