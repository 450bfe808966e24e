import type { Asset } from '../../schemas/core/money.ts';
import {
  bridgeAccount,
  floatAccount,
  payeeAccount,
  reserveAccount,
  worldAccount,
  type AccountRef,
} from '../accounts.ts';
import type { Entry } from '../ledger.ts';
import { move } from '../ledger.ts';

/** Who pays whom. `held` is what the run's reserve is in; `paid` is what the seller gets, perhaps on another chain. */
export interface PaymentParties {
  tenant: string;
  runId: string;
  payTo: string;
  held: Asset;
  paid: Asset;
}

/**
 * Entries of one payment. On the escrow's own chain the reserve pays the seller (wrapped coins count as the coin);
 * on another chain the reserve pays the bridge and the operator's float pays the seller, in one transfer.
 */
export function paymentEntries(parties: PaymentParties, amount: bigint): Entry[] {
  const { tenant, runId, payTo, held, paid } = parties;
  const reserve = reserveAccount(tenant, runId, held);
  if (paid.network === held.network) return move(reserve, payeeAccount(tenant, payTo, held), amount);
  return [
    ...move(reserve, bridgeAccount(held), amount),
    ...move(floatAccount(paid), payeeAccount(tenant, payTo, paid), amount),
  ];
}

/** Entries of a seller's refund: the payment's way back, to where the run's money came from. */
export function refundEntries(parties: PaymentParties & { source: AccountRef }, amount: bigint): Entry[] {
  const { tenant, source, payTo, held, paid } = parties;
  if (paid.network === held.network) return move(payeeAccount(tenant, payTo, held), source, amount);
  return [
    ...move(payeeAccount(tenant, payTo, paid), floatAccount(paid), amount),
    ...move(bridgeAccount(held), source, amount),
  ];
}

/** Entries of money that came in unasked and is given to somebody; on another chain it is the float's, and the bridge gives. */
export function giftEntries(
  { surplus, source, held, paid }: { surplus: AccountRef; source: AccountRef; held: Asset; paid: Asset },
  amount: bigint,
): Entry[] {
  if (paid.network === held.network) return move(surplus, source, amount);
  return [...move(surplus, floatAccount(paid), amount), ...move(bridgeAccount(held), source, amount)];
}

/** Entries of network fees and rents, which the operator bears. */
export function feeEntries(coin: Asset, amount: bigint): Entry[] {
  return move(floatAccount(coin), worldAccount(coin), amount);
}
