import type { WithdrawalGuard } from '../../../../domain/payments/withdrawal.ts';
import { isAddress } from './requests.ts';

const RENT_FREE_LAMPORTS = 890_880n; // an account with less does not last

/** Judges a withdrawal by its form alone, where no chain can be asked. */
export function createFormGuard(escrowAddress: string): WithdrawalGuard {
  return {
    async refuses({ asset, amount, destination }) {
      if (!isAddress(destination) || destination === escrowAddress) return 'invalid_destination';
      return asset === 'SOL' && amount < RENT_FREE_LAMPORTS ? 'below_minimum' : undefined;
    },
  };
}
