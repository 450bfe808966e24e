import type { PaymentStatus } from '../../schemas/core/payment.ts';
import { isOpen } from './actions.ts';

/** A payment as a preview needs it; `amount` is minor units of `asset` (CAIP-19). */
export interface PreviewPayment {
  id: string;
  step_id: string;
  asset: string;
  amount: string;
  status: PaymentStatus;
}

export interface PreviewedPayment {
  step_id: string;
  payment_id: string;
  asset: string;
  amount: string;
}

/** What a cancel would do with the money that payments have moved, or may have. */
export interface MoneyPreview {
  /** Settled, and the step has an undo whose refund, if the seller gives one, is credited. */
  refundable: PreviewedPayment[];
  /** Settled for good. */
  sunk: PreviewedPayment[];
  /** Signed: whether it lands is up to the chain; followed to the end before anything is undone. */
  unknown: PreviewedPayment[];
}

/** Sorts the payments of a run by what a cancel can still do about them; `undoable` are the steps with an undo. */
export function previewMoney(
  payments: readonly PreviewPayment[],
  undoable: ReadonlySet<string>,
): MoneyPreview {
  const preview: MoneyPreview = { refundable: [], sunk: [], unknown: [] };
  for (const { id, step_id, asset, amount, status } of payments) {
    const shown = { step_id, payment_id: id, asset, amount };
    if (status === 'settled') preview[undoable.has(step_id) ? 'refundable' : 'sunk'].push(shown);
    if (isOpen(status)) preview.unknown.push(shown);
  }
  return preview;
}
