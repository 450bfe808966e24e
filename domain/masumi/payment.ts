import type { Sale, SaleState } from './ports/jobs.ts';
import type { NodePayment, OnChainState } from './ports/masumi-node.ts';

/** States in which the purchaser's money is, or was, in the contract: the job was sold. */
export const fundsLocked = (state: OnChainState | null): boolean =>
  state !== null && state !== 'FundsOrDatumInvalid';

/** States in which the payment service itself asks for an authorisation (masumi.md section 2, "Compensation"). */
export const canAuthorize = (state: OnChainState | null): boolean =>
  state === 'RefundRequested' || state === 'Disputed';

const OVER: ReadonlySet<OnChainState | null> = new Set<OnChainState>([
  'Withdrawn',
  'RefundWithdrawn',
  'DisputedWithdrawn',
]);

/** Final states: nothing follows them. */
export const isOver = (state: OnChainState | null): boolean => OVER.has(state);

/**
 * The sale, as the purchaser is told of it. What the payment service leaves out is as it was asked for and
 * listed.
 */
export const saleOf = (
  made: NodePayment,
  payByTime: number,
  listedAmounts: NodePayment['requestedFunds'],
): Sale => ({
  blockchainIdentifier: made.blockchainIdentifier,
  payByTime: made.payByTime ?? payByTime,
  submitResultTime: made.submitResultTime,
  unlockTime: made.unlockTime,
  externalDisputeUnlockTime: made.externalDisputeUnlockTime,
  sellerVkey: made.sellerVkey,
  amounts: made.requestedFunds.length > 0 ? made.requestedFunds : listedAmounts,
  sourceType: made.sourceType,
});

/** What the chain and the payment service show of a sale now. */
export const saleStateOf = ({ onChainState, nextAction }: NodePayment): SaleState => ({
  onChainState,
  nextAction,
});

/** The refund as the native API shows it (masumi.md 1.1). */
export type RefundState = 'none' | 'pending' | 'authorized' | 'refunded';

/** The money is ours or on its way to us: no refund will come. */
const OURS: ReadonlySet<OnChainState | null> = new Set<OnChainState>(['Withdrawn', 'WithdrawAuthorized']);

/** `failed`: the job ended without a result, so the purchaser's money is to go back. */
export function refundState(
  state: OnChainState | null,
  { failed, authorized }: { failed: boolean; authorized: boolean },
): RefundState {
  if (state === 'RefundWithdrawn' || state === 'DisputedWithdrawn') return 'refunded';
  if (OURS.has(state)) return 'none';
  if (state === 'RefundAuthorized' || authorized) return 'authorized';
  if (!fundsLocked(state)) return 'none';
  return failed || canAuthorize(state) ? 'pending' : 'none';
}
