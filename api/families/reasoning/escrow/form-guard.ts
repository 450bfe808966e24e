import type { WithdrawalGuard } from '../../../../domain/payments/withdrawal.ts';
import { isAddress } from './requests.ts';

const RENT_FREE_LAMPORTS = 890_880n; // an account with less does not last
const FEE_LAMPORTS = 5_000n;

/**
 * Judges a withdrawal by its form alone, where no chain can be asked. Nobody can say whether the destination has an account
 * yet, so no rent is charged: a withdrawal that would need it is released unsigned.
 */
export function createFormGuard(escrowAddress: string): WithdrawalGuard {
  return {
    async judge({ asset, destination }) {
      if (!isAddress(destination) || destination === escrowAddress)
        return { kind: 'refused', code: 'invalid_destination' };
      const costs = { fee: FEE_LAMPORTS, rent: 0n };
      return { kind: 'fine', costs, least: asset === 'SOL' ? RENT_FREE_LAMPORTS : 1n };
    },
  };
}
